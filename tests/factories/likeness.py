"""Requests that are alike, for tests."""

from typing import Any

from requests_hub.actions import likeness
from requests_hub.models import HotIssue, Likeness


def issue_of(world: Any) -> HotIssue:
    """The issue that the world's two requests make: their words are the same."""
    likeness.note(world.row.pk)
    likeness.note(world.closed.pk)
    like = Likeness.objects.select_related("issue").get(pk=world.row.pk)
    assert like.issue is not None
    return like.issue
