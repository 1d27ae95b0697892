"""Times, what is made of them, and how it is printed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

INDENT = "  "
COLUMNS = ("", "per second", "median", "p99", "ratio")
"""The headings of `Timing.row`."""


@dataclass
class Timing:
    """How long each of many attempts took, and how long all of them together, in seconds."""

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @contextmanager
    def together(self) -> Iterator[None]:
        """The time of the block counts once, whatever runs side by side in it."""
        began = time.perf_counter()
        yield
        self.elapsed += time.perf_counter() - began

    @contextmanager
    def one(self) -> Iterator[None]:
        """The block is one attempt."""
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)

    @property
    def rate(self) -> float:
        """Attempts per second."""
        return len(self.seconds) / self.elapsed

    def within(self, percent: int) -> float:
        """The seconds within which so many per cent of the attempts ended."""
        return sorted(self.seconds)[ceil(len(self.seconds) * percent / 100) - 1]

    def row(self, name: str, *, to: "Timing") -> tuple[str, ...]:
        """Name, attempts per second, median, 99th percentile, and the rate as a ratio to another's."""
        times = (f"{self.within(percent) * 1000:,.1f} ms" for percent in (50, 99))
        return (name, f"{self.rate:,.0f}", *times, f"{self.rate / to.rate:.3f}")


async def measured(times: int, work: Callable[[int], Awaitable[object]], *, side_by_side: int = 1) -> Timing:
    """`work(number)` so many times, some side by side."""
    timing, numbers = Timing(), iter(range(times))

    async def run() -> None:
        for number in numbers:
            with timing.one():
                await work(number)

    with timing.together():
        async with asyncio.TaskGroup() as group:
            for _ in range(side_by_side):
                group.create_task(run())
    return timing


def title(name: str, what: str) -> None:
    """Print what is measured, above its figures."""
    print(f"\n{name}: {what}")


def table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows with aligned columns: the first to the left, figures to the right."""
    told = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*told, strict=True)]
    for name, *figures in told:
        cells = [figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)]
        print(f"{INDENT}{'  '.join([name.ljust(widths[0]), *cells])}".rstrip())
