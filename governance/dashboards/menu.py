"""The entries about maps, bulletins and the whole district."""

from django.utils.translation import gettext_lazy as _

from governance.core import menu

TOWN = frozenset({"township", "district"})
SEES_ALL = frozenset({"district", "leader"})
DATA = _("Data and assessment")

menu.add(
    menu.Entry(_("Whole district"), "speedometer2", "/overview/", SEES_ALL, "", 0),
    menu.Entry(_("One map"), "map", "/map/", TOWN | {"officer", "leader"}, "", 5),
    menu.Entry(
        _("Bulletins"), "file-earmark-text", "/bulletins/", TOWN | SEES_ALL, DATA, 42
    ),
    menu.Entry(_("One map"), "map", "/map/", TOWN | {"officer"}, order=5, is_tab=True),
)
