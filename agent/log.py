"""The one configuration of logging: lines of `key=value` on stderr, no user text above debug."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
USER_TEXT = frozenset(
    {"text", "title", "error", "message", "usage", "body", "content", "query", "submission"}
)
"""Keys whose value somebody wrote or pasted. Above debug only their length is logged."""


def hide_user_text(_: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put a length in the place of every value that may hold what a user wrote, except at debug."""
    if method == "debug":
        return event
    for key in USER_TEXT & event.keys():
        event[key] = f"<{len(str(event[key]))} characters>"
    return event


def configure_logging(level: str) -> None:
    """Log to stderr from `level` (debug, info, warning, error) upwards. Raises `ValueError` for another."""
    threshold = LEVELS.get(level.lower())
    if threshold is None:
        raise ValueError(f"{level!r} is no level; use one of {', '.join(LEVELS)}")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_user_text,
            structlog.processors.LogfmtRenderer(bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        # The stream is looked up for each logger: a test, or a daemon, may have replaced it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
