"""Whether one question takes as long as another: what nobody may learn from the time that an answer takes."""

from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

import httpx

from tests.conftest import Figures

TURNS, TRIES = 20, 3
SLOWER = 1.25
Ask = Callable[[], Awaitable[httpx.Response]]
PROMISE = "foreign takes as long as missing (0.8 to 1.25 of the medians)"


async def assert_alike(figure: Figures, pairs: dict[str, tuple[Ask, Ask]]) -> None:
    """By what is asked, two questions of which the one is about something that is there."""
    measured = {name: await ratio(*pair) for name, pair in pairs.items()}
    figure(PROMISE, ", ".join(f"{name} {found:.2f}" for name, found in measured.items()))
    assert [name for name, found in measured.items() if not 1 / SLOWER <= found <= SLOWER] == []


async def ratio(there: Ask, nowhere: Ask) -> float:
    """How much longer the one takes, asked in turn; a machine that is busy with something else gets another try."""
    found = 0.0
    for _ in range(TRIES):
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(TURNS):
            for which in (0, 1) if turn % 2 else (1, 0):
                started = perf_counter()
                await (there, nowhere)[which]()
                times[which].append(perf_counter() - started)
        found = median(times[0]) / median(times[1])
        if 1 / SLOWER <= found <= SLOWER:
            break
    return found
