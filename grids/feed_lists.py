"""What the pages about feeds show, each in a fixed number of statements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.core.models import User
from governance.core.registers import Register, find, show
from governance.core.registers.panels import source_words
from grids.actions.claims import may_decide
from grids.feeds import mapping, transforms
from grids.feeds.believing import POSITION, columns_of, field_of, label_of, told_by
from grids.models import Claim, Department, Feed, FeedRun, FieldRule
from grids.scoping import Viewer, scope_of

READERS = frozenset(
    ["district", "township", "grid_leader", "officer", "leader", "admin", "auditor"]
)
PAGE = 50


@dataclass(frozen=True)
class Stamp:
    """When a department last delivered, over its feeds."""

    department: Department
    delivered_at: datetime | None
    feeds: int
    late: int


def stamps(user: Viewer) -> list[Stamp]:
    """One per department that delivers anything; one statement."""
    feeds = Feed.objects.visible_to(user).in_use().select_related("department")
    by_unit: dict[int, list[Feed]] = {}
    for feed in feeds:
        by_unit.setdefault(feed.department_id, []).append(feed)
    return [
        Stamp(
            group[0].department,
            max((f.delivered_at for f in group if f.delivered_at), default=None),
            len(group),
            sum(1 for f in group if f.overdue_days),
        )
        for group in by_unit.values()
    ]


def roles_of(user: Viewer) -> frozenset[str]:
    """The posts somebody holds now."""
    return scope_of(user).roles


def open_claims(user: Viewer) -> int:
    """How many differing words wait in somebody's area; one statement."""
    return Claim.objects.visible_to(user).open().count()


@dataclass(frozen=True)
class FeedRow:
    """A feed with its newest run and how many of its words wait to be settled."""

    feed: Feed
    run: FeedRun | None
    asked: int
    register: Register | None

    @property
    def tone(self) -> str:
        """Of the badge that says how fresh it is."""
        if not self.feed.is_active:
            return "grey"
        if self.run is not None and self.run.state in {"broken", "refused"}:
            return "red"
        if self.feed.overdue_days:
            return "red"
        if self.run is not None and self.run.state == "held":
            return "amber"
        return "green" if self.feed.delivered_at else "grey"


def feeds_of(user: Viewer) -> list[FeedRow]:
    """Every feed somebody may see, in official order; two statements."""
    asked = Claim.objects.visible_to(user).open()
    # rows of Feed with two attributes more, which no type names
    feeds: list[Any] = list(
        Feed.objects.visible_to(user)
        .select_related("department")
        .annotate(
            newest=Max("runs"),
            waiting=Count("claims", filter=Q(claims__in=asked), distinct=True),
        )
        .order_by("department__order", "department_id", "pk")
    )
    runs = FeedRun.objects.in_bulk([f.newest for f in feeds if f.newest])
    return [
        FeedRow(
            f, runs.get(f.newest) if f.newest else None, f.waiting, find(f.register)
        )
        for f in feeds
    ]


# --- mapping --------------------------------------------------------------------------------


@dataclass
class Line:
    """One source column on the mapping page."""

    number: int
    entry: mapping.Entry
    samples: list[str]
    codes: str = ""
    transforms: list[tuple[str, Any, bool]] = field(default_factory=list)


def lines_of(feed: Feed, entries: Sequence[mapping.Entry]) -> list[Line]:
    """The source columns with their samples and what is done to them."""
    rows = json.loads(feed.sample) if feed.sample else []
    code, out = feed.district.code, []
    for number, entry in enumerate(entries):
        samples = [mapping.shown(row.get(entry.source, ""), code) for row in rows]
        line = Line(number, entry, [s for s in samples if s])
        line.codes = "\n".join(f"{old} = {new}" for old, new in entry.codes.items())
        line.transforms = [
            (name, label, name in entry.transforms)
            for name, (label, _turn) in transforms.TRANSFORMS.items()
        ]
        out.append(line)
    return out


# --- rules ----------------------------------------------------------------------------------


@dataclass
class RuleLine:
    """One field on the page of rules, with the order of its sources."""

    name: str
    label: str
    rule: str
    order: list[tuple[str, str]]


def rule_lines(feed: Feed) -> list[RuleLine]:
    """The fields that this feed delivers; sources that were never ordered come last."""
    register = find(feed.register)
    rows = FieldRule.objects.filter(district=feed.district, register=feed.register)
    rules = {row.column: row for row in rows}
    others = Feed.objects.filter(district=feed.district, register=feed.register)
    known = ["manual", "import", *(f.source for f in others.order_by("pk"))]
    names = {f"feed:{f.code}": f.name for f in others}
    out = []
    for name in dict.fromkeys(field_of(column) for column in feed.columns):
        if name == mapping.AS_OF:
            continue
        rule = rules.get(name)
        order = [s for s in (rule.order if rule else []) if s in known]
        order += [s for s in known if s not in order]
        shown = [(s, names.get(s) or _plain_source(s)) for s in order]
        out.append(
            RuleLine(
                name, label_of(register, name), rule.rule if rule else "ask", shown
            )
        )
    return out


def _plain_source(source: str) -> str:
    return _("imported file") if source == "import" else _("entered by hand")


# --- differing words ------------------------------------------------------------------------


@dataclass
class ClaimRow:
    """One differing word beside what the record says."""

    claim: Claim
    label: str
    record_url: str
    register_label: str
    ours: str
    ours_source: str
    ours_at: datetime | None
    theirs: str
    may_decide: bool = False
    is_masked: bool = False


def claim_rows(claims: Sequence[Claim], user: User) -> list[ClaimRow]:
    """Claims with the records they are about; one statement per register among them."""
    by_register: dict[str, list[Claim]] = {}
    for claim in claims:
        by_register.setdefault(claim.register, []).append(claim)
    records: dict[tuple[str, int], Any] = {}
    for key, group in by_register.items():
        register = find(key)
        if register is None:
            continue
        rows = register.visible(user).filter(pk__in=[c.record_id for c in group])
        records.update({(key, row.pk): row for row in rows})
    return [_claim_row(c, records.get((c.register, c.record_id)), user) for c in claims]


def _claim_row(claim: Claim, record: Any, user: User) -> ClaimRow:
    register = find(claim.register)
    source, at = told_by(record, claim.column) if record is not None else ("", None)
    columns = (
        [c for c in register.columns if c.name in columns_of(claim.column)]
        if (register)
        else []
    )
    is_masked = any(c.is_sensitive for c in columns)
    theirs, ours = claim.shown, _ours(columns, record, claim.column)
    if is_masked:
        theirs = show.masked(columns[0], theirs)
    url = ""
    if record is not None and register is not None:
        url = reverse("registry_record", args=[register.key, record.pk])
    return ClaimRow(
        claim=claim,
        label=label_of(register, claim.column),
        record_url=url,
        register_label=str(register.label) if register else claim.register,
        ours=ours,
        ours_source=source_words(source) if source != "import" else _("imported file"),
        ours_at=at,
        theirs=theirs,
        may_decide=may_decide(user, claim),
        is_masked=is_masked,
    )


def _ours(columns: Sequence[Any], record: Any, name: str) -> str:
    if record is None:
        return ""
    if name == POSITION:
        return f"{record.lon}, {record.lat}" if record.has_position else ""
    return show.safe(columns[0], record) if columns else ""


def beside(register: Register, record: Any, user: User) -> list[ClaimRow]:
    """What other sources say of one record; two statements at most."""
    rows = Claim.objects.filter(register=register.key, record_id=record.pk)
    rows = rows.exclude(state=Claim.State.TAKEN).select_related("feed__department")
    return [_claim_row(claim, record, user) for claim in rows.order_by("column", "pk")]
