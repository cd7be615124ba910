"""Bodies of calls, refused where their text is none that a database can hold.

A NUL character and half of a surrogate pair can be written in JSON; no column takes them.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")


def checked(body: Any) -> Any:
    """The body itself.

    Raises:
        ParseError: 400.
    """
    if any(UNHOLDABLE.search(text) for text in _texts(body)):
        raise ParseError(_("A character in this text cannot be kept."))
    return body


def _texts(body: Any) -> Iterator[str]:
    """Every text in it; without recursion, for a body may be nested as deep as it likes."""
    left = [body]
    while left:
        part = left.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, QueryDict):
            for name, texts in part.lists():
                left += [name, *texts]
        elif isinstance(part, dict):
            left += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            left += part


class JSONParser(parsers.JSONParser):
    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        try:
            return checked(super().parse(stream, media_type, parser_context))
        except RecursionError:
            raise ParseError(_("This is nested too deep.")) from None
        except ParseError as error:
            why = error.__context__
            if not isinstance(why, ValueError):  # one of ours, in words already
                raise
            raise ParseError(
                _("The body is not valid JSON: %(why)s") % {"why": why}
            ) from None


class FormParser(parsers.FormParser):
    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        return checked(super().parse(stream, media_type, parser_context))


class MultiPartParser(parsers.MultiPartParser):
    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        found = super().parse(stream, media_type, parser_context)
        checked(found.data)
        return found
