"""Addresses of persons and households that are more than a register."""

from django.urls import path

from grids.views import households, persons, privacy

urlpatterns = [
    path("registry/people/find/", privacy.people_find, name="people_find"),
    path("registry/people/merge/", persons.merge_desk, name="merge_desk"),
    path(
        "registry/people/merge/<int:first>/<int:second>/",
        persons.merge_pair,
        name="merge_pair",
    ),
    path("registry/people/merge/<int:pk>/undo/", persons.merge_undo, name="merge_undo"),
    path(
        "registry/people/merge/<int:pk>/again/",
        persons.merge_again,
        name="merge_again",
    ),
    path(
        "registry/<slug:key>/<int:pk>/unmask/",
        privacy.unmask_record,
        name="unmask_record",
    ),
    path("households/<int:pk>/", households.household, name="household"),
    path(
        "households/<int:pk>/visit/", households.household_visit, name="household_visit"
    ),
    path("field/visits/", households.field_visits, name="field_visits"),
    path("field/visit/", households.field_visit, name="field_visit"),
    path("visits/<int:pk>/photos/", households.visit_photo, name="visit_photo"),
    path("households/<int:pk>/need/", households.household_need, name="household_need"),
    path(
        "households/<int:pk>/service/",
        households.household_service,
        name="household_service",
    ),
    path("households/<int:pk>/link/", households.household_link, name="household_link"),
    path("audit/access/", privacy.audit_access, name="audit_access"),
    path("audit/exports/", privacy.audit_exports, name="audit_exports"),
]
