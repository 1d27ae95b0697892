"""A coordinator puts a line of work right."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.models import Role, WorkEntry
from kurir_api.services.contributions.work import entry_like, reverse_work
from kurir_api.services.texts import LONGEST_REASON, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_cost_entries, visible_work_entries

LONGEST_MINUTES = 31 * 24 * 60
FURTHEST_M = 1_000_000


@dataclass(frozen=True, kw_only=True)
class CorrectWork(Command):
    """`minutes` and `distance_m` as they should have been; None: as they are. `never_done`: there was no such work.
    `work_entry_id`: a line of money is refused in words.
    """

    work_entry_id: UUID
    minutes: int | None = None
    distance_m: int | None = None
    never_done: bool = False
    reason: str


@use_case
async def correct_work(principal: Principal, command: CorrectWork) -> UUID:
    """The id of the line that holds now; of work that was never done, of the reversal. The old one is reversed; both
    are booked on its day, or, where that month is closed, in the first open one.

    Raises NotFound, NotAllowed (not the region's coordinator, or own work), InvalidInput.
    """
    old = await visible_work_entries(principal).get_or_none(id=command.work_entry_id)
    if old is None:
        await _refuse_money(principal, command.work_entry_id)
        raise NotFound
    if not principal.reaches(old.region_id, Role.COORDINATOR) or old.member_id == principal.member_id:
        raise NotAllowed
    minutes = old.minutes if command.minutes is None else command.minutes
    metres = old.distance_m if command.distance_m is None else command.distance_m
    reason = _checked(command, old, minutes, metres)
    if old.reverses_id is not None or await WorkEntry.exists(reverses_id=old.id):
        raise InvalidInput.of(
            "lineId",
            id="Baris ini sudah dikoreksi; koreksi baris penggantinya.",
            en="This line was corrected already; correct the one that replaced it.",
        )
    now = datetime.now(UTC)
    reversal = await reverse_work(old, reason, now)
    if command.never_done:
        return reversal.id
    correction = entry_like(old, now, reason, minutes, metres)
    await correction.save(force_create=True)
    return correction.id


async def _refuse_money(principal: Principal, line_id: UUID) -> None:
    if await visible_cost_entries(principal).filter(id=line_id).exists():
        raise InvalidInput.of(
            "lineId",
            id="Baris ini uang: batalkan biayanya (reviewCost VOID), lalu minta anggota mencatatnya lagi.",
            en="This line is money: void the cost (reviewCost VOID) and let the member log it anew.",
        )


def _checked(command: CorrectWork, old: WorkEntry, minutes: int, metres: int) -> str | None:
    problems = Problems()
    if not 0 <= minutes <= LONGEST_MINUTES and command.minutes is not None:
        problems.add("minutes", id="Isi 0 sampai 44.640 menit (31 hari).", en="Give 0 to 44,640 minutes (31 days).")
    if not 0 <= metres <= FURTHEST_M and command.distance_m is not None:
        problems.add("distanceM", id="Isi 0 sampai 1.000.000 meter.", en="Give 0 to 1,000,000 metres.")
    if command.never_done and (command.minutes, command.distance_m) != (None, None):
        problems.add(
            "neverDone",
            id="Tanpa menit dan jarak: pekerjaannya tidak pernah ada.",
            en="Leave out minutes and distance: there was no such work.",
        )
    elif not command.never_done and (minutes, metres) == (old.minutes, old.distance_m):
        problems.add("minutes", id="Isi menit atau jarak yang baru.", en="Give new minutes or a new distance.")
    reason = fitting(problems, "reason", command.reason, LONGEST_REASON, required=True)
    problems.refuse()
    return reason
