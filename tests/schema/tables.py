"""Tables in Markdown that people read and tests walk."""

from pathlib import Path

Table = dict[str, dict[str, str]]
"""The cells by row and column; a first cell of several names, "a, b", stands for a row each."""


POLICY = Path(__file__).parents[2] / "docs" / "policy"


def tables(file: str) -> dict[str, Table]:
    """The table below each second-level heading of a page of docs/policy."""
    found: dict[str, Table] = {}
    heading, columns = "", list[str]()
    for line in (POLICY / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, columns = line.removeprefix("## "), []
            found[heading] = {}
        elif heading and line.startswith("| ") and not line.startswith("| --"):
            first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            if not columns:
                columns = cells
                continue
            for name in first.split(", "):
                assert name not in found[heading], f"{heading}: {name} is there twice"
                found[heading][name] = dict(zip(columns, cells, strict=True))
    return found
