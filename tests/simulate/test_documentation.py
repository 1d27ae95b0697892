"""docs/simulation.md says what the code does."""

from pathlib import Path
from typing import Any

from kurir_api.simulate.behaviour import figures
from kurir_api.simulate.measures import MEASURES

PAGE = Path(__file__).parents[2] / "docs" / "simulation.md"


def table() -> str:
    """The table of figures as the page must have it: one line for each of behaviour.toml."""
    lines = ["| figure | value | between | where it is from |", "| --- | --- | --- | --- |"]
    for name, figure in figures().items():
        kind = "guess" if "guess" in figure else "source"
        between = " to ".join(map(told, figure.get("range", [])))
        lines.append(f"| `{name}` | {told(figure['value'])} | {between} | {kind}: {figure[kind]} |")
    return "\n".join(lines)


def told(value: Any) -> str:
    """A figure in a cell of the table."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {share:g}" for name, share in value.items())
    if isinstance(value, list) and isinstance(value[0], str):
        return f"{len(value)} villages"
    if isinstance(value, list):
        return ", ".join(f"({told(one)})" if isinstance(one, list) else f"{one:g}" for one in value)
    return f"{value:g}"


def test_every_figure_is_on_the_page_with_its_source_or_as_a_guess() -> None:
    assert table() in PAGE.read_text(), f"docs/simulation.md needs this table:\n{table()}"


def test_a_figure_is_either_from_somewhere_or_a_guess() -> None:
    assert [name for name, figure in figures().items() if ("source" in figure) == ("guess" in figure)] == []


def test_every_measure_is_explained_on_the_page() -> None:
    page = PAGE.read_text()

    assert [measure.name for measure in MEASURES if f"| {measure.name} |" not in page] == []
