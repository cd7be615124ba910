"""What an action may refuse, and how each refusal is told.

Actions raise only children of `DomainError`. `core.http.DomainErrorMiddleware` turns one into a
message on a page, `core.api.errors.handle` into `{code, message}` with `status`.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule said no. `message` is a translated sentence for the person who asked."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message, **self.extra}


class Invalid(DomainError):
    """The input is wrong; `fields` names each field and its sentences."""

    code = "invalid"

    def __init__(
        self, message: str = "", *, fields: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(
            message or _("Some fields need another look."), fields=dict(fields or {})
        )
        self.fields: dict[str, list[str]] = dict(fields or {})


class NotAllowed(DomainError):
    code = "not_allowed"
    status = 403


class NotHere(DomainError):
    """Not there, or outside what the caller may know of."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    code = "conflict"
    status = 409


class IllegalStep(Conflict):
    """The workflow has no such step from this state; `legal` names those it has."""

    code = "illegal_step"

    def __init__(self, message: str, *, state: str, legal: Iterable[str]) -> None:
        super().__init__(message, state=state, legal=list(legal))


class TooMany(DomainError):
    code = "too_many"
    status = 429
