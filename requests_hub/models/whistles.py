"""A whistle: one call to several departments about one request."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.core.ids import TimeOrderedIdField
from governance.core.workflow import State, Workflow
from grids.scoping import Viewer
from requests_hub.models.requests import Request
from requests_hub.workflow_whistles import WHISTLE

# SPEC L7, bar D5: complete only when every called department closed, or was let go by name
# with a reason. Who was let go is on the task itself, where a constraint asks for both.
COMPLETE_WHOLE = pgtrigger.Trigger(
    name="complete_whole",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("state"),
    func="""
        IF NEW.state = 'running' OR OLD.state = NEW.state THEN RETURN NEW; END IF;
        IF EXISTS (SELECT 1 FROM requests_hub_task WHERE whistle_id = NEW.id
                   AND state NOT IN ('closed', 'released', 'recalled')) THEN
          RAISE EXCEPTION 'onegrid: whistle % still waits for a department', NEW.id
            USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class WhistleQuerySet(models.QuerySet["Whistle"]):
    def visible_to(self, user: Viewer) -> "WhistleQuerySet":
        """Whoever sees the request sees its whistles."""
        return self.filter(request__in=Request.objects.visible_to(user))


class Whistle(models.Model):
    """Called departments are `Task` rows of kind "whistle"; one leads, the others assist."""

    class Kind(models.TextChoices):
        ROUTINE = "routine", _("Routine whistle")
        CAMPAIGN = "campaign", _("Campaign whistle")
        EMERGENCY = "emergency", _("Emergency whistle")

    id = TimeOrderedIdField()
    request = models.ForeignKey(Request, models.PROTECT, related_name="whistles")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind.choices, default=Kind.ROUTINE
    )
    note = models.TextField(_("note"), blank=True)
    blown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    blown_at = models.DateTimeField(_("blown"))
    state = models.CharField(
        _("state"), max_length=10, choices=WHISTLE.choices, default="running"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.TextField(_("why it was taken back"), blank=True)

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "round"], name="requests_hub_whistle_once_per_round"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="recalled") | ~models.Q(end_reason=""),
                name="requests_hub_whistle_recalled_why",
            ),
        ]
        triggers = [*WHISTLE.triggers(), COMPLETE_WHOLE]

    def __str__(self) -> str:
        return f"{self.request} #{self.round}"

    @property
    def machine(self) -> Workflow:
        return WHISTLE

    @property
    def state_info(self) -> State:
        return WHISTLE[self.state]

    @property
    def is_emergency(self) -> bool:
        """Counted round the clock; its clocks never stand still."""
        return self.kind == Whistle.Kind.EMERGENCY

    @property
    def district_id(self) -> int:
        """That of its request."""
        return int(self.request.district_id)
