"""Answers as XML or JSON, whatever the address ends in; errors as the standard's list.

XML has the tags of the standard and no namespace. JSON drops the root: a list is a bare array.
Dates are W3C (ISO 8601 with zone).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from governance.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotHere

TYPES = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
# What XML 1.0 cannot hold in any spelling.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
View = Callable[..., "Answer"]


class Answer:
    """A body before it has a format.

    `root` and `item` name the tags of XML around a list; a mapping has `root` only.
    """

    def __init__(
        self,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        root: str,
        item: str = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.body, self.root, self.item = body, root, item
        self.status, self.headers = status, dict(headers or {})


class Faults(Exception):
    """What is wrong with a call; `faults` are (code, sentence), the first one decides."""

    def __init__(self, *faults: tuple[int, str], status: int = 0) -> None:
        super().__init__(faults)
        self.faults = faults
        self.status = status or faults[0][0]


# What the standard calls the fields that our own refusals name.
STANDARD_NAMES = {
    "lon": "long",
    "body": "description",
    "address": "address_string",
    "grid": "address_id",
    "category": "service_code",
    "reporter_name": "first_name",
    "reporter_phone": "phone",
    "occurred_at": "requested_datetime",
    "files": "media",
}


def answers(*methods: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """The view gives an `Answer`; refusals become the list of errors. For programs: no CSRF."""

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def answered(
            request: HttpRequest, *args: Any, fmt: str, **kwargs: Any
        ) -> HttpResponse:
            try:
                if fmt not in TYPES:
                    raise Faults((400, _("The format is xml or json.")))
                if request.method not in {*methods, "HEAD"}:
                    words = _("This address answers %(methods)s only.")
                    raise Faults((405, words % {"methods": ", ".join(methods)}))
                if any("\0" in str(value) for value in kwargs.values()):
                    raise Faults((404, _("There is no such address in GeoReport v2.")))
                answer = view(request, *args, **kwargs)
            except (DomainError, Faults) as error:
                answer = refusal(error)
                if answer.status == 405:
                    answer.headers["Allow"] = ", ".join(methods)
            return rendered(answer, fmt)

        answered.reads_any_address = True  # type: ignore[attr-defined]
        return answered

    return wrap


def refusal(error: DomainError | Faults) -> Answer:
    """The standard's list of errors: 404 not there, 403 the key, 400 everything else."""
    headers: dict[str, str] = {}
    if isinstance(error, Faults):
        faults, status = list(error.faults), error.status
    elif isinstance(error, Invalid):
        told = [
            f"{STANDARD_NAMES.get(n, n)}: {w}"
            for n, words in error.fields.items()
            for w in words
        ]
        faults, status = [(400, words) for words in told or [error.message]], 400
    elif isinstance(error, NotHere | NotAllowed):
        status = error.status
        faults = [(status, error.message)]
    else:
        # the body's code may be finer than that of HTTP, which the standard limits
        status = 400 if isinstance(error, Conflict) else error.status
        faults = [(error.status, error.message)]
        if "retry_after" in error.extra:
            headers["Retry-After"] = str(error.extra["retry_after"])
    body = [{"code": code, "description": words} for code, words in faults]
    return Answer(body, "errors", "error", status, headers)


def rendered(answer: Answer, fmt: str) -> HttpResponse:
    """The answer in its format; an unknown one is answered in XML, as the standard's default."""
    fmt = fmt if fmt in TYPES else "xml"
    data = as_json(answer) if fmt == "json" else as_xml(answer)
    response = HttpResponse(data, content_type=TYPES[fmt], status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    return response


def as_json(answer: Answer) -> bytes:
    return json.dumps(answer.body, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return str(value)


def moment(value: datetime | None) -> str:
    """A moment with its zone, to the second; empty when there is none."""
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""


def as_xml(answer: Answer) -> bytes:
    root = ET.Element(answer.root)
    if isinstance(answer.body, Mapping):
        _fill(root, answer.body)
    else:
        for entry in answer.body:
            _fill(ET.SubElement(root, answer.item), entry)
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


# How the members of a list are called.
MEMBERS = {
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}


def _fill(parent: ET.Element, entry: Mapping[str, Any]) -> None:
    for name, value in entry.items():
        _put(ET.SubElement(parent, name), name, value)


def _put(element: ET.Element, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        _fill(element, value)
    elif isinstance(value, list | tuple):
        for member in value:
            _put(ET.SubElement(element, MEMBERS[name]), MEMBERS[name], member)
    else:
        element.text = text_of(value)


def text_of(value: Any) -> str:
    """A value as XML writes it, without what XML cannot hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return UNWRITABLE.sub("", _plain(value))
