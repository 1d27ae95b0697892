"""The worker's steps, watched."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from kurir_api.telemetry.metrics import STEP_FAULTS, STEP_SECONDS, STEPS
from kurir_api.telemetry.tracing import DONE, span

Step = Callable[[datetime], Awaitable[int]]

SILENT_SECONDS = 60.0


class Pulse:
    """When a step of this process last ended well."""

    def __init__(self) -> None:
        self.at = time.monotonic()

    def beat(self) -> None:
        """Now."""
        self.at = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long ago that was."""
        return time.monotonic() - self.at


PULSE = Pulse()


def watched(step: Step) -> Step:
    """The step, with its figures and its span."""
    name = name_of(step)

    async def stepped(now: datetime) -> int:
        began = time.perf_counter()
        with span(f"step {name}", attributes={DONE: 0}) as current:
            try:
                done = await step(now)
            except Exception:
                count_fault(step)
                raise
            current.set_attribute(DONE, done)
        if done:
            STEPS.labels(name).inc(done)
            STEP_SECONDS.labels(name).observe(time.perf_counter() - began)
        PULSE.beat()
        return done

    return stepped


def count_fault(step: Callable[..., Awaitable[int]]) -> None:
    """A fault of the step, or of one of the things that it does, where that ends it so that it holds up no other."""
    STEP_FAULTS.labels(name_of(step)).inc()


def name_of(step: Any) -> str:
    """What it is called in the code."""
    while isinstance(step, partial):
        step = step.func
    return str(step.__name__).lstrip("_")
