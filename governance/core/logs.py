"""Structured logs."""

import logging

import structlog


def configure(config: dict[str, str]) -> None:
    """Send every log line through structlog at `config["level"]`."""
    logging.basicConfig(level=config["level"], format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
