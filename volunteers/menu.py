"""The entries about good people."""

from django.utils.translation import gettext_lazy as _

from governance.core import menu

TOWN = frozenset({"township", "district"})
GOOD = frozenset({"good_person"})

menu.add(
    menu.Entry(
        _("Good people"), "people", "/volunteers/", TOWN, _("Grids and teams"), 31
    ),
    menu.Entry(_("Wishes"), "heart", "/wishes/", GOOD, order=2, is_tab=True),
)
