"""Tells the shell who somebody is, and adds the entries about grids and teams."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
GRIDS = _("Grids and organisation")
TEAMS = _("Teams and resources")
DATA = _("Data and assessment")
READERS = frozenset({"auditor", "leader"})
menu.add(
    menu.Entry(_("Staff"), "person-badge", "/registry/staff/", {"admin"}, "", 1),
    menu.Entry(_("Administration"), "gear", "/admin/", {"admin"}, "", 2),
    menu.Entry(_("Grids"), "diagram-3", "/grids/", TOWN, GRIDS, 30),
    menu.Entry(_("Staff"), "person-badge", "/registry/staff/", TOWN, TEAMS, 34),
    menu.Entry(_("Sites"), "shop", "/sites/", TOWN, TEAMS, 35),
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
    menu.Entry(_("Grids"), "diagram-3", "/grids/", FIELD, "", 30),
    menu.Entry(_("Grids"), "diagram-3", "/grids/", READERS, GRIDS, 30),
    menu.Entry(
        _("Six data"),
        "database",
        "/registry/",
        TOWN,
        DATA,
        40,
    ),
    menu.Entry(
        _("Feeds"),
        "arrow-left-right",
        "/registry/feeds/",
        TOWN | {"admin"},
        DATA,
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
        DATA,
        41,
    ),
)
menu.add(
    menu.Entry(_("Party tree"), "diagram-2", "/party/", TOWN, GRIDS, 31),
    menu.Entry(_("Party tree"), "diagram-2", "/party/", {"leader"}, GRIDS, 31),
    menu.Entry(_("Party tree"), "diagram-2", "/party/", FIELD, "", 31),
    menu.Entry(
        _("Visits"), "house-heart", "/field/visits/", FIELD, order=4, is_tab=True
    ),
    menu.Entry(_("Households"), "house-heart", "/registry/households/", FIELD, "", 31),
    menu.Entry(_("Six data"), "database", "/registry/people/", FIELD, "", 32),
    menu.Entry(_("Six data"), "database", "/registry/people/", {"leader"}, DATA, 40),
    menu.Entry(
        _("Views of personal data"),
        "eye",
        "/audit/access/",
        {"auditor"},
        "",
        60,
        short=pgettext_lazy("tab", "Looks"),
    ),
    menu.Entry(
        _("Exports of personal data"),
        "download",
        "/audit/exports/",
        {"auditor"},
        "",
        61,
        short=pgettext_lazy("tab", "Exports"),
    ),
)
menu.add(
    menu.Entry(_("Teams"), "people", "/teams/", TOWN | READERS, TEAMS, 33),
    menu.Entry(_("Joint committees"), "bank", "/committees/", TOWN, TEAMS, 34),
    menu.Entry(_("Resources"), "box-seam", "/registry/resources/", TOWN, TEAMS, 36),
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
    menu.Entry(_("Teams"), "people", "/teams/", FIELD, "", 32),
)
menu.put_under(
    "/party/",
    "/grids/rates/",
    "/agreements/",
    "/registry/party-organisations/",
    "/registry/party-members/",
    "/registry/member-households/",
    "/registry/agreements/",
)
menu.put_under(
    "/grids/mapping/",
    "/grids/lines/",
    "/registry/line-grids/",
    "/registry/line-duties/",
)
menu.put_under("/grids/", "/registry/grids/")
menu.put_under("/teams/", "/registry/assignments/", "/registry/team-slots/")
menu.put_under(
    "/committees/",
    "/meetings/",
    "/decisions/",
    "/registry/committees/",
    "/registry/meetings/",
)
menu.put_under(
    "/registry/resources/",
    "/registry/departments/",
    "/registry/social-organisations/",
)
menu.put_under("/sites/", "/registry/sites/")
menu.put_under("/registry/", "/households/", "/visits/")
menu.put_under("/registry/households/", "/households/")
menu.put_under("/registry/feeds/", "/registry/conflicts/")
