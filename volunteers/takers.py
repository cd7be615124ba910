"""Who could help a household or at a place: good people ranked, with the reasons in words.

`Taker.reasons` are for those who dispatch. `Taker.why_you` is what the good person may read: it
never speaks of kinship or acquaintance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import NotAllowed
from governance.core.models import User
from grids import locate
from grids.models import Household, Post
from grids.models.places import LEVELS
from grids.registers import base
from grids.scoping import Viewer
from volunteers.models import Tie
from volunteers.models.ties import DISPATCHERS

MOST = 20
PLACE_POINTS = {"micro": 40, "small": 30, "medium": 20, "large": 10}
KINSHIP_POINTS = {"slight": 15, "fair": 22, "close": 30}
ACQUAINTANCE_POINTS = {"slight": 10, "fair": 15, "close": 20}
SKILL_POINTS, MOST_SKILL_POINTS = 10, 20


@dataclass(frozen=True)
class Reason:
    """One line; `is_private` ones are for dispatchers alone."""

    icon: str
    text: str
    is_minus: bool = False
    is_private: bool = False


@dataclass
class Taker:
    """A good person with a score of 0 to 100. `value` is "account:<id>" or "person:<id>"."""

    value: str
    name: str
    kind: str
    score: int = 0
    reasons: list[Reason] = field(default_factory=list)
    is_on: bool = False

    @property
    def why_you(self) -> list[str]:
        """The reasons that may be told to the good person."""
        return [r.text for r in self.reasons if not (r.is_private or r.is_minus)]


def rank_takers(
    target: Any, *, by: Viewer, skills: Sequence[str] = (), limit: int = MOST
) -> list[Taker]:
    """Good people for a household or a placed row, best first; two to four reasons each.

    Args:
        target: a Household, or anything with the five place ids.
        by: who dispatches there.
        skills: words such as an occupation that would help.
        limit: how many at most.

    Raises:
        NotAllowed: `by` does not dispatch there; ties are for nobody else.
    """
    if not (isinstance(by, User) and base.covers(by, target, DISPATCHERS)):
        raise NotAllowed(_("Only those who dispatch here see who is close to whom."))
    takers = {taker.value: taker for taker in _posted(target, skills)}
    if isinstance(target, Household):
        ties = Tie.objects.dispatching(by).filter(household=target)
        for tie in ties.select_related("account", "person"):
            _add_tie(takers, tie, target, skills)
    for taker in takers.values():
        _round_off(taker)
    ranked = sorted(takers.values(), key=lambda t: (-t.score, t.name, t.value))
    return ranked[:limit]


def _posted(target: Any, skills: Sequence[str]) -> Iterable[Taker]:
    """Everybody with a good person's post in the district."""
    posts = Post.objects.current().filter(
        role=Post.Role.GOOD_PERSON, district_id=target.district_id, user__is_active=True
    )
    seen: set[int] = set()
    for post in posts.select_related("user", "grid").order_by("-grid__depth", "pk"):
        if post.user_id in seen:
            continue
        seen.add(post.user_id)
        where = locate.place_of(post.grid) if post.grid else None
        taker = Taker(f"account:{post.user_id}", str(post.user), post.user.title)
        _add_place(taker, where, target)
        _add_skills(taker, post.user.title, skills)
        yield taker


def _add_place(taker: Taker, where: Any, target: Any) -> None:
    """地缘: the lowest level that both lie in."""
    words = {
        "micro": _("lives in the same micro grid"),
        "small": _("lives in the same small grid"),
        "medium": _("of the same village or community"),
        "large": _("of the same town or street"),
    }
    for level in reversed(LEVELS):
        pk = getattr(target, f"{level}_id")
        if where is not None and pk and getattr(where, f"{level}_id") == pk:
            taker.score += PLACE_POINTS[level]
            taker.reasons.append(Reason("geo-alt", words[level]))
            return
    far = _("in another town") if where is not None else _("no grid of their own")
    taker.reasons.append(Reason("geo-alt", far, is_minus=True))


def _add_skills(taker: Taker, text: str, skills: Sequence[str]) -> None:
    fitting = [skill for skill in skills if skill and skill in text]
    if fitting:
        taker.score += min(SKILL_POINTS * len(fitting), MOST_SKILL_POINTS)
        words = _("can do: %(skills)s") % {"skills": "、".join(fitting)}
        taker.reasons.append(Reason("tools", words))


def _add_tie(
    takers: dict[str, Taker], tie: Tie, target: Any, skills: Sequence[str]
) -> None:
    value = f"account:{tie.account_id}" if tie.account_id else f"person:{tie.person_id}"
    if value not in takers:
        if tie.person is None:
            return  # an account whose post has ended helps nobody now
        taker = Taker(value, tie.person.name, tie.person.occupation)
        _add_place(taker, tie.person, target)
        _add_skills(taker, tie.person.occupation, skills)
        takers[value] = taker
    taker = takers[value]
    is_kin = tie.kind == Tie.Kind.KINSHIP
    taker.score += (KINSHIP_POINTS if is_kin else ACQUAINTANCE_POINTS)[tie.strength]
    words = _("kin, %(strength)s") if is_kin else _("acquainted, %(strength)s")
    text = words % {"strength": tie.get_strength_display()}
    if tie.note:
        text = f"{text}：{tie.note}"
    icon = "house-heart" if is_kin else "chat-heart"
    taker.reasons.append(Reason(icon, text, is_private=True))


def _round_off(taker: Taker) -> None:
    """At most 100 points and four reasons, at least two."""
    taker.score = min(taker.score, 100)
    if not any(reason.is_private for reason in taker.reasons):
        words = _("no kinship or acquaintance recorded")
        taker.reasons.append(
            Reason("dash-circle", words, is_minus=True, is_private=True)
        )
    taker.reasons.sort(key=lambda reason: (reason.is_minus, not reason.is_private))
    del taker.reasons[4:]
