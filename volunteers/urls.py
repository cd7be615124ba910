"""Addresses of the good people."""

from django.urls import path

from volunteers.views import ties

urlpatterns = [
    path("households/<int:pk>/takers/", ties.takers, name="household_takers"),
]
