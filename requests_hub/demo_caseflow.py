"""Demo of what stands aside of the main way: holds, an exclusion, a merge, a look, templates."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from governance.core.models import User
from grids.models import District, Post
from grids.scoping import scope_of
from requests_hub.actions import looking, merging, proposals, replies
from requests_hub.models import Proposal, ReplyTemplate, Request
from requests_hub.models.requests import RequestQuerySet
from requests_hub.workflow import CLOSED, GRID

TEMPLATES = (
    (
        "reply",
        "政策咨询答复",
        "您好，您咨询的“{标题}”（{编号}），{部门}答复如下：{办理情况}。办理时请带身份证原件，"
        "有疑问可拨打{部门}值班电话。",
    ),
    (
        "close",
        "现场处理结果",
        "您好，您反映的“{标题}”，{部门}已于{日期}到现场处理：{办理情况}。如再出现，"
        "可在进度页直接要求重办。",
    ),
    (
        "close",
        "暂时办不了的说明",
        "您好，“{标题}”经{部门}{日期}现场查看，目前不具备施工条件，原因是：____。"
        "已列入计划，预计____前有结果，到时再告诉您。",
    ),
    (
        "reject",
        "不属本区职责",
        "您好，您反映的“{标题}”不归本区办理，应由____负责，电话____，我们已告知您具体找法。",
    ),
    (
        "add",
        "进展告知",
        "您好，“{标题}”（{编号}）{部门}{日期}已到现场，下一步____，预计____完成。",
    ),
)


@transaction.atomic
def load(district: District) -> None:
    """Put the examples in place once."""
    if ReplyTemplate.objects.filter(district=district).exists():
        return
    approver = _post(district, "district")
    if approver is None:
        return
    for n, (occasion, title, body) in enumerate(TEMPLATES, 1):
        values = {"occasion": occasion, "title": title, "body": body, "order": n * 10}
        replies.save_template(None, values, by=approver)
    if not Proposal.objects.filter(district=district).exists():
        _holds(district, approver)
        _exclusion(district)
        _merge_and_look(district, _post(district, "grid_worker"))


def _holds(district: District, approver: User) -> None:
    """One hold in force, one that waits for approval; an accepted request stays free."""
    waiting = list(_in_state(district, "accepted")[:3])
    today = timezone.localdate()
    if len(waiting) > 1:
        _hold(waiting[0], today + timedelta(days=45), "plan", approver)
    if len(waiting) > 2:
        _hold(waiting[1], today + timedelta(days=20), "funds", None)


def _exclusion(district: District) -> None:
    ended = _in_state(district, *CLOSED).first()
    if ended is not None and (desk := _desk_of(ended)):
        proposals.exclude_ask(
            ended,
            by=desk,
            why="repeat",
            statement="同一事项上月已依法答复，本次未提出新情况，附上次答复编号。",
        )


def _merge_and_look(district: District, worker: User | None) -> None:
    """In the first town with three new ones: two become one, the third is looked at."""
    desk = _post(district, "township")
    if desk is None:
        return
    new = list(_in_state(district, "submitted").visible_to(desk)[:3])
    if len(new) > 2:
        merging.merge(new[0], by=desk, target=new[1], note="同一处、同一天反映。")
        looking.look(
            new[2],
            by=desk,
            holder=worker if _serves(worker, new[2]) else None,
            note="先看是否在公共路段，拍全景和近景各一张。",
        )


def _in_state(district: District, *states: str) -> RequestQuerySet:
    """The newest first, of towns that have a desk."""
    towns = Post.objects.current().filter(district=district, role="township")
    rows = Request.objects.filter(district=district, state__in=states)
    return rows.filter(large__in=towns.values("grid")).order_by("-id")


def _desk_of(row: Request) -> User | None:
    posts = Post.objects.current().filter(role="township", grid=row.large)
    post = posts.select_related("user").order_by("pk").first()
    return post.user if post else None


def _hold(row: Request, day: date, why: str, by: User | None) -> None:
    desk = _desk_of(row)
    if desk is None:
        return
    statement = {
        "plan": "涉及整段污水管网改造，镇街无法单独施工。已两次现场会商，须列入明年年度计划。",
        "funds": "路灯迁改预算已报区财政，资金未落实前仅能临时照明，已设警示牌并每周巡查。",
    }[why]
    proposals.hold_ask(row, by=desk, why=why, statement=statement, review_on=day)
    if by is not None:
        proposals.hold(row, by=by, note="同意挂账，临时措施按周报进展。")


def _post(district: District, role: str) -> User | None:
    posts = Post.objects.current().filter(district=district, role=role)
    post = posts.select_related("user").order_by("pk").first()
    return post.user if post else None


def _serves(worker: User | None, row: Request) -> bool:
    return worker is not None and scope_of(worker).holds(GRID, row)
