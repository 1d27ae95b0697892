"""The chart: an SVG that stands on its own."""

from xml.etree import ElementTree

from kurir_api.simulate.chart import chart
from kurir_api.simulate.measures import Outcome
from tests.simulate.outcomes import NOTHING, opening, outcome

SVG = "{http://www.w3.org/2000/svg}"
QUICK = outcome(opening(60.0, urgent=True), opening(3600.0))
SLOW = outcome(opening(1200.0, urgent=True), opening())


def drawn(**outcomes: Outcome) -> ElementTree.Element:
    return ElementTree.fromstring(chart("Banyumas <seed 1>", outcomes))  # noqa: S314 - ours


def curves(svg: ElementTree.Element) -> list[list[tuple[float, ...]]]:
    """The points of each curve, panel by panel; the legend's strokes have two."""
    lines = [line.attrib["points"].split() for line in svg.iter(f"{SVG}polyline")]
    return [[tuple(map(float, point.split(","))) for point in line] for line in lines if len(line) > 2]


def test_it_names_what_it_shows_and_every_policy_with_its_cost() -> None:
    svg = drawn(nearest=SLOW, adaptive=QUICK)

    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert texts[0] == "Banyumas <seed 1>"
    assert texts[1] == "Share of openings claimed within so many minutes; in brackets, how many alerts a claim took."
    assert texts[-2:] == ["nearest (2.0)", "adaptive (1.0)"]
    assert svg.attrib["viewBox"] == "0 0 960 460"


def test_a_curve_climbs_from_none_to_all_where_all_are_claimed() -> None:
    urgent, normal = curves(drawn(adaptive=QUICK))

    assert (urgent[0], urgent[-1]) == ((60.0, 380.0), (460.0, 90.0))
    # One minute of thirty, at a step of six seconds: nobody before, everybody from then on.
    assert [y for _, y in urgent] == [380.0] * 10 + [90.0] * 291
    # An hour of eight.
    assert [y for _, y in normal] == [380.0] * 38 + [90.0] * 263


def test_a_curve_ends_at_the_share_that_was_claimed() -> None:
    half = outcome(opening(60.0, urgent=True), opening(urgent=True))

    (urgent,) = curves(drawn(nearest=half))

    assert urgent[-1] == (460.0, 235.0)


def test_without_openings_there_are_axes_and_names_alone() -> None:
    svg = drawn(nearest=NOTHING, broadcast=NOTHING)

    assert curves(svg) == []
    assert {"nearest", "broadcast"} <= {text.text for text in svg.iter(f"{SVG}text")}


def test_every_policy_has_its_own_colour_and_dashes() -> None:
    svg = drawn(nearest=QUICK, adaptive=QUICK, broadcast=QUICK)

    looks = [(line.attrib["stroke"], line.attrib["stroke-dasharray"]) for line in svg.iter(f"{SVG}polyline")]
    assert looks == [("#0072B2", "none"), ("#D55E00", "8 3"), ("#009E73", "2 3")] * 3
