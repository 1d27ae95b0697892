"""Spans for OpenTelemetry: off, and free, unless OTEL_EXPORTER_OTLP_ENDPOINT says where they go.

Spans hold names of this program's and counts: no argument, no variable, no value of a statement, no path with its
parts, no message of an exception.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
DONE = "kurir.done"
STATEMENT = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE)\b(?:.*?\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?\"?([a-z_]+))?", re.DOTALL
)

_tracer: trace.Tracer | None = None


def start_tracing(service: str) -> None:
    """Send spans where the environment says, as OpenTelemetry's own variables have it; nowhere if it doesn't."""
    if not os.environ.get(ENDPOINT):
        return
    # Only now: the SDK takes a quarter of a second to import.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    trace_into(BatchSpanProcessor(OTLPSpanExporter()), service)


def trace_into(processor: "SpanProcessor", service: str) -> None:
    """Give spans to `processor`, but for those of steps that found nothing to do."""
    global _tracer  # noqa: PLW0603 - one tracer per process, as OpenTelemetry has it
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415

    from kurir_api.telemetry.idle import WithoutIdle  # noqa: PLC0415

    resource = Resource.create({"service.name": service, "service.version": version("kurir-api")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(WithoutIdle(processor))
    _tracer = provider.get_tracer("kurir")


def stop_tracing() -> None:
    """Give no more spans to anybody."""
    global _tracer  # noqa: PLW0603 - see trace_into
    _tracer = None


class Nothing:
    """The span where none is wanted."""

    def set_attribute(self, name: str, value: str | int) -> None:
        """Nothing."""

    def update_name(self, name: str) -> None:
        """Nothing."""


NOTHING = Nothing()
FREE = nullcontext(NOTHING)


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, attributes: Mapping[str, str | int] | None = None
) -> Iterator[Any]:
    """A span while the block lasts. What is raised within it marks it by its type. The first of a trace puts its id
    on the log's lines.
    """
    if _tracer is None:
        yield NOTHING
        return
    first = not trace.get_current_span().get_span_context().is_valid
    with _tracer.start_as_current_span(
        name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        bound = {"trace_id": trace.format_trace_id(current.get_span_context().trace_id)} if first else {}
        with structlog.contextvars.bound_contextvars(**bound):
            try:
                yield current
            except Exception as error:
                current.set_status(Status(StatusCode.ERROR, type(error).__qualname__))
                raise


def statement(sql: str) -> AbstractContextManager[Any]:
    """The span of a statement: what it does, to which table; no values, and no more of its text. Of one that nothing
    led to, such as a worker's question what is due next, there is none.
    """
    if _tracer is None or not trace.get_current_span().get_span_context().is_valid:
        return FREE
    return span(kind_of(sql), SpanKind.CLIENT, {"db.system.name": "postgresql"})


@lru_cache(maxsize=1024)
def kind_of(sql: str) -> str:
    """What a statement does, to which table first: "SELECT task"."""
    found = STATEMENT.search(sql)
    if found is None:
        return sql.split(maxsplit=1)[0][:12] if sql.strip() else "nothing"
    return f"{found[1]} {found[2]}" if found[2] else found[1]


def is_idle(span: "ReadableSpan") -> bool:
    """Whether it is a step's that had nothing to do."""
    return (span.attributes or {}).get(DONE) == 0 and span.status.status_code is StatusCode.UNSET
