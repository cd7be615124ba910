"""The one event log, its outbox, and who has been told.

`Event` is history, audit and message at once. A trigger puts every event into `Outbox` in the
same transaction; the relay publishes what is due; `Delivery` makes each consumer act once.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField


class EventQuerySet(models.QuerySet["Event"]):
    def thread(self, thread_id: int) -> "EventQuerySet":
        """Everything that happened around one object, newest first."""
        return self.filter(thread_id=thread_id).order_by("-id")


class Event(models.Model):
    """Something that happened, for ever. `thread_id` is the object whose history shows it."""

    id = TimeOrderedIdField()
    name = models.CharField(_("name"), max_length=80)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    thread_id = models.BigIntegerField()
    district_id = models.BigIntegerField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("actor"),
    )
    actor_label = models.CharField(_("actor as shown"), max_length=80, blank=True)
    data = models.JSONField(_("data"), default=dict)
    occurred_at = models.DateTimeField(_("occurred"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["thread_id", "-id"], name="core_event_thread"),
            models.Index(fields=["name", "-id"], name="core_event_name"),
            models.Index(fields=["actor", "-id"], name="core_event_actor"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="no_truncate",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'onegrid: events are append-only';",
            ),
            pgtrigger.Trigger(
                name="to_outbox",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=(
                    "INSERT INTO core_outbox (event_id, next_at, attempts) "
                    "VALUES (NEW.id, now(), 0); RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type}:{self.subject_id}"


class Outbox(models.Model):
    """One row per event until every consumer has acted or been set aside."""

    event = models.OneToOneField(
        Event,
        models.PROTECT,
        primary_key=True,
        related_name="outbox",
        db_constraint=False,
    )
    next_at = models.DateTimeField(_("next publication"))
    attempts = models.PositiveIntegerField(_("publications"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("outbox row")
        verbose_name_plural = _("outbox rows")
        indexes = [
            models.Index(
                fields=["next_at"],
                name="core_outbox_due",
                condition=models.Q(done_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"outbox {self.pk}"


class Delivery(models.Model):
    """What one consumer did about one event. Unique, so the effect happens once."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        FAILED = "failed", _("failed, will be tried again")
        SET_ASIDE = "set_aside", _("set aside")
        CLOSED = "closed", _("set aside for good")

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
    )
    consumer = models.CharField(_("consumer"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "consumer"], name="core_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["state", "id"],
                name="core_delivery_trouble",
                condition=~models.Q(state="done"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.state}"


class Heartbeat(models.Model):
    """When a long-running process last proved that it works (relay, beat, worker)."""

    name = models.CharField(_("process"), max_length=40, primary_key=True)
    beat_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
