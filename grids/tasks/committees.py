"""Looking for what is due: decisions of joint committees, and posts whose first day has come."""

from celery import shared_task

from grids.actions import decision_reminders, teams


@shared_task(name="grids.remind_decisions")
def remind_decisions() -> None:
    """Tell of each due date once; a late, doubled or missing call does no harm."""
    decision_reminders.sweep()


@shared_task(name="grids.begin_due_posts")
def begin_due_posts() -> None:
    """Begin the posts of assignments that were made for today; running it again adds none."""
    teams.begin_due_posts(by="calendar")
