"""Fingerprints of new requests, and by night the issues that turned out to be one."""

from celery import shared_task

from grids.models import District
from requests_hub.actions import likeness, likeness_many


@shared_task(name="requests_hub.look_alike")
def look_alike() -> None:
    """Take the fingerprints of what is new; called twice, the second finds nothing."""
    for district in District.objects.all():
        likeness_many.catch_up(district)


@shared_task(name="requests_hub.regroup_issues")
def regroup_issues() -> None:
    """By night: whatever was missed, weights when they are old, issues that are one."""
    for district in District.objects.all():
        likeness.learn(district)
        likeness_many.catch_up(district, is_whole=True)
        likeness.regroup(district)
