"""What came of an import, for the operator to read."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kurir_api.errors import InvalidInput
from kurir_api.services.imports.base import Order, Outcome, Refused
from kurir_api.services.imports.import_file import import_file

TOLD = 20
"""Refused rows that are shown; the file given for them holds all."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome, and the lines that tell of it."""

    outcome: Outcome
    lines: tuple[str, ...]


async def imported(order: Order, refused_to: Path | None) -> Report:
    """Import, writing the refused rows' lines and reasons to `refused_to`. Raises InvalidInput."""
    shown: list[Refused] = []
    with _written_to(refused_to) as write:

        def tell(row: Refused) -> None:
            write(row)
            if len(shown) < TOLD:
                shown.append(row)

        outcome = await import_file(order, tell)
    return Report(outcome, tuple(_lines(order, outcome, shown)))


@contextmanager
def _written_to(path: Path | None) -> Iterator[Callable[[Refused], None]]:
    """Writes the rows there, if anywhere."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        said = error.strerror or "-"
        raise InvalidInput.of(
            "refused", id=f"Tidak bisa ditulis ({said}).", en=f"Can't be written ({said})."
        ) from error
    with file:
        table = csv.writer(file)
        table.writerow(("line", "reason_id", "reason_en"))
        yield lambda row: table.writerow((row.line, row.words.say("id"), row.words.say("en")))


def _lines(order: Order, outcome: Outcome, shown: list[Refused]) -> Iterator[str]:
    where = f" of {order.regency}" if order.regency else ""
    yield f"{order.kind}{where} from {order.file.name}{', a dry run: nothing is written' if order.dry_run else ''}"
    for name, rows in asdict(outcome).items():
        if name == "removed" and not order.complete:
            continue
        yield f"  {name:<8}{rows:>9,}"
    for row in shown:
        yield f"line {row.line}: {row.words.say('id')}\n{' ' * len(f'line {row.line}')}  {row.words.say('en')}"
    if outcome.refused > len(shown):
        yield f"... and {outcome.refused - len(shown):,} more; --refused FILE writes them all."
