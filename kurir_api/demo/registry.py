"""An invented social registry: forty people of two villages, one in each regency."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from kurir_api.demo.kebumen import BABADSARI
from kurir_api.demo.patients import invented_patient
from kurir_api.demo.people import KARANGNANGKA
from kurir_api.models import regency_of
from kurir_api.services.imports.base import Order, Refused
from kurir_api.services.imports.import_file import import_file

EACH = 20
SOURCE = "DTSEN contoh"
AID = ("PKH|SEMBAKO", "SEMBAKO", "KIS_PBI", "")
"""What they get, in turns: codes of programmes, as the file parts them."""


@dataclass(frozen=True, slots=True)
class Registered:
    """Somebody of the registry; nobody real."""

    national_id: str
    name: str
    village: str
    decile: int
    programmes: str

    def row(self) -> Sequence[str]:
        """A line of the file, by `HEADER`."""
        since = "|".join("2026-01-01" for _ in self.programmes.split("|")) if self.programmes else ""
        source = SOURCE if self.programmes else ""
        return (self.national_id, self.name, self.village, str(self.decile), self.programmes, since, source)


HEADER = ("nik", "nama", "desa", "desil", "program", "mulai", "sumber")


def registered(village: str) -> list[Registered]:
    """The village's people, the same on every call."""
    random = Random(village)  # noqa: S311 - invented people, not secrets
    invented = [invented_patient(random, village=village) for _ in range(EACH)]
    return [
        Registered(
            one.national_id, one.name.removesuffix(" (contoh)"), village, number % 4 + 1, AID[number % len(AID)]
        )
        for number, one in enumerate(invented)
    ]


async def add_registry(now: datetime) -> None:
    """Import a file for each regency, whose programmes are loaded, as an operator would."""
    with TemporaryDirectory() as folder:
        for village in (KARANGNANGKA, BABADSARI):
            file = Path(folder) / f"{village}.csv"
            with file.open("w", encoding="utf-8", newline="") as lines:
                writer = csv.writer(lines, lineterminator="\n")
                writer.writerows([HEADER, *(one.row() for one in registered(village))])
            await import_file(Order(kind="registry", file=file, now=now, regency=regency_of(village)), _refused)


def _refused(row: Refused) -> None:
    raise RuntimeError(f"Line {row.line} of the demo's own file: {row.words.en}")
