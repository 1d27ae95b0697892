"""The desk moves a case along: phase, hold, outcome, and back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.models import CarePhase, Case, CaseStatus, Claim, ClaimStatus, Outcome, Task, TaskStatus
from kurir_api.services.cases.care_classes import check_care_class
from kurir_api.services.cases.patients import refuse_if_open
from kurir_api.services.rates.flag_anew import flag_anew, lock_undecided
from kurir_api.services.tasks.cancel_task import cancel_one
from kurir_api.services.texts import LONGEST_REASON, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_cases, visible_facilities
from kurir_api.transitions import move

LIVE_TASKS = (TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS)
PHASES = tuple(CarePhase)


@dataclass(frozen=True, kw_only=True)
class MoveCase(Command):
    """At least one of `phase`, `status`, `facility_id` and `care_class`. CLOSED needs an `outcome`; going back a
    `reason`.
    """

    case_id: UUID
    phase: CarePhase | None = None
    status: CaseStatus | None = None
    outcome: str | None = None
    reason: str | None = None
    facility_id: UUID | None = None
    care_class: int | None = None


@use_case
async def move_case(principal: Principal, command: MoveCase) -> UUID:
    """The case's id. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition, CaseAlreadyOpen."""
    now = datetime.now(UTC)
    found = await visible_cases(principal).get_or_none(id=command.case_id)
    if found is None:
        raise NotFound
    if not principal.reaches(found.region_id, *DESK):
        raise NotAllowed
    reason = await _check(principal, command)
    if command.care_class is not None:
        await lock_undecided(found.id)
    case = await Case.select_for_update().get(id=found.id)
    # A case is opened before it changes, and changes before it is closed.
    if command.status == CaseStatus.OPEN:
        await _take_up(case, principal, reason, now)
    await _change(case, principal, command, reason, now)
    if command.status == CaseStatus.ON_HOLD:
        await move(case, "hold", principal, reason=reason, at=now)
    if command.status == CaseStatus.CLOSED:
        await _close(case, principal, Outcome(str(command.outcome)), reason, now)
    return case.id


async def _check(principal: Principal, command: MoveCase) -> str | None:
    """The reason, cleaned. Raises InvalidInput."""
    problems = Problems()
    if {command.phase, command.status, command.facility_id, command.care_class} == {None}:
        problems.add(
            "status",
            id="Isi phase, status, facilityId atau careClass.",
            en="Give at least one of phase, status, facilityId and careClass.",
        )
    check_care_class(problems, command.care_class)
    if command.status == CaseStatus.CLOSED and command.outcome not in set(Outcome):
        known = ", ".join(Outcome)
        problems.add("outcome", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    if command.facility_id and not await visible_facilities(principal).filter(id=command.facility_id).exists():
        problems.add("facilityId", id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")
    reason = fitting(problems, "reason", command.reason, LONGEST_REASON)
    problems.refuse()
    return reason


async def _take_up(case: Case, principal: Principal, reason: str | None, now: datetime) -> None:
    """Go on after a hold, or open a closed case again."""
    if case.status != CaseStatus.CLOSED:
        await move(case, "resume", principal, reason=reason, at=now)
        return
    await refuse_if_open(principal, case.patient_id)
    await move(case, "reopen", principal, reason=reason, at=now, closed_at=None, outcome=None)


async def _change(case: Case, principal: Principal, command: MoveCase, reason: str | None, now: datetime) -> None:
    """Facility, class and phase; what is already so stays, without an entry in the timeline."""
    if command.facility_id not in {None, case.facility_id}:
        await move(case, "change_facility", principal, at=now, facility_id=command.facility_id)
    if command.care_class not in {None, case.care_class}:
        await move(case, "change_care_class", principal, at=now, care_class=command.care_class)
        await flag_anew(case.id)
    if command.phase is None or command.phase == case.phase:
        return
    if PHASES.index(command.phase) < PHASES.index(case.phase) and reason is None:
        raise InvalidInput.of(
            "reason", id="Tulis alasan kembali ke tahap sebelumnya.", en="Say why it goes back to an earlier phase."
        )
    await move(case, "change_phase", principal, reason=reason, at=now, phase=command.phase)


async def _close(case: Case, principal: Principal, outcome: Outcome, reason: str | None, now: datetime) -> None:
    """Close the case and cancel what is only planned. Nobody may be left at work for a closed case."""
    tasks = (
        await Task.select_for_update()
        .filter(case_id=case.id, status__in=(TaskStatus.DRAFT, *LIVE_TASKS))
        .order_by("id")
    )
    at_work = await Claim.filter(task_id__in=[task.id for task in tasks], status=ClaimStatus.IN_PROGRESS).values_list(
        "task_id", flat=True
    )
    blocking = (TaskStatus.IN_PROGRESS,) if outcome is Outcome.DIED else LIVE_TASKS
    numbers = ", ".join(str(task.number) for task in tasks if task.status in blocking or task.id in at_work)
    if numbers:
        raise InvalidInput.of(
            "status",
            id=f"Selesaikan, tarik atau batalkan dahulu tugas {numbers}.",
            en=f"First complete, revoke or cancel these tasks: {numbers}.",
        )
    await move(case, "close", principal, reason=reason, at=now, outcome=outcome, closed_at=now)
    for task in tasks:
        await cancel_one(task, None, reason, now)
