"""Staff: who is posted where, one row a post; an unknown account is made with it."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.models import User
from governance.core.registers import Column, Kind, Register, add, places
from governance.core.registers.spec import Planned, Problem
from grids import locate
from grids.actions.staff import may_give, remove_staff, save_staff
from grids.models import Department, Grid, Post
from grids.registers.base import DESK, READERS
from grids.scoping import Viewer, scope_of

HELD = (("0", _("In office now")), ("1", _("Over")))


class StaffFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="by_words", label=_("Name or account"))
    role = django_filters.ChoiceFilter(choices=Post.Role.choices, label=_("Role"))
    grid = django_filters.CharFilter(method="by_grid", label=_("Area"))
    ended = django_filters.ChoiceFilter(
        choices=HELD, method="by_ended", label=_("In office")
    )

    class Meta:
        model = Post
        fields: tuple[str, ...] = ()

    def by_words(self, rows: QuerySet[Post], _name: str, value: str) -> QuerySet[Post]:
        """Part of the name, the account or the title."""
        word = value.replace("\0", "").strip()
        either = Q(user__name__icontains=word) | Q(user__username__icontains=word)
        return rows.filter(either | Q(user__title__icontains=word))

    def by_grid(self, rows: QuerySet[Post], _name: str, value: str) -> QuerySet[Post]:
        """Posts at this grid and below it."""
        place = locate.place_by_code(value.strip())
        if place is None:
            return rows.none()
        return rows.filter(grid__code__startswith=place.code)

    def by_ended(self, rows: QuerySet[Post], _name: str, value: str) -> QuerySet[Post]:
        now = Post.objects.current().values("pk")
        return rows.exclude(pk__in=now) if value == "1" else rows.filter(pk__in=now)


def _visible(viewer: Viewer) -> QuerySet[Post]:
    """Posts of the districts seen whole, and those at or below the grids of one's own posts."""
    scope = scope_of(viewer)
    wanted = Q(district_id__in=scope.districts)
    ids = [pk for found in scope.grids.values() for pk in found]
    if ids:
        for code in Grid.objects.filter(pk__in=ids).values_list("code", flat=True):
            wanted |= Q(grid__code__startswith=code)
    rows = Post.objects.filter(wanted)
    return rows.select_related("user", "grid", "department", "district")


def _department(text: str) -> Department:
    """By code, name or short name."""
    named = Q(code=text) | Q(name=text) | Q(short_name=text)
    found = list(Department.objects.active().filter(named)[:2])
    if len(found) != 1:
        raise places.Unclear(str(_("There is no department of this name.")))
    return found[0]


def _find(planned: Sequence[Planned], viewer: Viewer) -> dict[int, Post]:
    """The current post of the same account with the same role."""
    names = {str(p.values.get("username", "")) for p in planned}
    held = Post.objects.current().filter(user__username__in=names, user__is_active=True)
    known = {
        (post.user.username, post.role): post
        for post in held.select_related("user", "grid", "department").order_by("-pk")
    }
    found = {}
    for plan in planned:
        key = (plan.values.get("username", ""), plan.values.get("role", ""))
        if key in known:
            found[plan.number] = known[key]
    return found


def _check(planned: Sequence[Planned], viewer: Viewer) -> None:
    """Roles beyond the writer's reach are told at the cell."""
    allowed = may_give(viewer if isinstance(viewer, User) else None)
    labels: dict[str, Any] = dict(Post.Role.choices)
    for plan in planned:
        role = plan.values.get("role")
        if role and role not in allowed:
            words = _("You may not give the role %(role)s.")
            told = str(words % {"role": labels.get(role, role)})
            plan.problems.append(Problem("role", told))


STAFF = Register(
    key="staff",
    title="name",
    model=Post,
    label=_("post"),
    plural=_("Staff"),
    icon="person-badge",
    columns=(
        Column(
            "username",
            _("Account"),
            required=True,
            max_length=150,
            example="wangxiaoming",
            note=_("Letters, digits, . _ -; made when it is new."),
            aliases=("账号", "用户名", "登录名"),
            show=lambda post: post.user.username,
        ),
        Column(
            "name",
            _("Name"),
            required=True,
            max_length=60,
            aliases=("姓名",),
            show=lambda post: post.user.name,
        ),
        Column(
            "role",
            _("Role"),
            Kind.CHOICE,
            required=True,
            choices=Post.Role.choices,
            aliases=("角色", "岗位"),
        ),
        Column("grid", _("Grid"), Kind.GRID, aliases=("网格", "所属网格")),
        Column(
            "department",
            _("Department"),
            parse=_department,
            aliases=("部门", "单位"),
            note=_("For department officers; code, name or short name."),
            show=lambda post: post.department.name if post.department else "",
        ),
        Column(
            "title",
            _("Job title"),
            max_length=60,
            aliases=("职务",),
            show=lambda post: post.user.title,
        ),
        Column(
            "phone_tail",
            _("Last four digits of the phone"),
            max_length=4,
            aliases=("手机尾号",),
            in_list=False,
            show=lambda post: post.user.phone_tail,
        ),
        Column(
            "section",
            pgettext_lazy("of a department", "Section"),
            max_length=40,
            aliases=("科室",),
            in_list=False,
        ),
        Column("starts_on", _("From"), Kind.DATE, aliases=("任职日期", "开始日期")),
        Column("ends_on", _("To"), Kind.DATE, aliases=("离任日期", "结束日期")),
    ),
    natural_key=("username", "role"),
    save=save_staff,
    visible=_visible,
    filters=StaffFilter,
    facets=("role", "grid", "ended"),
    readers=DESK | READERS,
    writers=DESK | {"admin"},
    find=_find,
    check=_check,
    remove=remove_staff,
    about=_("Who signs in, and where they are posted. First passwords are on slips."),
)
add(STAFF)
