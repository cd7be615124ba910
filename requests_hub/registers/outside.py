"""Registers of what speaks with us: programs, subscriptions, Open311 services and questions."""

from typing import Any

import django_filters
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.registers import panels
from governance.core.registers.spec import Column, Kind, Register, add
from grids.registers import base
from grids.registers.filters import RecordFilter
from requests_hub.actions import clients, open311_settings, subscriptions
from requests_hub.categories import CATEGORIES
from requests_hub.models import (
    ApiClient,
    Open311Question,
    Open311Service,
    Sending,
    Subscription,
)

OUTSIDE = _("Outside systems")
READERS = clients.KEEPERS | {"auditor"}
USE = _("In use")


class ClientFilter(RecordFilter):
    words_in = ("name", "contact")
    is_active = django_filters.BooleanFilter(label=USE)


class SubscriptionFilter(RecordFilter):
    words_in = ("name", "url")
    is_active = django_filters.BooleanFilter(label=USE)


class ServiceFilter(RecordFilter):
    words_in = ("category", "keywords", "about")
    kind = django_filters.ChoiceFilter(
        choices=Open311Service.Kind.choices, label=_("How the number comes")
    )


class QuestionFilter(RecordFilter):
    words_in = ("category", "code", "words")
    datatype = django_filters.ChoiceFilter(
        choices=Open311Question.Datatype.choices, label=_("Kind of answer")
    )


def _may(name: str, label: Any, note: Any = "") -> Column:
    return Column(name, label, Kind.YES_NO, note=note)


CATEGORY = Column(
    "category",
    _("Category"),
    Kind.DICTIONARY,
    required=True,
    dictionary=CATEGORIES,
)

add(
    Register(
        key="api-clients",
        model=ApiClient,
        label=_("Program outside"),
        plural=_("Programs outside"),
        about=_(
            "What may send to us by Open311, hotline or message, each with its own key."
        ),
        icon="key",
        group=OUTSIDE,
        columns=(
            Column(
                "name", pgettext_lazy("client", "Name"), required=True, max_length=60
            ),
            Column("contact", pgettext_lazy("client", "Whom to ask"), max_length=120),
            _may("may_report", _("May send requests"), _("Open311 POST")),
            _may(
                "may_update",
                _("May read and send updates"),
                _("Open311 servicerequestupdates"),
            ),
            _may("may_hotline", _("Is the hotline")),
            _may("may_message", _("Brings e-mail and text messages")),
            Column(
                "limit",
                _("Most writes"),
                max_length=12,
                example="120/m",
                note=_("Number / s, m, h or d; 5/10m is five in ten minutes."),
            ),
            Column("is_active", USE, Kind.YES_NO),
        ),
        natural_key=("name",),
        save=clients.save_client,
        visible=base.visible(ApiClient),
        filters=ClientFilter,
        facets=("is_active",),
        order=("name",),
        readers=READERS,
        writers=clients.KEEPERS,
    ),
    Register(
        key="subscriptions",
        model=Subscription,
        label=_("Subscription"),
        plural=_("Subscriptions"),
        about=_("Addresses that are told of events by signed calls (webhooks)."),
        icon="broadcast",
        group=OUTSIDE,
        columns=(
            Column(
                "name", pgettext_lazy("client", "Name"), required=True, max_length=60
            ),
            Column(
                "url",
                _("Address of the receiver"),
                required=True,
                max_length=500,
                example="https://example.org/hooks/onegrid",
            ),
            Column(
                "event_names",
                _("Events"),
                Kind.MANY,
                required=True,
                dictionary="webhook_event",
            ),
            Column("is_active", USE, Kind.YES_NO),
        ),
        natural_key=("name",),
        save=subscriptions.save_subscription,
        visible=base.visible(Subscription),
        filters=SubscriptionFilter,
        facets=("is_active",),
        order=("name",),
        readers=READERS,
        writers=clients.KEEPERS,
    ),
    Register(
        key="open311-services",
        model=Open311Service,
        label=_("Open311 service"),
        plural=_("Open311 services"),
        about=_(
            "Every category below the first level is offered; a row here says otherwise."
        ),
        icon="diagram-3",
        group=OUTSIDE,
        columns=(
            CATEGORY,
            Column(
                "kind",
                _("Number of the request"),
                Kind.CHOICE,
                choices=Open311Service.Kind.choices,
            ),
            _may("is_offered", _("Offered")),
            _may(
                "is_private", _("Requests are private"), _("Open311 never shows them.")
            ),
            Column("keywords", _("Keywords"), max_length=200),
            Column(
                "about",
                pgettext_lazy("service", "About"),
                Kind.LONG_TEXT,
                max_length=500,
                in_list=False,
            ),
        ),
        natural_key=("category",),
        save=open311_settings.save_service,
        visible=base.visible(Open311Service),
        filters=ServiceFilter,
        facets=("kind",),
        order=("category",),
        readers=READERS,
        writers=clients.KEEPERS,
    ),
    Register(
        key="open311-questions",
        model=Open311Question,
        label=_("Open311 question"),
        plural=_("Open311 questions"),
        about=_(
            "What a service asks besides; answers are put below the request's text."
        ),
        icon="question-circle",
        group=OUTSIDE,
        columns=(
            CATEGORY,
            Column(
                "code", pgettext_lazy("question", "Code"), required=True, max_length=40
            ),
            Column("words", _("Question"), required=True, max_length=200),
            Column(
                "datatype",
                _("Kind of answer"),
                Kind.CHOICE,
                choices=Open311Question.Datatype.choices,
            ),
            Column("datatype_note", _("How to answer"), max_length=200, in_list=False),
            _may("is_required", _("Needed")),
            _may("is_notice", _("Only a notice")),
            Column("position", _("Position"), Kind.INTEGER),
            Column(
                "choices",
                _("List of answers"),
                Kind.LONG_TEXT,
                in_list=False,
                note=_("One a line: key = words"),
                example="broken = 灯不亮",
            ),
        ),
        natural_key=("category", "code"),
        save=open311_settings.save_question,
        visible=base.visible(Open311Question),
        filters=QuestionFilter,
        facets=("datatype",),
        order=("category", "position"),
        readers=READERS,
        writers=clients.KEEPERS,
    ),
)


def _keys(request: HttpRequest, row: ApiClient) -> dict[str, Any]:
    may = clients.may_keep(request.user, row)
    return {"client": row, "keys": list(row.keys.all()[:20]), "may_keep": may}


def _calls(request: HttpRequest, row: Subscription) -> dict[str, Any]:
    calls = Sending.objects.filter(subscription=row).order_by("-id")[:5]
    may = clients.may_keep(request.user, row)
    return {"row": row, "rows": list(calls), "may_keep": may}


panels.add("api-clients", panels.Panel("requests_hub/outside/keys.html", context=_keys))
panels.add(
    "subscriptions", panels.Panel("requests_hub/outside/calls.html", context=_calls)
)
