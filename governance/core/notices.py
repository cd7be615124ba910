"""Tell people in the product: one line per person and event, with the way to the page."""

from collections.abc import Iterable

from django.utils import timezone

from governance.core.models import Event, Notice, User

TEXT_LIMIT = URL_LIMIT = 300


def notify(users: Iterable[User | int], event: Event, text: str, url: str = "") -> None:
    """Leave each of these people one line about `event`; a second time adds nothing.

    Args:
        users: accounts or their ids; repeats and people already told are skipped.
        event: what happened; with the person it makes the line unique.
        text: one plain sentence in the district's language, cut at 300 characters.
        url: a path of this site, where the person sees it or acts.

    Raises:
        ValueError: `url` leads elsewhere.
    """
    if url and (
        not url.startswith("/") or url.startswith("//") or len(url) > URL_LIMIT
    ):
        raise ValueError("a notice leads to a path of this site")
    ids = dict.fromkeys(u if isinstance(u, int) else u.pk for u in users)
    short = text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 1]}…"
    Notice.objects.bulk_create(
        [Notice(user_id=pk, event_id=event.pk, text=short, url=url) for pk in ids],
        ignore_conflicts=True,
    )


def unread_count(user: User) -> int:
    """How many lines this person has not read."""
    return Notice.objects.filter(user=user).unread().count()


def mark_read(user: User, pk: int | None = None) -> int:
    """Mark one line of this person, or all, as read; gives how many were not yet."""
    rows = Notice.objects.filter(user=user).unread()
    if pk is not None:
        rows = rows.filter(pk=pk)
    return rows.update(read_at=timezone.now())
