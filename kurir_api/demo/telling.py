"""How the walk is told on a terminal of 80 to 100 columns."""

from collections.abc import Callable, Iterable
from textwrap import wrap

WIDTH = 92
INDENT = "   "

Say = Callable[[str], None]


def kilometres(metres: int | None) -> str:
    """ "850 m", "2.1 km", or "?" when unknown; to the nearest ten metres or hundred."""
    if metres is None:
        return "?"
    tens = int(metres / 10 + 0.5) * 10
    return f"{tens} m" if tens < 1000 else f"{metres / 1000:.1f} km"


class Story:
    """Numbers the steps and lays out what is said under them."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._steps = 0

    def step(self, heading: str, *, quote: str | None = None) -> None:
        """The next step's heading, in English, with the words it is about, as they were said."""
        self._steps += 1
        self._say("")
        self._say(f"{self._steps}. {heading}")
        if quote is not None:
            self.line(f'"{quote}"')

    def line(self, text: str) -> None:
        """A line under the heading, wrapped."""
        indent = INDENT + " " * (len(text) - len(text.lstrip()))
        for part in wrap(text.strip(), WIDTH, initial_indent=indent, subsequent_indent=indent + " "):
            self._say(part)

    def table(self, rows: Iterable[tuple[str, ...]]) -> None:
        """Rows with aligned columns; numbers and distances to the right."""
        told = list(rows)
        widths = [max(len(cell) for cell in column) for column in zip(*told, strict=True)]
        for row in told:
            cells = (
                cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)
                for cell, width in zip(row, widths, strict=True)
            )
            self._say(f"{INDENT}{'  '.join(cells)}".rstrip()[:WIDTH])
