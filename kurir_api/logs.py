"""What a process says of itself: one line an event on standard error, JSON in production.

Of an exception only its type and where it was raised: messages and variables may hold people's data.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from kurir_api.settings import Settings
from kurir_api.telemetry.redacting import redact

OURS = ("kurir", "kurir_api")
"""These log what KURIR_LOG_LEVEL says. Libraries log warnings only: below, they tell SQL with its values, addresses,
headers and frames, which is people's data.
"""


def configure_logging(settings: Settings) -> None:
    """Send structlog's and the standard library's lines the same way. Called once, by the process's entry point."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    finish: list[Processor] = (
        [structlog.processors.JSONRenderer()] if settings.production else [_causes_below, console]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler()
    handler.addFilter(_without_query_strings)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _causes_instead_of_exceptions,
                redact,
                *finish,
            ],
        )
    )
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    # uvicorn tells of requests and of starting and stopping at INFO; of what sockets carry at DEBUG.
    logging.getLogger("uvicorn").setLevel(max(level, logging.INFO))


def causes_of(error: BaseException) -> list[dict[str, Any]]:
    """Of the error, of what it was raised from and of the members of a group, outermost first: the `type`, and the
    `frames` as "file:line function".
    """
    return [
        {
            "type": f"{type(cause).__module__}.{type(cause).__qualname__}",
            "frames": [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
            ],
        }
        for cause in _chain(error)
    ]


def _chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    inner = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if inner is not None:
        yield from _chain(inner)
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _chain(member)


def _causes_instead_of_exceptions(_logger: object, _method: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["causes"] = causes_of(error)
    return event


def _causes_below(_logger: object, _method: str, event: EventDict) -> EventDict:
    """For people: the causes line by line, below the event."""
    lines = [line for cause in event.pop("causes", ()) for line in (cause["type"], *cause["frames"])]
    if lines:
        event["exception"] = "\n  ".join(lines)
    return event


def _without_query_strings(record: logging.LogRecord) -> bool:
    """uvicorn logs whole paths, and a query string may hold a GraphQL query with people's data."""
    if record.name.startswith("uvicorn") and isinstance(record.args, tuple):
        record.args = tuple(
            part.partition("?")[0] if isinstance(part, str) and part.startswith("/") else part for part in record.args
        )
    return True
