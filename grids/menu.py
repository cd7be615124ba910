"""Tells the shell who somebody is, and adds the entries about grids and teams."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from governance.core import menu
from grids.scoping import posts_of

TOWN = frozenset({"township", "district"})
OFFICER = frozenset({"officer"})
FIELD = frozenset({"grid_worker", "grid_leader", "liaison"})


def standing(request: HttpRequest) -> menu.Standing:
    """The posts of today; the first one gives place and role in words."""
    posts = posts_of(request.user)
    if not posts:
        return menu.Standing()
    first = posts[0]
    place = [str(first.district)]
    if first.department:
        place = [str(first.department)]
    elif first.grid:
        place.append(str(first.grid))
    return menu.Standing(
        roles=frozenset(p.role for p in posts),
        place=tuple(place),
        role_label=first.get_role_display(),
    )


menu.tell_standing(standing)
GRIDS = _("Grids and teams")
menu.add(
    menu.Entry(_("Grids"), "diagram-3", "/grids/", TOWN, GRIDS, 30),
    menu.Entry(
        _("Staff"), "person-badge", "/registry/staff/", TOWN | {"admin"}, GRIDS, 34
    ),
    menu.Entry(_("Sites"), "shop", "/sites/", TOWN, GRIDS, 33),
    menu.Entry(
        _("Mapping of the nets"), "intersect", "/grids/mapping/", TOWN, GRIDS, 31
    ),
    menu.Entry(
        _("Mapping of the nets"),
        "intersect",
        "/grids/mapping/",
        OFFICER,
        _("Grids and resources"),
        32,
    ),
    menu.Entry(
        _("Grids"), "diagram-3", "/grids/", OFFICER, _("Grids and resources"), 30
    ),
    menu.Entry(
        _("Grids"), "diagram-3", "/grids/", FIELD | {"auditor", "leader"}, "", 30
    ),
    menu.Entry(
        _("Six data"),
        "database",
        "/registry/",
        TOWN,
        _("Data and assessment"),
        40,
    ),
    menu.Entry(
        _("Feeds"),
        "arrow-left-right",
        "/registry/feeds/",
        TOWN | {"admin"},
        _("Data and assessment"),
        42,
    ),
    menu.Entry(
        _("Data delivery"),
        "arrow-left-right",
        "/registry/feeds/",
        OFFICER,
        _("Our department"),
        25,
    ),
    menu.Entry(
        _("Import and sharing"),
        "cloud-arrow-up",
        "/imports/",
        TOWN,
        _("Data and assessment"),
        41,
    ),
)
menu.add(
    menu.Entry(_("Party tree"), "diagram-2", "/party/", TOWN, GRIDS, 31),
    menu.Entry(_("Party tree"), "diagram-2", "/party/", FIELD | {"leader"}, "", 31),
    menu.Entry(
        _("Visits"), "house-heart", "/registry/households/", FIELD, order=4, is_tab=True
    ),
    menu.Entry(_("Households"), "house-heart", "/registry/households/", FIELD, "", 31),
    menu.Entry(
        _("Six data"), "database", "/registry/people/", FIELD | {"leader"}, "", 32
    ),
    menu.Entry(
        _("Views of personal data"), "eye", "/audit/access/", {"auditor"}, "", 60
    ),
    menu.Entry(
        _("Exports of personal data"),
        "download",
        "/audit/exports/",
        {"auditor"},
        "",
        61,
    ),
)
menu.add(
    menu.Entry(_("Teams"), "people", "/teams/", TOWN, GRIDS, 32),
    menu.Entry(_("Joint committees"), "bank", "/committees/", TOWN, GRIDS, 32),
    menu.Entry(_("Resources"), "box-seam", "/registry/resources/", TOWN, GRIDS, 35),
    menu.Entry(
        _("Resources"),
        "box-seam",
        "/registry/resources/",
        OFFICER,
        _("Grids and resources"),
        31,
    ),
    menu.Entry(
        _("Joint committees"),
        "bank",
        "/committees/",
        OFFICER,
        _("Grids and resources"),
        32,
    ),
    menu.Entry(_("Teams"), "people", "/teams/", FIELD | {"auditor", "leader"}, "", 32),
)
