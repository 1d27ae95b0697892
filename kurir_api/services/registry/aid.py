"""What a line says of the aid that a person gets."""

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

import orjson

from kurir_api.errors import Problems
from kurir_api.services.imports.cells import a_day

PARTED_BY = "|"
LONGEST_SOURCE = 100
NOTHING = "[]"


def aid_json(problems: Problems, programmes: frozenset[str], cells: Sequence[str]) -> str:
    """`RegistryPerson.aid` of the cells programme, since, until, source, each with as many parts as there are
    programmes; one source, or none, stands for all. Nothing once there is a problem.
    """
    codes, since, until, sources = ([part.strip() for part in cell.split(PARTED_BY)] for cell in cells)
    if codes == [""]:
        if any(any(parts) for parts in (since, until)):
            problems.add("programme", id="Tanggal tanpa program.", en="Dates without a programme.")
        return NOTHING
    count = len(codes)
    for column, parts in (("since", since), ("until", until), ("source", sources)):
        if len(parts) > (count if column != "source" or len(parts) > 1 else 1):
            problems.add(
                column,
                id=f"Isi satu untuk setiap program, dipisah {PARTED_BY}.",
                en=f"Give one for each programme, parted by {PARTED_BY}.",
            )
    _check_codes(problems, programmes, codes)
    if len(sources) == 1:
        sources *= count
    if not all(sources) or any(len(one) > LONGEST_SOURCE or not one.isprintable() for one in sources):
        problems.add(
            "source",
            id=f"Tulis sumber setiap program, paling banyak {LONGEST_SOURCE} karakter.",
            en=f"Say where each programme is from, in at most {LONGEST_SOURCE} characters.",
        )
    aid = [
        (code, *_days(problems, first, last), source)
        for code, first, last, source in zip_longest(codes, since, until, sources, fillvalue="")
    ]
    return NOTHING if problems.found else orjson.dumps(aid).decode()


def _check_codes(problems: Problems, programmes: frozenset[str], codes: list[str]) -> None:
    if not programmes.issuperset(codes):
        problems.add(
            "programme",
            id="Program tak dikenal; impor dahulu programnya.",
            en="An unknown programme; import the programmes first.",
        )
    if len(set(codes)) < len(codes):
        problems.add("programme", id="Program yang sama dua kali.", en="The same programme twice.")


def _days(problems: Problems, since: str, until: str) -> tuple[date | None, date | None]:
    first, last = a_day(problems, "since", since), a_day(problems, "until", until)
    if first and last and last < first:
        problems.add("until", id="Sebelum tanggal mulai.", en="Before the day it began.")
    return first, last
