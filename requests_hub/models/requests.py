"""What a resident asks."""

from collections.abc import Sequence
from typing import Self

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Func, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from governance.core.crypto import EncryptedTextField, KeyedHashField
from governance.core.ids import TimeOrderedIdField
from governance.core.models import DictionaryItem
from governance.core.workflow import State, Workflow
from grids import locate
from grids.models import Department
from grids.models.places import LEVELS, Placed, place_indexes
from grids.scoping import GridScopedQuerySet, Scope, Viewer, held_q, scope_of
from requests_hub.workflow import DESK, GRID, OUTCOMES, REQUEST, SATISFACTION

# Who may read private requests of a whole district: the desk, and the auditor of looks.
HANDLES = ("district", "auditor")
OPEN = Q(state__in=REQUEST.open_states)


class NextNo(Func):
    """The day's next number, e.g. YC20261119-0012, made by the database in the INSERT."""

    function = "core_next_no"
    output_field = models.CharField()


def next_no() -> NextNo:
    return NextNo(Value(settings.REQUEST_PREFIX))


# SPEC L4: nothing closes without reply and verification, nor while somebody still works on it.
CLOSES_COMPLETE = pgtrigger.Trigger(
    name="closes_complete",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("state"),
    func="""
        IF NEW.state <> 'closed' OR OLD.state = 'closed' THEN RETURN NEW; END IF;
        IF NEW.reply = '' OR NEW.checked_at IS NULL THEN
          RAISE EXCEPTION 'onegrid: request % closes only with a reply and a check', NEW.id
            USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.state = 'submitted'
           AND (NEW.channel <> 'hotline' OR NEW.route <> 'hotline' OR NEW.external_id = '') THEN
          RAISE EXCEPTION 'onegrid: request % is not the hotline''s closed one', NEW.id
            USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT 1 FROM requests_hub_task WHERE request_id = NEW.id
                   AND state NOT IN
                   ('closed', 'released', 'recalled', 'done', 'cancelled')) THEN
          RAISE EXCEPTION 'onegrid: request % still has open tasks', NEW.id
            USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


# Departments look their requests up among those that were ever called about.
STAYS_CALLED = pgtrigger.Trigger(
    name="stays_called",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("is_called"),
    condition=pgtrigger.Q(old__is_called=True, new__is_called=False),
    func="NEW.is_called := TRUE; RETURN NEW;",
)


class RequestQuerySet(GridScopedQuerySet["Request"]):
    of_other_tables = Q(is_called=True)
    _is_named = False

    def named(self) -> Self:
        """With categories, grids and districts filled in from memory.

        Joining them would cost each row five descents through an index.
        """
        rows = self.all()
        rows._is_named = True  # noqa: SLF001 - a copy of ourselves
        return rows

    def _clone(self) -> Self:
        copy: Self = super()._clone()  # type: ignore[misc]
        copy._is_named = self._is_named
        return copy

    def _fetch_all(self) -> None:
        is_fresh = self._result_cache is None
        super()._fetch_all()
        if is_fresh and self._is_named:
            name_places(
                [row for row in self._result_cache or () if isinstance(row, Request)]
            )

    def open(self) -> "RequestQuerySet":
        return self.filter(OPEN)

    def overdue(self) -> "RequestQuerySet":
        return self.open().filter(due_at__lt=timezone.now())

    def awaiting(self, user: Viewer) -> "RequestQuerySet":
        """Those whose next step is this person's, as `turns.turn_of` says it."""
        scope = scope_of(user)
        if scope.user_id is None:
            return self.none()
        at_desk = Q(state__in=["submitted", "accepted", "reopened"])
        by_grid = Q(state="replied", route="whistle", medium__isnull=False)
        by_grid &= Q(is_private=False)
        tasks = apps.get_model("requests_hub", "Task").objects.awaiting(user)
        return self.filter(
            held_q(scope, DESK) & (at_desk | (Q(state="replied") & ~by_grid))
            | held_q(scope, GRID) & by_grid
            | Q(state="checking", checked_by_id=scope.user_id)
            | Q(pk__in=tasks.values("request_id"))
        )

    def scope_branches(self, scope: Scope) -> list[Q]:
        """The grid scope, what a person's department was called to, and one's own requests.

        A private request is for its handlers: the desk, the departments called, whoever was
        given it. Who only reads in a district (leader, administrator) sees none there, the
        grid's people see those that they brought in or have to do with.
        """
        branches = [
            Q(district_id=pk)
            if any(role in HANDLES and pk == at for role, _where, at in scope.held)
            else Q(district_id=pk, is_private=False)
            for pk in sorted(scope.districts)
        ]
        tasks = apps.get_model("requests_hub", "Task").objects
        given = tasks.given_to_grid(scope.user_id).filter(request_id=OuterRef("pk"))
        own = Q(created_by_id=scope.user_id) | Q(checked_by_id=scope.user_id)
        open_here = Q(is_private=False) | own | Q(Exists(given))
        branches += grid_branches(scope, open_here)
        for pk in sorted(scope.departments):
            called = tasks.filter(department_id=pk)
            branches.append(Q(pk__in=called.values("request_id")))
        if scope.user_id and scope.has_role("resident", "good_person"):
            branches.append(Q(created_by_id=scope.user_id))
        return branches


def grid_branches(scope: Scope, others: Q) -> list[Q]:
    """One condition per grid of the posts: the desk sees all, the grid's people `others`."""
    branches = []
    for level, ids in scope.grids.items():
        for pk in sorted(ids):
            here = Q(**{f"{level}_id": pk})
            is_desk = any((role, level, pk) in scope.held for role in DESK)
            branches.append(here if is_desk else here & others)
    return branches


def name_places(rows: Sequence["Request"]) -> None:
    """Fill in category, grids and district, as far as this process knows them."""
    grids = locate.named_grids(pk for row in rows for pk in row.chain)
    districts = locate.named_districts(row.district_id for row in rows)
    for row in rows:
        if row.district_id in districts:
            row.district = districts[row.district_id]
        category = dictionaries.by_id(row.category_id)
        if category is not None:
            row.category = category
        for level in LEVELS:
            grid = grids.get(getattr(row, f"{level}_id"))
            if grid is not None:
                setattr(row, level, grid)


class Request(Placed):
    """One request 诉求, from whatever channel it came.

    `outcome` is what those say who closed it; `is_solved` and `satisfaction` are the resident's
    word, given on the follow page or in a revisit (`Revisit` has every attempt).
    """

    class Channel(models.TextChoices):
        PUBLIC = "public", _("public page")
        FIELD = "field", _("grid worker")
        STAFF = "staff", _("on behalf")
        HOTLINE = "hotline", _("12345 hotline")
        API = "api", _("program")
        OPEN311 = "open311", _("Open311")
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("text message")

    class Urgency(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary")
        URGENT = "urgent", _("urgent")
        EMERGENCY = "emergency", _("emergency")

    class Route(models.TextChoices):
        DIRECT = "direct", _("answered by the desk")
        GRID = "grid", _("given to the grid")
        WHISTLE = "whistle", _("whistled to departments")
        HOTLINE = "hotline", _("answered at the hotline before it came here")

    id = TimeOrderedIdField()
    no = models.CharField(
        _("number"), max_length=24, unique=True, db_default=next_no(), editable=False
    )
    follow_code = models.CharField(
        _("follow-up code"), max_length=10, unique=True, editable=False
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    external_id = models.CharField(
        _("number in the channel"), max_length=80, blank=True
    )
    state = models.CharField(
        _("state"), max_length=16, choices=REQUEST.choices, default="submitted"
    )
    category = models.ForeignKey(
        DictionaryItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    urgency = models.CharField(
        _("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY
    )
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("in the resident's words"), blank=True)
    address = models.CharField(
        pgettext_lazy("request", "address"), max_length=200, blank=True
    )
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(
        _("accuracy in metres"), null=True, blank=True
    )
    reporter_name = EncryptedTextField(
        pgettext_lazy("request", "name"), blank=True, default=""
    )
    reporter_phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_hash = KeyedHashField(source="reporter_phone", purpose="phone")
    is_private = models.BooleanField(_("private"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    occurred_at = models.DateTimeField(_("on site at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    stage_at = models.DateTimeField(_("in this state since"), db_default=Now())
    due_from_at = models.DateTimeField(_("time runs from"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    close_due_at = models.DateTimeField(_("to be closed by"), null=True, blank=True)
    close_from_at = models.DateTimeField(
        _("time to close runs from"), null=True, blank=True
    )
    close_limit = models.CharField(
        _("time to close"), max_length=16, blank=True, db_default=""
    )
    limit = models.CharField(_("time limit"), max_length=16, blank=True)
    route = models.CharField(
        _("route"), max_length=8, choices=Route.choices, blank=True
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    reply = models.TextField(_("reply to the resident"), blank=True)
    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    is_called = models.BooleanField(
        _("a department was called"), default=False, db_default=False, editable=False
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=OUTCOMES, blank=True, db_default=""
    )
    is_solved = models.BooleanField(_("solved, says the resident"), null=True)
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=SATISFACTION, blank=True
    )
    rating_comment = models.TextField(_("what the resident added"), blank=True)
    rated_at = models.DateTimeField(_("rated"), null=True, blank=True)
    is_excluded = models.BooleanField(
        _("left out of the rates"), default=False, db_default=False
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        db_index=False,
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes = [
            *place_indexes("hub_req", OPEN),
            *(
                models.Index(
                    fields=[level, "due_at"],
                    include=["state"],
                    name=f"hub_req_{level}_due",
                    condition=OPEN,
                )
                for level in ("district", "large")
            ),
            # A department's newest stand close together here, far apart in the primary key.
            models.Index(
                fields=["id"], name="hub_req_called", condition=Q(is_called=True)
            ),
            models.Index(
                fields=["phone_hash"], name="hub_req_phone", condition=~Q(phone_hash="")
            ),
            models.Index(
                fields=["due_at"],
                name="hub_req_due",
                condition=OPEN,
            ),
            models.Index(
                fields=["district", "-id"],
                name="hub_req_unclassified",
                condition=Q(category__isnull=True),
            ),
            models.Index(
                fields=["merged_into"],
                name="hub_req_merged_into",
                condition=Q(merged_into__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "channel", "external_id"],
                condition=~Q(external_id=""),
                name="requests_hub_request_once_per_channel",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.code for s in REQUEST.states]),
                name="requests_hub_request_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | ~Q(state="merged") & Q(merged_into__isnull=True),
                name="requests_hub_request_merged_somewhere",
            ),
        ]
        triggers = [*REQUEST.triggers(), CLOSES_COMPLETE, STAYS_CALLED]

    def __str__(self) -> str:
        return f"{self.no} {self.title}"

    @property
    def machine(self) -> Workflow:
        return REQUEST

    @property
    def state_info(self) -> State:
        return REQUEST[self.state]

    @property
    def found_by_revisit(self) -> bool | None:
        """Solved or not, as the resident said of what is closed now; None before they did."""
        return self.is_solved if self.closed_at is not None else None
