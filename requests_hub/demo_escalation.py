"""Demo of escalation: who heads which unit, a coming version, ladders, what has fired so far."""

from governance.core.models import User
from grids.models import Department, District, Post
from requests_hub.actions import audit, escalation, escalation_policy, supervision
from requests_hub.models import EscalationContact, EscalationRung, Supervision, Task
from requests_hub.models.tasks import WAITING


def load(district: District) -> int:
    """Make what is not there yet; gives how many contacts were made."""
    boss = User.objects.filter(username="district").first()
    if boss is None:
        return 0
    made = sum(_contacts(district, boss))
    if not EscalationRung.objects.filter(district=district).exists():
        day = escalation_policy.first_day()
        escalation_policy.start_version(district.pk, "grid", "handling", day, by=boss)
    for task in Task.objects.filter(state__in=WAITING, ladder=None, district=district):
        escalation.give_ladder(task)
    escalation.sweep()
    if made:
        _answers()
        audit.run()
    return made


def _contacts(district: District, boss: User) -> list[int]:
    """Each department's first officer heads it; the district's leader is in charge of all."""
    leader = User.objects.filter(username="leader").first()
    made = []
    for department in Department.objects.active().filter(district=district):
        post = Post.objects.current().filter(department=department, role="officer")
        head = post.order_by("pk").first()
        for user, role in ((head and head.user, "head"), (leader, "leader")):
            known = EscalationContact.objects.filter(department=department, role=role)
            if user is not None and not known.exists():
                values = {"department": department, "user": user, "role": role}
                escalation_policy.save_contact(None, values, by=boss)
                made.append(1)
    return made


def _answers() -> None:
    """One supervision is answered, so that each tab has something."""
    row = Supervision.objects.waiting().filter(task__department__isnull=False).first()
    if row is None:
        return
    posts = Post.objects.current().filter(role="officer")
    post = posts.filter(department=row.task.department)
    officer = post.first()
    if officer is not None:
        words = "人员抽调参加防汛值守，已增派两人，明日下班前办结并回复。"
        supervision.answer(row, by=officer.user, answer=words)
