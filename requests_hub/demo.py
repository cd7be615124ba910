"""Demo requests in every state, made by the real actions at believable times. All is invented."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from governance.core import attachments, dictionaries, worktime
from governance.core.models import Attachment, User
from grids.models import Department, District, Grid, GridShape
from requests_hub.actions import (
    base,
    desk,
    feedback,
    handling,
    intake,
    revisits,
    whistles,
)
from requests_hub.actions.actors import Reporter
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request, Task

FILE = Path(__file__).parent / "data" / "demo_requests.csv"
DESKS = {"445302001": "town_a", "445302003": "town_b"}
WORKERS = {"445302001009": "worker_a", "445302003001": "worker_b"}
SCENES = (("#9db4c8", "#5b6770"), ("#2a3550", "#1a2233"), ("#c9d6b8", "#76806b"))
PLAIN = "已到现场处理，情况已恢复，附照片。"


def load() -> int:
    """Make the demo requests that are not there yet; gives how many were made."""
    district = District.objects.filter(code=settings.DISTRICT_CODE).first()
    if district is None or not User.objects.filter(username="town_a").exists():
        return 0
    _boxes.cache_clear()
    made = sum(_tell(story, district) for story in _stories())
    for file in sorted(Path(__file__).parent.glob("demo_*.py")):  # what each topic adds
        made += import_module(f"requests_hub.{file.stem}").load(district) or 0
    return made


@dataclass(frozen=True)
class Story:
    """One line of the file. `path` names how far it goes, `days` how long ago it began."""

    n: int
    village: str
    tile: str
    title: str
    body: str
    path: str
    days: int
    departments: list[str]
    urgency: str
    channel: str


def _stories() -> list[Story]:
    """The oldest first, so that ids run with time."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            Story(
                n=n,
                village=row["village"],
                tile=row["tile"],
                title=row["title"],
                body=row["body"],
                path=row["path"],
                days=int(row["days"]),
                departments=[d for d in row["departments"].split(";") if d],
                urgency=row["urgency"],
                channel=row["channel"],
            )
            for n, row in enumerate(csv.DictReader(file))
        ]
    return sorted(rows, key=lambda story: -story.days)


@transaction.atomic
def _tell(story: Story, district: District) -> bool:
    external_id = f"demo-{story.n:03d}"
    same = Request.objects.filter(district=district, external_id=external_id)
    if same.exists():
        return False
    Teller(story, district, external_id).tell()
    return True


class Teller:
    """Brings one story to its state, moving the clock on before each step."""

    def __init__(self, story: Story, district: District, external_id: str) -> None:
        self.story, self.district, self.external_id = story, district, external_id
        self.chance = random.Random(story.n)  # noqa: S311 - demo content
        self.moment = _start(story, self.chance)
        town = story.village[:9]
        self.desk = User.objects.get(username=DESKS[town])
        worker = WORKERS.get(story.village, f"worker_{story.village[6:]}")
        self.worker = User.objects.get(username=worker)

    def tell(self) -> None:
        with self._later(0):
            self.request = self._submitted()
        self._renumber()
        for name in PATHS[self.story.path]:
            getattr(self, f"_{name}")()

    def _later(self, minutes: int) -> Any:
        """The next moment: so much working time on, never in the future."""
        step = timedelta(minutes=minutes + self.chance.randrange(0, 20))
        self.moment = min(worktime.add_working(self.moment, step), timezone.now())
        return base.at(self.moment)

    def _submitted(self) -> Request:
        story = self.story
        tile = dictionaries.item("public_category", story.tile)
        category = tile and dictionaries.item(
            CATEGORIES, str(tile.data.get("category", ""))
        )
        lon, lat = self._spot()
        by = {"field": self.worker, "staff": self.desk}.get(story.channel)
        return intake.submit_request(
            district=self.district,
            channel=story.channel,
            by=by,
            title=story.title,
            body=story.body,
            category=category,
            lon=lon,
            lat=lat,
            grid=Grid.objects.get(code=story.village),
            urgency=story.urgency,
            external_id=self.external_id,
            reporter_name=""
            if by
            else self.chance.choice(["陈小芳", "李先生", "黄阿姨"]),
            files=self._photos(1 + story.n % 2, Attachment.Purpose.BEFORE, by),
        ).request

    def _spot(self) -> tuple[float | None, float | None]:
        """The middle of one of the village's micro grids."""
        found = _boxes(self.story.village)
        if not found:
            return None, None
        west, east, south, north = self.chance.choice(found)
        return round((west + east) / 2, 6), round((south + north) / 2, 6)

    def _renumber(self) -> None:
        """A number of the day it came in; the database gave one of today."""
        day = timezone.localtime(self.moment).strftime("%Y%m%d")
        no = f"{settings.REQUEST_PREFIX}{day}-{9001 + self.story.n:04d}"
        Request.objects.filter(pk=self.request.pk).update(no=no)

    def _photos(self, count: int, purpose: str, by: User | None) -> list[Attachment]:
        return [
            attachments.store(
                ContentFile(picture(self.story.n * 4 + n), name="现场.jpg"),
                by=by,
                purpose=purpose,
            )
            for n in range(count)
        ]

    # --- Steps ---------------------------------------------------------------------------

    def _task(self, n: int) -> tuple[Task, User]:
        """The n-th called department's task, and an officer of it."""
        code = self.story.departments[n]
        task = Task.objects.get(request=self.request, department__code=code)
        names = {"urban_management": "officer_a", "transport": "officer_b"}
        username = names.get(code, f"officer_{code}")
        return task, User.objects.get(username=username)

    def _accept(self) -> None:
        with self._later(25):
            desk.accept(self.request, by=self.desk)

    def _reject(self) -> None:
        with self._later(40):
            desk.reject(
                self.request,
                by=self.desk,
                reason="这段路由邻县养护，请拨打邻县 12345 反映，我们已一并转告。",
            )

    def _withdraw(self) -> None:
        with self._later(30):
            feedback.withdraw(self.request, by=Reporter(self.request.pk))

    def _answer(self) -> None:
        with self._later(45):
            desk.reply(
                self.request,
                by=self.desk,
                reply="可带身份证到镇街党群服务中心 3 号窗口办理，当天办好；行动不便可预约上门。",
            )

    def _whistle(self) -> None:
        codes = self.story.departments
        found = {d.code: d for d in Department.objects.filter(code__in=codes)}
        lead, *assist = [found[code] for code in codes]
        kind = "emergency" if self.story.urgency == "emergency" else "routine"
        with self._later(50):
            whistles.whistle(
                self.request,
                by=self.desk,
                lead=lead,
                assist=assist,
                kind=kind,
                note="请先到现场看，再定谁来做。",
            )

    def _report_lead(self) -> None:
        task, officer = self._task(0)
        with self._later(25):
            whistles.report_in(task, by=officer, who=str(officer), arrives="今天下午")

    def _work_lead(self) -> None:
        task, officer = self._task(0)
        with self._later(40):
            whistles.claim(task, by=officer, plan="先围挡警示，备料后修复。")
        with self._later(60):
            whistles.handle(
                task,
                by=officer,
                note="已排班进场，现场已围挡。",
                files=self._photos(1, Attachment.Purpose.DURING, officer),
            )

    def _reply_lead(self) -> None:
        task, officer = self._task(0)
        with self._later(120):
            handling.reply(
                task,
                by=officer,
                reply=PLAIN,
                files=self._photos(1, Attachment.Purpose.AFTER, officer),
            )

    def _others(self) -> None:
        for n in range(1, len(self.story.departments)):
            task, officer = self._task(n)
            with self._later(15):
                whistles.report_in(task, by=officer, who=str(officer))
            with self._later(15):
                whistles.claim(task, by=officer, plan="配合主办单位。")
            with self._later(60):
                handling.reply(task, by=officer, reply="已配合处理，夜间加巡一次。")

    def _give(self) -> None:
        with self._later(20):
            desk.dispatch(self.request, by=self.desk, note="请到现场看一下。")

    def _grid_task(self) -> Task:
        return Task.objects.get(request=self.request, kind=Task.Kind.GRID)

    def _take(self) -> None:
        with self._later(20):
            handling.claim(self._grid_task(), by=self.worker)

    def _work(self) -> None:
        with self._later(40):
            handling.handle(
                self._grid_task(), by=self.worker, note="已到现场，正在处理。"
            )

    def _done(self) -> None:
        with self._later(90):
            handling.reply(
                self._grid_task(),
                by=self.worker,
                reply=PLAIN,
                files=self._photos(1, Attachment.Purpose.AFTER, self.worker),
            )

    def _check(self) -> None:
        grid = self.request.large is not None and self.story.departments
        with self._later(60):
            feedback.verify(
                self.request,
                by=self.worker if grid else self.desk,
                note="到场看过，已经办好。",
                files=self._photos(1, Attachment.Purpose.CHECK, self.worker),
            )

    def _rework(self) -> None:
        with self._later(60):
            feedback.rework(
                self.request, by=self.worker, reason="只清了一半，下雨后又有积水。"
            )

    def _close(self) -> None:
        with self._later(30):
            feedback.close(self.request, by=self.desk)

    def _rate(self) -> None:
        satisfied = self.story.n % 3 != 1
        with self._later(90):
            feedback.rate(
                self.request,
                by=Reporter(self.request.pk),
                is_solved=True,
                satisfaction="satisfied" if satisfied else "basically",
                comment="办得很快，谢谢。" if satisfied else "",
            )

    def _ask_apart(self) -> None:
        """The second department did not do its part, says the resident on the telephone."""
        task, _officer = self._task(1)
        with self._later(120):
            revisits.revisit(
                self.request,
                by=self.desk,
                is_solved=True,
                satisfaction="basically",
                words="污水不流了，垃圾桶还是不够。",
                of={
                    task.department_id or 0: revisits.Answers(
                        is_solved=False,
                        satisfaction="dissatisfied",
                        words="说好加两个桶，没有加。",
                    )
                },
            )

    def _reopen(self) -> None:
        with self._later(200):
            feedback.reopen(
                self.request, by=Reporter(self.request.pk), reason="亮了一晚又灭了。"
            )


@cache
def _boxes(village: str) -> list[tuple[float, float, float, float]]:
    """West, east, south and north of a village's micro grids; read once a load."""
    rows = GridShape.objects.filter(
        grid__level="micro", grid__code__startswith=village
    ).order_by("grid_id")
    return list(rows.values_list("min_lon", "max_lon", "min_lat", "max_lat")[:60])


CALLED = ["accept", "whistle"]
ANSWERED = [*CALLED, "report_lead", "work_lead", "others", "reply_lead"]
CLOSED = [*ANSWERED, "check", "close"]
GRID = ["accept", "give"]
GRID_DONE = [*GRID, "take", "work", "done"]
PATHS: dict[str, list[str]] = {
    "submitted": [],
    "submitted_late": [],
    "accepted": ["accept"],
    "rejected": ["reject"],
    "withdrawn": ["withdraw"],
    "direct": ["accept", "answer"],
    "called": CALLED,
    "late_report": CALLED,
    "emergency": [*CALLED, "report_lead"],
    "handling_dept": [*CALLED, "report_lead", "work_lead"],
    "overdue": [*CALLED, "report_lead", "work_lead"],
    "partly": [*CALLED, "report_lead", "work_lead"],
    "replied": ANSWERED,
    "checking": [*ANSWERED, "check"],
    "reworked": [*ANSWERED, "rework"],
    "closed": CLOSED,
    "rated": [*CLOSED, "rate"],
    "asked_apart": [*CLOSED, "ask_apart"],
    "reopened": [*CLOSED, "reopen"],
    "grid_offered": GRID,
    "grid_signed": [*GRID, "take"],
    "grid_handling": [*GRID, "take", "work"],
    "grid_replied": GRID_DONE,
    "grid_rated": [*GRID_DONE, "check", "close", "rate"],
}


def _start(story: Story, chance: random.Random) -> datetime:
    """So many working days ago, in office hours; today's began a little while ago."""
    now = timezone.now()
    if story.days == 0:
        return now - timedelta(minutes=chance.randrange(60, 180))
    day = timezone.localdate()
    for _n in range(story.days):
        day = next(_working_days_before(day))
    opens = timezone.make_aware(datetime(day.year, day.month, day.day, 8, 30))  # noqa: DTZ001
    return opens + timedelta(minutes=chance.randrange(0, 180))


def _working_days_before(day: Any) -> Iterator[Any]:
    while True:
        day -= timedelta(days=1)
        if worktime.is_working_day(day):
            yield day


def picture(seed: int) -> bytes:
    """A small drawn street scene as JPEG; nothing real is shown."""
    from PIL import Image, ImageDraw

    chance = random.Random(seed)  # noqa: S311 - demo content
    sky, ground = SCENES[seed % len(SCENES)]
    image = Image.new("RGB", (480, 320), sky)
    draw = ImageDraw.Draw(image)
    x = 0
    while x < 480:
        width, top = chance.randrange(40, 80), chance.randrange(60, 170)
        draw.rectangle(
            (x, top, x + width, 230), fill=chance.choice(["#8a97a5", "#a8998a"])
        )
        for wx in range(x + 8, x + width - 8, 16):
            for wy in range(top + 10, 215, 22):
                draw.rectangle((wx, wy, wx + 7, wy + 10), fill="#e9dfb8")
        x += width + chance.randrange(2, 10)
    draw.rectangle((0, 230, 480, 320), fill=ground)
    left, low = chance.randrange(60, 300), chance.randrange(250, 280)
    draw.ellipse(
        (left, low, left + 120, low + 34), fill="#3a4046", outline="#d08a2e", width=4
    )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()
