"""Resources for the place of a request: what could help there, and the way to whistle its unit."""

from dataclasses import dataclass

from governance.core.models import User
from grids import locate
from grids.resources import Found, resources_for
from requests_hub.models import Request
from requests_hub.panels.turns import acts

MOST = 5


@dataclass(frozen=True)
class Line:
    """One resource; `whistle_url` where its unit is a department that may be whistled now."""

    found: Found
    whistle_url: str = ""


def for_request(row: Request, user: User) -> list[Line]:
    """What serves the place of a request, best first; one statement."""
    place = _place(row)
    if place is None:
        return []
    words = f"{row.title} {row.body} {row.category or ''}"
    whistle = next((act.url for act in acts(row, user) if act.name == "whistle"), "")
    return [
        Line(found, _whistle(whistle, found))
        for found in resources_for(place, words, most=MOST)
    ]


def _place(row: Request) -> locate.Place | None:
    ids = [pk for pk in row.chain if pk]
    return locate.place_of(ids[-1]) if ids else None


def _whistle(url: str, found: Found) -> str:
    department = found.resource.department
    if not url or department is None:
        return ""
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}department={department.pk}"
