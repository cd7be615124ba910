"""The way from a household's page to who could help it; for those who dispatch there."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.core.registers import panels
from volunteers.models.ties import DISPATCHERS

panels.add_link(
    "households",
    panels.Link(
        _("Who could help"),
        "person-heart",
        lambda row: reverse("household_takers", kwargs={"pk": row.pk}),
        roles=DISPATCHERS,
    ),
)
