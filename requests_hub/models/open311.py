"""What Open311 needs besides the request itself: services, their questions, reports, updates."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.crypto import EncryptedTextField
from grids.models.records import Record, RecordQuerySet, tracked
from requests_hub.models.clients import ApiClient
from requests_hub.models.requests import Request


@tracked
class Open311Service(Record):
    """How one category is offered; a category without a row is offered as usual."""

    class Kind(models.TextChoices):
        REALTIME = "realtime", _("number at once")
        BATCH = "batch", _("number after acceptance")
        BLACKBOX = "blackbox", _("no number")

    category = models.CharField(_("category"), max_length=60)
    kind = models.CharField(
        _("number of the request"),
        max_length=8,
        choices=Kind.choices,
        default=Kind.REALTIME,
    )
    is_offered = models.BooleanField(_("offered"), default=True)
    is_private = models.BooleanField(_("requests are private"), default=False)
    keywords = models.CharField(_("keywords"), max_length=200, blank=True)
    about = models.TextField(
        pgettext_lazy("service", "about"), max_length=500, blank=True
    )

    objects = RecordQuerySet["Open311Service"].as_manager()

    class Meta:
        verbose_name = _("Open311 service")
        verbose_name_plural = _("Open311 services")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "category"], name="requests_hub_service_once"
            )
        ]

    def __str__(self) -> str:
        return self.category


@tracked
class Open311Question(Record):
    """One question that a service asks besides; `choices` has one “key = words” a line."""

    class Datatype(models.TextChoices):
        STRING = "string", _("one line")
        TEXT = "text", pgettext_lazy("datatype", "text")
        NUMBER = "number", pgettext_lazy("datatype", "number")
        DATETIME = "datetime", _("day and time")
        SINGLE = "singlevaluelist", _("one of a list")
        MULTI = "multivaluelist", _("several of a list")

    category = models.CharField(_("category"), max_length=60)
    code = models.SlugField(pgettext_lazy("question", "code"), max_length=40)
    words = models.CharField(_("question"), max_length=200)
    datatype = models.CharField(
        _("answer"), max_length=15, choices=Datatype.choices, default=Datatype.STRING
    )
    datatype_note = models.CharField(_("how to answer"), max_length=200, blank=True)
    is_required = models.BooleanField(_("needed"), default=False)
    is_notice = models.BooleanField(_("only a notice"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    choices = models.TextField(_("list of answers"), blank=True)

    objects = RecordQuerySet["Open311Question"].as_manager()

    class Meta:
        verbose_name = _("Open311 question")
        verbose_name_plural = _("Open311 questions")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "category", "code"],
                name="requests_hub_question_once",
            )
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def values(self) -> list[tuple[str, str]]:
        """(key, words) of the list, in order."""
        found = []
        for line in self.choices.splitlines():
            key, _equals, words = line.partition("=")
            if key.strip():
                found.append((key.strip(), words.strip() or key.strip()))
        return found


class Open311Report(models.Model):
    """What a program sent along with a request. `answers` maps a question to a list of texts.

    `fingerprint` is the hash of what was sent: the same again within the hour is the same report.
    """

    request = models.OneToOneField(
        Request, models.PROTECT, primary_key=True, related_name="open311"
    )
    client = models.ForeignKey(
        ApiClient, models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Open311Service.Kind.choices)
    token = models.CharField(max_length=32, unique=True)
    fingerprint = models.CharField(max_length=64)
    email = EncryptedTextField(_("e-mail"), blank=True)
    device_id = EncryptedTextField(blank=True)
    account_id = EncryptedTextField(blank=True)
    media_url = EncryptedTextField(blank=True)
    answers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Open311 report")
        verbose_name_plural = _("Open311 reports")
        indexes = [
            models.Index(
                fields=["client", "fingerprint", "-created_at"], name="hub_open311_same"
            )
        ]

    def __str__(self) -> str:
        return self.token


class Open311Update(models.Model):
    """One update that a program sent; its number is one row for ever."""

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="+")
    number = models.CharField(max_length=80)
    request = models.ForeignKey(Request, models.PROTECT, related_name="+")
    status = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    updated_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Open311 update")
        verbose_name_plural = _("Open311 updates")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "number"], name="requests_hub_open311update_once"
            )
        ]

    def __str__(self) -> str:
        return self.number
