"""How soon tasks are claimed, as a picture."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from xml.etree.ElementTree import Element

from kurir_api.charts import BLUE, GREEN, PURPLE, VERMILION, canvas, line, rule, text, written
from kurir_api.simulate.measures import Opening, Outcome, alerts_over_claims

WIDTH, HEIGHT = 960, 460
TOP, BOTTOM = 90, 380
LINES = (
    (BLUE, "none"),
    (VERMILION, "8 3"),
    (GREEN, "2 3"),
    (PURPLE, "10 3 2 3"),
    ("#000000", "5 5"),
)
"""Colours, and dashes for print."""

SHOWN = "Share of openings claimed within so many minutes; in brackets, how many alerts a claim took."

STEPS = 300
"""A curve is drawn through so many points."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Part of the tasks, from `left` to `right` in the picture, over so many minutes with a tick each so many."""

    title: str
    urgent: bool
    left: int
    right: int
    minutes: int
    tick: int

    def x(self, minutes: float) -> float:
        """Where in the picture."""
        return self.left + (self.right - self.left) * minutes / self.minutes


PANELS = (
    Panel("Emergency and urgent", urgent=True, left=60, right=460, minutes=30, tick=5),
    Panel("Normal", urgent=False, left=540, right=940, minutes=480, tick=60),
)


def chart(title: str, outcomes: Mapping[str, Outcome]) -> str:
    """The share of openings claimed within so many minutes, a curve for each name."""
    svg = canvas(title, SHOWN, WIDTH, HEIGHT)
    text(svg, 60, 28, title, size=18)
    text(svg, 60, 48, SHOWN)
    for panel in PANELS:
        _axes(svg, panel)
        for (colour, dashes), outcome in zip(cycle(LINES), outcomes.values(), strict=False):
            openings = [one for one in outcome.openings if one.urgent is panel.urgent]
            if openings:
                line(svg, _points(panel, openings), colour, dashes)
    _legend(svg, outcomes)
    return written(svg)


def _axes(svg: Element, panel: Panel) -> None:
    text(svg, panel.left, TOP - 14, panel.title, size=14)
    for percent in range(0, 101, 20):
        rule(svg, (panel.left, _y(percent / 100)), (panel.right, _y(percent / 100)))
        text(svg, panel.left - 8, _y(percent / 100) + 4, f"{percent} %", anchor="end")
    for minutes in range(0, panel.minutes + 1, panel.tick):
        rule(svg, (panel.x(minutes), TOP), (panel.x(minutes), BOTTOM))
        text(svg, panel.x(minutes), BOTTOM + 18, str(minutes), anchor="middle")
    text(svg, (panel.left + panel.right) / 2, BOTTOM + 38, "minutes since the slot opened", anchor="middle")


def _legend(svg: Element, outcomes: Mapping[str, Outcome]) -> None:
    """Each curve's name, and what it costs."""
    for place, ((name, outcome), (colour, dashes)) in enumerate(zip(outcomes.items(), cycle(LINES), strict=False)):
        left = 60 + place * (WIDTH - 80) / len(outcomes)
        alerts = alerts_over_claims(outcome)
        line(svg, [(left, HEIGHT - 18), (left + 36, HEIGHT - 18)], colour, dashes)
        costs = "" if alerts is None else f" ({alerts:.1f})"
        text(svg, left + 44, HEIGHT - 14, f"{name}{costs}", size=14)


def _points(panel: Panel, openings: Sequence[Opening]) -> list[tuple[float, float]]:
    waits = sorted(one.claimed_after_s / 60 for one in openings)
    times = [panel.minutes * step / STEPS for step in range(STEPS + 1)]
    return [(panel.x(minutes), _y(bisect_right(waits, minutes) / len(waits))) for minutes in times]


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share
