"""The register of sites 阵地."""

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries, registers
from governance.core.registers import Column, Kind, Register
from grids import hours
from grids.actions.sites import WRITERS, save_site
from grids.models import Site
from grids.models.sites import ACCESS, KINDS, SERVICES
from grids.registers import base
from grids.registers.filters import RecordFilter

DATUMS = (("wgs84", "WGS84 / CGCS2000"), ("gcj02", "GCJ-02"), ("bd09", "BD-09"))


class SiteFilters(RecordFilter):
    words_in = ("name", "address")

    kind = django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(KINDS), label=_("Kind")
    )
    service = django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(SERVICES),
        method="offers",
        label=_("Service"),
    )
    stage = django_filters.ChoiceFilter(
        choices=Site.Stage.choices, label=pgettext_lazy("site", "Stage")
    )
    level = django_filters.ChoiceFilter(choices=Site.Level.choices, label=_("Level"))

    def offers(self, rows: QuerySet[Site], _name: str, code: str) -> QuerySet[Site]:
        return rows.filter(services__contains=[code])


def _degrees(row: Site, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else f"{value:.6f}"


WHAT = (
    Column(
        "name",
        pgettext_lazy("thing", "Name"),
        required=True,
        max_length=80,
        example="星岩社区党群服务中心",
    ),
    Column(
        "kind",
        _("Kind"),
        Kind.DICTIONARY,
        required=True,
        dictionary=KINDS,
        example="党群服务中心",
    ),
    Column(
        "level",
        _("Level"),
        Kind.CHOICE,
        choices=Site.Level.choices,
        in_list=False,
    ),
    Column(
        "stage",
        pgettext_lazy("site", "Stage"),
        Kind.CHOICE,
        choices=Site.Stage.choices,
        note=_("In use when left out."),
    ),
)
WHERE = (
    Column(
        "grid",
        _("Grid"),
        Kind.GRID,
        note=_("May be left out where a position is given."),
        example="云城街道/星岩社区",
    ),
    Column("address", _("Address"), max_length=160, example="城中路 3 号"),
    Column(
        "lon",
        _("Longitude"),
        Kind.DECIMAL,
        in_list=False,
        show=lambda row: _degrees(row, "lon"),
        example="112.043210",
    ),
    Column(
        "lat",
        _("Latitude"),
        Kind.DECIMAL,
        in_list=False,
        show=lambda row: _degrees(row, "lat"),
        example="22.928765",
    ),
    Column(
        "crs",
        _("Datum"),
        Kind.CHOICE,
        choices=DATUMS,
        in_list=False,
        show=lambda _row: "WGS84",
        note=_("GCJ-02 for numbers from Gaode and Tencent, BD-09 from Baidu."),
    ),
)
HOW = (
    Column(
        "hours",
        _("Opening hours"),
        parse=hours.parse,
        show=lambda row: row.hours_text,
        note=_("Days and times; parts set apart by a semicolon."),
        example="周一至周五 08:30-12:00,14:30-17:30；周六 09:00-12:00",
    ),
    Column("on_holidays", _("Open on public holidays"), Kind.YES_NO, in_list=False),
    Column(
        "services",
        _("Services"),
        Kind.MANY,
        dictionary=SERVICES,
        example="办证、代办",
    ),
    Column("access", _("Access"), Kind.MANY, dictionary=ACCESS, in_list=False),
    Column("duty_phone", _("Duty phone"), max_length=20, example="0766-8100000"),
    Column(
        "contact_name",
        _("Contact person"),
        max_length=40,
        in_list=False,
        note=_("For staff only."),
    ),
    Column("about", _("About it"), Kind.LONG_TEXT, max_length=300, in_list=False),
    Column("is_public", _("Shown to residents"), Kind.YES_NO),
    Column("opened_on", _("Opened on"), Kind.DATE, in_list=False),
)

registers.add(
    Register(
        key="sites",
        model=Site,
        label=pgettext_lazy("place", "Site"),
        plural=pgettext_lazy("place", "Sites"),
        icon="shop",
        group=_("Grids and teams"),
        about=_("Places that serve people; the public list shows those for residents."),
        columns=WHAT + WHERE + HOW,
        natural_key=("name",),
        save=save_site,
        visible=base.visible(Site),
        filters=SiteFilters,
        facets=("grid", "kind", "service", "stage", "level"),
        readers=base.READ,
        writers=WRITERS,
        order=("-pk",),
        page=lambda row: reverse("site", kwargs={"pk": row.pk}),
    )
)
