"""The operator's log: JSON lines with ids only, through an allow-list of keys.

What isn't on the list isn't written: no text, no path (paths hold codes), no query, no address.
Django's and axes' loggers pass the same formatter; of their messages only the logger's name stays,
of an exception only its type and the places it went through.
"""

import logging
import logging.config
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "status", "object", "reason",
        "number", "count", "command", "exception", "where", "duration_ms",
    }
)  # fmt: skip


def only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep the keys of the list; turn exceptions into their type and places."""
    info = event.pop("exc_info", None)
    if info:
        kind = info if isinstance(info, tuple) else sys.exc_info()
        if kind[0] is not None:
            event["exception"] = kind[0].__name__
            event["where"] = [
                f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(kind[2])
            ]
    if isinstance(event.get("code"), int):
        event["status"] = event.pop("code")
    return {key: value for key, value in event.items() if key in ALLOWED}


def without_message(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's message may carry a path or a name: keep which logger spoke, not what it said."""
    record = event.get("_record")
    if record is not None:
        event["event"] = f"{record.name.replace('.', '_')}_{record.levelname.lower()}"
    return event


def configure(_: Any = None) -> None:
    """Called by Django as LOGGING_CONFIG."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), without_message],
        processors=[
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("django", "axes", "weasyprint", "fontTools"):
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
        library.setLevel(logging.WARNING)
