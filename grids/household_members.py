"""Who may be named as the Party member of a household: members and staff of its grids."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import User
from grids.models import Household, PartyMember, Post

MOST = 200
STAFF = ("grid_leader", "grid_worker", "liaison", "good_person")


@dataclass(frozen=True)
class Choice:
    """One who may be named; `about` says where from. `user` for those with an account."""

    key: str
    name: str
    about: str
    user: User | None = None


def offered(row: Household, user: User) -> list[Choice]:
    """The members that somebody sees in the household's village, then the staff of its grids."""
    found = {choice.key: choice for choice in (*_members(row, user), *_staff(row))}
    return list(found.values())


def chosen(row: Household, user: User, key: str) -> Choice:
    """The one of those offered with this key.

    Raises:
        Invalid: field "member": nobody of the list.
    """
    for choice in offered(row, user):
        if choice.key == key:
            return choice
    words = _("Choose the Party member from the list.")
    raise Invalid(words, fields={"member": [words]})


def _members(row: Household, user: User) -> Iterator[Choice]:
    rows = PartyMember.objects.visible_to(user).live().filter(medium=row.medium_id)
    near = rows.select_related("organisation").order_by("name", "pk")[:MOST]
    for member in near:
        yield Choice(f"member-{member.pk}", member.name, str(member.organisation))


def _staff(row: Household) -> Iterator[Choice]:
    grids = [pk for pk in (row.micro_id, row.small_id, row.medium_id) if pk]
    posts = Post.objects.current().filter(grid_id__in=grids, role__in=STAFF)
    for post in posts.select_related("user").order_by("-grid__depth", "pk")[:MOST]:
        about = str(post.get_role_display())
        yield Choice(f"user-{post.user_id}", str(post.user), about, post.user)
