"""A worker looks for work four times a second; of looks in vain nobody wants to read."""

from collections import defaultdict

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from kurir_api.telemetry.tracing import DONE, is_idle


class WithoutIdle(SpanProcessor):
    """Keeps the spans of a step until it ends, and gives them on only if it did something or failed."""

    def __init__(self, inner: SpanProcessor) -> None:
        self._inner = inner
        self._kept: dict[int, list[ReadableSpan]] = defaultdict(list)
        self._steps: set[int] = set()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """A step's span says so from its start."""
        if span.parent is None and span.attributes and DONE in span.attributes:
            self._steps.add(span.context.trace_id)
        self._inner.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Give it on, or keep it."""
        trace_id = span.context.trace_id
        if trace_id not in self._steps:
            self._inner.on_end(span)
            return
        if span.parent is not None:
            self._kept[trace_id].append(span)
            return
        self._steps.discard(trace_id)
        kept = self._kept.pop(trace_id, [])
        if not is_idle(span):
            for one in (*kept, span):
                self._inner.on_end(one)

    def shutdown(self) -> None:
        """Send what is left."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is there."""
        return self._inner.force_flush(timeout_millis)
