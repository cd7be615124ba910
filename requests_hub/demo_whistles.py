"""What may happen to a call on its way, on the demo's own requests: each once, all invented."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.core import dictionaries, worktime
from governance.core.errors import DomainError
from governance.core.models import User
from governance.core.worktime import Amount
from grids.models import District, Post
from requests_hub.actions import base, extensions, pauses, returns, scores
from requests_hub.models import Extension, Return, Score, Task

HOUR = timedelta(hours=1)
SCORED = 6


@transaction.atomic
def load(district: District) -> int:
    """Return, extend, hold and score a few calls; gives how many steps were taken."""
    if Return.objects.exists() or Extension.objects.exists() or Score.objects.exists():
        return 0
    desk = User.objects.filter(username="town_a").first()
    centre = User.objects.filter(username="district").first()
    if desk is None or centre is None:
        return 0
    return Teller(district, desk, centre).tell()


class Teller:
    """Takes the steps at believable moments: after the last one, before now."""

    def __init__(self, district: District, desk: User, centre: User) -> None:
        self.desk, self.centre = desk, centre
        rows = Task.objects.visible_to(desk)  # what lies elsewhere is not this desk's
        rows = rows.filter(district=district, kind="whistle")
        self.rows = rows.select_related("whistle", "department", "request")
        self.done = 0

    def tell(self) -> int:
        called = self.rows.filter(state="called").exclude(whistle__kind="emergency")
        plots = (self._returned, self._ruled, self._forced)
        fresh = list(called.order_by("-id")[: len(plots)])
        working = self.rows.filter(state__in=["claimed", "planned", "handling"])
        working = working.filter(due_at__gt=timezone.now()).order_by("id")
        for task, plot in zip(fresh, plots, strict=False):
            plot(task)
        for task in working[:1]:
            self._asked(task)
        for task in working.filter(extension_state="")[:1]:
            self._held(task)
        for task in self.rows.filter(state="closed").order_by("-id")[:SCORED]:
            self._scored(task)
        return self.done

    def _officer(self, task: Task) -> User:
        post = Post.objects.current().filter(role="officer", department=task.department)
        return post.select_related("user").order_by("pk")[0].user

    def _at(
        self, moment: datetime, action: Callable[..., Any], task: Task, **given: Any
    ) -> None:
        """Take one step; what the rules refuse is left out of the story."""
        try:
            with base.at(min(moment, timezone.now())):
                action(Task.objects.get(pk=task.pk), **given)
        except DomainError:
            return
        self.done += 1

    def _later(self, task: Task, hours: float) -> datetime:
        return worktime.add_working(task.created_at, timedelta(hours=hours))

    def _returned(self, task: Task) -> None:
        self._at(
            self._later(task, 1),
            returns.send_back,
            task,
            by=self._officer(task),
            kind="unclear",
            reason="该路段为小区内部道路，管养单位未明确，请先确认权属。",
        )

    def _ruled(self, task: Task) -> None:
        officer = self._officer(task)
        for hours, why in (
            (0.5, "不在本单位三定职责内。"),
            (1.5, "与职责清单第 12 条不符。"),
        ):
            self._at(
                self._later(task, hours),
                returns.send_back,
                task,
                by=officer,
                kind="not_ours",
                reason=why,
            )
            self._at(
                self._later(task, hours + 0.5),
                returns.send_again,
                task,
                by=self.desk,
                reason="职责清单写明由你单位配合。",
            )

    def _forced(self, task: Task) -> None:
        """Returned twice, and the district's centre ruled: it stays with them, dispatched by force."""
        self._ruled(task)
        self._at(
            self._later(task, 3),
            returns.rule,
            task,
            by=self.centre,
            reason="经查权责清单，由你单位牵头办理，不得再退；本裁定为最终裁定。",
        )

    def _asked(self, task: Task) -> None:
        self._at(
            timezone.now() - HOUR,
            extensions.ask_extension,
            task,
            by=task.holder or self._officer(task),
            amount=Amount.parse("2d"),
            reason="配件到货要到后天。",
        )

    def _held(self, task: Task) -> None:
        self._at(
            timezone.now() - HOUR,
            pauses.pause,
            task,
            by=self.desk,
            kind="weather",
            reason="连日有雨，路面无法施工。",
            until=worktime.add_working(timezone.now(), Amount.parse("3d")),
        )

    def _scored(self, task: Task) -> None:
        marks = {
            name: {e.code: 5 - (n + task.pk) % 3 for n, e in enumerate(entries)}
            for name in ("score_department", "score_call")
            if (entries := dictionaries.items(name))
        }
        moment = (task.ended_at or timezone.now()) + HOUR
        self._at(
            moment, scores.score, task, by=self.desk, marks=marks["score_department"]
        )
        self._at(
            moment,
            scores.score_call,
            task,
            by=self._officer(task),
            marks=marks["score_call"],
        )
