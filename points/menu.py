"""The entries about points."""

from django.utils.translation import gettext_lazy as _

from governance.core import menu

TOWN = frozenset({"township", "district"})
GOOD = frozenset({"good_person"})

menu.add(
    menu.Entry(
        _("Points"), "award", "/points/review/", TOWN, _("Teams and resources"), 37
    ),
    menu.Entry(_("Points"), "star", "/points/mine/", GOOD, order=4, is_tab=True),
)
