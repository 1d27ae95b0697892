"""What a process says of itself, caught."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kurir_api.telemetry.tracing import stop_tracing, trace_into


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans that ended."""
    exporter = InMemorySpanExporter()
    trace_into(SimpleSpanProcessor(exporter), "kurir-test")
    yield exporter
    stop_tracing()
