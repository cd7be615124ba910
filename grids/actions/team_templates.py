"""Which posts a team has, by level and area type; every list is the district's to change."""

from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers.spec import Values
from grids.actions.posts import LEVELS as POST_LEVELS
from grids.models import District, TeamSlot, TeamTemplate
from grids.registers import base
from grids.scoping import posts_of

KEEPERS = frozenset({"district", "admin"})


@dataclass(frozen=True)
class Proposed:
    """One post of a proposed template."""

    code: str
    name: str
    name_en: str
    held_by: str = "person"
    post_role: str = ""
    required: int = 1
    is_open: bool = False


def _open(code: str, name: str, name_en: str, held_by: str = "person") -> Proposed:
    return Proposed(code, name, name_en, held_by, required=0, is_open=True)


LEADER = Proposed("grid_leader", "网格长", "grid leader", "account", "grid_leader")
WORKER = Proposed("grid_worker", "网格员", "grid worker", "account", "grid_worker")
LIAISON = Proposed("liaison", "联络员", "liaison", "account", "liaison")
# No published text lists the ten; these are drawn from practice (docs/glossary.md).
TEN = (
    LEADER,
    Proposed(
        "grid_worker", "专职网格员", "full-time grid worker", "account", "grid_worker"
    ),
    Proposed("branch_secretary", "网格党支部书记", "grid branch secretary"),
    Proposed("linked_leader", "挂点领导", "leader linked to the grid"),
    Proposed("police", "社区民警", "community police officer", "officer"),
    Proposed("legal_adviser", "法律顾问", "legal adviser"),
    Proposed("family_doctor", "家庭医生", "family doctor"),
    Proposed("mediator", "人民调解员", "people's mediator"),
    Proposed("volunteer_team", "志愿服务队", "volunteer team", "organisation"),
    Proposed("station", "网格阵地", "grid station", "organisation"),
)
OPEN = (
    _open("building_head", "楼栋长", "head of a building"),
    _open("property", "物业员", "property manager's staff"),
    _open("worthy", "乡贤", "local worthy"),
    _open("helper", "热心群众", "helpful neighbour"),
    _open("volunteer", "志愿者", "volunteer"),
)
# A micro grid has no post of grid leader: its leader is a person without rights in the system.
MICRO = (
    Proposed("grid_leader", "网格长", "grid leader"),
    WORKER,
    LIAISON,
    *OPEN,
)
PROPOSALS = (
    ("medium", "十个一", TEN),
    ("small", "3＋N", (LEADER, WORKER, LIAISON, *OPEN)),
    ("micro", "3＋N", MICRO),
)


def _may_keep(by: Actor) -> None:
    if isinstance(by, User) and not any(p.role in KEEPERS for p in posts_of(by)):
        raise NotAllowed(_("Team templates are kept by the district."))


@transaction.atomic
def load_proposals(district: District, *, by: Actor) -> int:
    """Add the proposed templates for levels that have none; returns how many.

    Raises:
        NotAllowed: not the district's own staff.
    """
    _may_keep(by)
    added = 0
    for level, name, slots in PROPOSALS:
        if TeamTemplate.objects.filter(district=district, level=level).exists():
            continue
        template = TeamTemplate.objects.create(
            district=district, level=level, name=name
        )
        TeamSlot.objects.bulk_create(
            TeamSlot(template=template, order=n * 10, **vars(slot))
            for n, slot in enumerate(slots, 1)
        )
        data = {"level": level, "posts": len(slots)}
        events.record("teamtemplate.proposed", template, by, data)
        added += 1
    return added


@transaction.atomic
def save_template(
    row: TeamTemplate | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    copy_of: TeamTemplate | None = None,
) -> TeamTemplate:
    """Make a template or change it; a new one may begin as a copy of another's posts.

    Raises:
        NotAllowed: not the district's own staff. Invalid, Conflict: see `base.write`.
    """
    _may_keep(by)
    saved = _write(row, TeamTemplate, {**values, "is_proposal": False}, by, version)
    if row is None and copy_of is not None:
        for slot in copy_of.slots.active():
            slot.pk, slot.template = None, saved
            slot._state.adding = True  # noqa: SLF001 - Django's documented way to copy
            slot.save()
    return cast(TeamTemplate, saved)


@transaction.atomic
def save_slot(
    row: TeamSlot | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> TeamSlot:
    """Add a post to a template, or change it. The template is then no proposal any more.

    Raises:
        NotAllowed: not the district's own staff.
        Invalid: a role that is not posted at this level; see `base.write`.
    """
    _may_keep(by)
    values = dict(values)
    template = _template(row, values)
    if row is None:
        values["template"] = template
        values.setdefault("order", _last(template) + 10)
        values["code"] = values.get("code") or _code(template, values)
    if values.get("is_open", row.is_open if row else False):
        values["required"] = 0
    _check_role(template, row, values)
    saved = _write(row, TeamSlot, values, by, version, source)
    if template.is_proposal:
        TeamTemplate.objects.filter(pk=template.pk).update(is_proposal=False)
    return cast(TeamSlot, saved)


def _write(
    row: Any,
    model: Any,
    values: Values,
    by: Actor,
    version: int | None,
    source: str = "manual",
) -> Any:
    return base.write(row, model, values, by=by, source=source, version=version)


def _template(row: TeamSlot | None, values: Values) -> TeamTemplate:
    """The template a slot belongs to: named, or by level and area type as in a sheet."""
    level, area = values.pop("level", ""), values.pop("area_type", "") or ""
    if row is not None:
        return row.template
    if isinstance(values.get("template"), TeamTemplate):
        return cast(TeamTemplate, values["template"])
    district = District.objects.order_by("pk").first()
    if not level or district is None:
        raise Invalid(fields={"level": [_("Name the level.")]})
    found, _made = TeamTemplate.objects.get_or_create(
        district=district, level=level, area_type=area, defaults={"name": level}
    )
    return found


def _last(template: TeamTemplate) -> int:
    found = template.slots.aggregate(last=Max("order"))["last"]
    return int(found or 0)


def _code(template: TeamTemplate, values: Values) -> str:
    """A code for a post that was given none: from the English name, else a number."""
    taken = set(template.slots.values_list("code", flat=True))
    plain = slugify(str(values.get("name_en", ""))).replace("-", "_")[:24]
    n = len(taken) + 1
    code = plain or f"post_{n}"
    while code in taken:
        n += 1
        code = f"{plain or 'post'}_{n}"
    return code


def _check_role(template: TeamTemplate, row: TeamSlot | None, values: Values) -> None:
    role = values.get("post_role", row.post_role if row else "")
    if role and template.level not in POST_LEVELS[role]:
        words = _("This role is not posted at this level.")
        raise Invalid(fields={"post_role": [words]})


@transaction.atomic
def remove_slot(row: TeamSlot, *, by: Actor) -> None:
    """Take a post out of a template: for good if nobody ever held it, else out of use.

    Raises:
        NotAllowed: not the district's own staff. Conflict: somebody holds it now.
    """
    _may_keep(by)
    row = TeamSlot.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.assignments.current().exists():
        words = _("Somebody holds this post now; end that first.")
        raise Conflict(words)
    data = {"code": row.code, "template": row.template_id}
    events.record("teamslot.removed", row, by, data)
    TeamTemplate.objects.filter(pk=row.template_id).update(is_proposal=False)
    if row.assignments.exists():
        TeamSlot.objects.filter(pk=row.pk).update(is_active=False)
    else:
        row.delete()
