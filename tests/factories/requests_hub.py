"""Requests and whistles for tests, made by the real actions and brought to any state."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from grids.models import Department
from requests_hub.actions import (
    desk,
    feedback,
    handling,
    intake,
    looking,
    merging,
    proposals,
    whistles,
)
from requests_hub.actions.actors import SYSTEM, Reporter
from requests_hub.models import Request, Task, Whistle

# inside micro grid a1_1_1 of the small district
HERE = {"lon": 112.005, "lat": 22.905}


def submit(district: Any, **changes: Any) -> Request:
    """A request from the public page, in village a1."""
    fields: dict[str, Any] = {
        "district": district,
        "channel": "public",
        "body": "村委旁井盖破损，路面积水，影响学生通行。",
        **HERE,
        **changes,
    }
    return intake.submit_request(**fields).request


def whistled(request: Request, cast: Any, *departments: Department) -> Whistle:
    """Accepted by town A and whistled; the first department leads."""
    if request.state == "submitted":
        desk.accept(request, by=cast.town_a)
    lead, *assist = departments
    return whistles.whistle(request, by=cast.town_a, lead=lead, assist=assist)


def task_of(request: Request, department: Department | None = None) -> Task:
    """The request's newest task, of that department if one is named."""
    rows = Task.objects.filter(request=request)
    if department is not None:
        rows = rows.filter(department=department)
    return rows.order_by("-id")[0]


def answered(task: Task, officer: Any) -> Task:
    """Reported in, claimed and replied by one officer."""
    whistles.report_in(task, by=officer)
    whistles.claim(task, by=officer, plan="当天处理")
    return handling.reply(task, by=officer, reply="井盖已更换，积水已排。")


class Makers:
    """Brings a fresh request to any state of its machine."""

    def __init__(self, forest: Any, cast: Any, departments: Any) -> None:
        self.district = forest.district
        self.cast, self.departments = cast, departments

    def request(self, state: str = "submitted", **changes: Any) -> Request:
        request = submit(self.district, **changes)
        getattr(self, f"_to_{state}")(request)
        return Request.objects.get(pk=request.pk)

    def _to_submitted(self, request: Request) -> None:
        pass

    def _to_accepted(self, request: Request) -> None:
        desk.accept(request, by=self.cast.town_a)

    def _to_rejected(self, request: Request) -> None:
        desk.reject(
            request, by=self.cast.town_a, reason="属于云安区，请找云安区水务局。"
        )

    def _to_dispatched(self, request: Request) -> None:
        self._to_accepted(request)
        desk.dispatch(request, by=self.cast.town_a, holder=self.cast.worker_a)

    def _to_signed(self, request: Request) -> None:
        self._to_dispatched(request)
        handling.claim(task_of(request), by=self.cast.worker_a)

    def _to_handling(self, request: Request) -> None:
        self._to_signed(request)
        handling.handle(task_of(request), by=self.cast.worker_a, note="正在清理")

    def _to_whistled(self, request: Request) -> None:
        d = self.departments
        whistled(request, self.cast, d["urban_management"], d["transport"])

    def _to_replied(self, request: Request) -> None:
        self._to_whistled(request)
        d = self.departments
        answered(task_of(request, d["urban_management"]), self.cast.officer_a)
        answered(task_of(request, d["transport"]), self.cast.officer_b)

    def _to_checking(self, request: Request) -> None:
        self._to_replied(request)
        feedback.verify(request, by=self.cast.worker_a, note="现场已看，井盖已换。")

    def _to_reworked(self, request: Request) -> None:
        self._to_replied(request)
        feedback.rework(request, by=self.cast.worker_a, reason="积水还在。")

    def _to_closed(self, request: Request) -> None:
        self._to_checking(request)
        feedback.close(request, by=self.cast.town_a)

    def _to_revisited(self, request: Request) -> None:
        self._to_closed(request)
        feedback.rate(
            request,
            by=Reporter(request.pk),
            is_solved=True,
            satisfaction="satisfied",
        )

    def _to_reopened(self, request: Request) -> None:
        self._to_closed(request)
        feedback.reopen(request, by=Reporter(request.pk), reason="又坏了。")

    def _to_verify(self, request: Request) -> None:
        looking.look(request, by=self.cast.town_a, holder=self.cast.worker_a)

    def _to_held(self, request: Request) -> None:
        self._to_accepted(request)
        proposals.hold_ask(
            request,
            by=self.cast.town_a,
            why="funds",
            statement="管网改造资金未落实，已申报明年计划。",
            review_on=timezone.localdate() + timedelta(days=30),
        )
        proposals.hold(request, by=self.cast.district, note="同意挂账。")

    def _to_merged(self, request: Request) -> None:
        target = submit(self.district, body="井盖坏了，已有人报过。")
        merging.merge(request, by=self.cast.town_a, target=target)

    def _to_withdrawn(self, request: Request) -> None:
        feedback.withdraw(request, by=Reporter(request.pk))


def makers(forest: SimpleNamespace, cast: SimpleNamespace, departments: Any) -> Makers:
    return Makers(forest, cast, departments)


Make = Callable[..., Request]
__all__ = ["HERE", "SYSTEM", "Makers", "answered", "submit", "task_of", "whistled"]
