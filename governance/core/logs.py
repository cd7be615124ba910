"""Structured logs, one JSON object a line, without personal data.

Every line of Django, Celery and ours passes the same processors: context (request id, failure
id), level, time, traceback, and last the mask. Phones keep 3 + 4 digits, identity numbers 4 + 2.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Runs of exactly 11 or 18 characters: our own ids are runs of 14 to 16 digits.
PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
IDENTITY = re.compile(r"(?<!\d)(\d{4})\d{12}(\d[\dXx])(?!\d)")


def mask(text: str) -> str:
    """The text with mobile numbers and 18-character identity numbers made unreadable."""
    return IDENTITY.sub(r"\1************\2", PHONE.sub(r"\1****\2", text))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_masked(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        hidden = mask(str(value))
        return value if hidden == str(value) else hidden
    return value


def mask_personal_data(
    logger: WrappedLogger, method: str, event: EventDict
) -> EventDict:
    """Structlog processor: hide personal data in every value, however deep."""
    return {
        key: value if key.startswith("_") else _masked(value)
        for key, value in event.items()
    }


class _Stderr(logging.Handler):
    """Writes to whatever `sys.stderr` is at that moment (a test may have replaced it)."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001 a log line must never break the work it tells of
            self.handleError(record)


def configure(config: Mapping[str, str]) -> None:
    """Send every log line through structlog, at `config["level"]` and above."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _drop_request_object,
            mask_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = _Stderr()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config["level"])
    # Said once per request already by django-structlog, with the request's id.
    logging.getLogger("django.server").propagate = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _drop_request_object(
    logger: WrappedLogger, method: str, event: EventDict
) -> EventDict:
    """Django attaches the whole request to its error lines: its text form would be noise."""
    if not isinstance(event.get("request"), str):
        event.pop("request", None)
    return event
