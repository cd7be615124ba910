"""Addresses of the Party tree, the five rates and agreements."""

from django.urls import path

from grids.views import agreements, party, party_rates

urlpatterns = [
    path("grids/rates/", party_rates.rates, name="party_rates"),
    path("grids/rates/export.xlsx", party_rates.export, name="party_rates_export"),
    path("grids/rates/print/", party_rates.paper, name="party_rates_print"),
    path(
        "grids/rates/<slug:code>/<slug:rate>/",
        party_rates.shortfalls,
        name="party_shortfalls",
    ),
    path("party/", party.tree, name="party"),
    path("party/<int:pk>/", party.organisation, name="party_organisation"),
    path("party/<int:pk>/transfer/", party.transfer, name="party_transfer"),
    path("party/<int:pk>/dissolve/", party.dissolve, name="party_dissolve"),
    path("party/<int:pk>/restore/", party.restore, name="party_restore"),
    path("party/<int:pk>/merge/", party.merge, name="party_merge"),
    path("party/members/<int:pk>/", party.member, name="party_member"),
    path("party/members/<int:pk>/leave/", party.leave, name="party_leave"),
    path("agreements/<int:pk>/", agreements.agreement, name="agreement"),
    path("agreements/<int:pk>/print/", agreements.paper, name="agreement_print"),
    path("agreements/<int:pk>/review/", agreements.review, name="agreement_review"),
    path("agreements/<int:pk>/renew/", agreements.renew, name="agreement_renew"),
    path("agreements/<int:pk>/end/", agreements.end, name="agreement_end"),
    path(
        "agreements/items/<int:pk>/done/", agreements.finish, name="agreement_item_done"
    ),
    path(
        "agreements/items/<int:pk>/drop/", agreements.drop, name="agreement_item_drop"
    ),
    path(
        "agreements/items/<int:pk>/reopen/",
        agreements.reopen,
        name="agreement_item_reopen",
    ),
]
