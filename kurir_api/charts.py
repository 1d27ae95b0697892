"""Pictures as SVG that need nothing else. Drawn by hand: a plotting library would be larger than all of Kurir."""

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

INK, GRID, PAPER, FONT = "#222222", "#dddddd", "#ffffff", "Helvetica, Arial, sans-serif"
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
"""Colours that also people tell apart who see few (Okabe & Ito)."""

Point = tuple[float, float]


def canvas(title: str, description: str, width: int, height: int) -> Element:
    """An empty picture, pixels wide and high, with the words that screen readers say."""
    box = f"0 0 {width} {height}"
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=box, width=str(width), height=str(height))
    svg.set("font-family", FONT)
    svg.set("role", "img")
    SubElement(svg, "title").text = title
    SubElement(svg, "desc").text = description
    SubElement(svg, "rect", width="100%", height="100%", fill=PAPER)
    return svg


def written(svg: Element) -> str:
    """The picture as a file's text."""
    ElementTree.indent(svg)
    return ElementTree.tostring(svg, encoding="unicode", xml_declaration=True) + "\n"


def line(svg: Element, points: Sequence[Point], colour: str, dashes: str = "none") -> None:
    """A curve through the points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawn = SubElement(svg, "polyline", points=path, fill="none", stroke=colour)
    drawn.set("stroke-width", "2.5")
    drawn.set("stroke-dasharray", dashes)


def rule(svg: Element, start: Point, end: Point) -> None:
    """A thin line of the grid."""
    (x1, y1), (x2, y2) = start, end
    SubElement(svg, "line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", stroke=GRID)


def box(svg: Element, corner: Point, width: float, height: float, colour: str) -> None:
    """A filled rectangle; its upper left corner."""
    x, y = corner
    SubElement(
        svg, "rect", x=f"{x:.1f}", y=f"{y:.1f}", width=f"{width:.1f}", height=f"{height:.1f}", fill=colour, stroke=INK
    )


def text(svg: Element, x: float, y: float, words: str, *, size: int = 12, anchor: str = "start") -> None:
    """A line of words; (x, y) is on its base line, at its start, middle or end."""
    label = SubElement(svg, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill=INK)
    label.set("font-size", str(size))
    label.set("text-anchor", anchor)
    label.text = words
