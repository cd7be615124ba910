"""Looking at due feeds and working on deliveries; everything due stands in rows."""

from celery import shared_task

from governance.core.errors import Conflict
from grids.actions import feed_runs, feeds
from grids.models import Feed


@shared_task(name="grids.sweep_feeds")
def sweep_feeds() -> None:
    """Hand out due feeds and runs that nobody works on; raise the alarm for overdue ones."""
    for pk in feeds.due_feeds():
        fetch_feed.delay(pk)
    for pk in feeds.waiting_runs():
        run_feed.delay(pk)
    feeds.alarm_overdue()


@shared_task(name="grids.fetch_feed")
def fetch_feed(feed_id: int) -> None:
    """Look where one feed comes from."""
    feed = Feed.objects.in_use().filter(pk=feed_id).first()
    if feed is None:
        return
    try:
        feeds.fetch(feed)
    except Conflict:
        return  # the last delivery is still being worked on; the next look comes


@shared_task(name="grids.run_feed")
def run_feed(run_id: int) -> None:
    """Work on one delivery; a second message for it does nothing."""
    feed_runs.execute(run_id)
