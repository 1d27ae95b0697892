"""Holidays: of one regency with `regency`, else the nation's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kurir_api.errors import Problems
from kurir_api.models.holiday import Holiday, HolidayKind
from kurir_api.services.imports.base import Column, ImportKind, Line, Order, Put, Values
from kurir_api.services.imports.cells import a_day, chosen

COMPARED = ("kind", "name_id", "name_en")


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """What is written of a day on which offices are closed. None: what is on record stays; a new one goes by its
    Indonesian name in English, too.
    """

    day: date | None
    kind: HolidayKind | None
    name_id: str
    name_en: str | None


def _check(_: Order, values: Values, problems: Problems) -> HolidayRow:
    return HolidayRow(
        day=a_day(problems, "day", values["day"]),
        kind=chosen(problems, "kind", values["kind"], HolidayKind),
        name_id=values["name_id"],
        name_en=values["name_en"] or None,
    )


async def _put(order: Order, lines: Sequence[Line[HolidayRow]]) -> Put:
    """Two statements."""
    regency = order.regency or ""
    rows = Holiday.filter(regency_code=regency, day__in=[line.row.day for line in lines])
    known: dict[date | None, Holiday] = {row.day: row for row in await rows}
    new: list[Holiday] = []
    changed: list[Holiday] = []
    for line in lines:
        before = known.get(line.row.day)
        holiday = _holiday(regency, line.row, before)
        if before is None:
            new.append(holiday)
        elif any(getattr(holiday, name) != getattr(before, name) for name in COMPARED):
            changed.append(holiday)
    if new or changed:
        await Holiday.bulk_create([*new, *changed], on_conflict=["day", "regency_code"], update_fields=COMPARED)
    return Put(added=len(new), changed=len(changed), same=len(lines) - len(new) - len(changed))


def _holiday(regency: str, row: HolidayRow, before: Holiday | None) -> Holiday:
    """The holiday as it is to be."""
    usual = HolidayKind.LOCAL if regency else HolidayKind.NATIONAL
    return Holiday(
        day=row.day,
        regency_code=regency,
        kind=row.kind or (before.kind if before else usual),
        name_id=row.name_id,
        name_en=row.name_en or (before.name_en if before else row.name_id),
    )


KIND = ImportKind(
    columns=(
        Column("day", also=("tanggal", "date"), longest=10),
        Column("kind", also=("jenis",), required=False, longest=20),
        Column("name_id", also=("nama", "name", "nama_id"), longest=120),
        Column("name_en", also=("nama_en",), required=False, longest=120),
    ),
    needs_regency=False,
    check=_check,
    key=lambda row: row.day,
    put=_put,
)
