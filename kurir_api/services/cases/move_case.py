"""The desk moves a case along: phase, stay in hospital, hold, outcome, and back."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import CarePhase, Case, CaseStatus, Outcome
from kurir_api.services.cases.care_classes import check_care_class
from kurir_api.services.cases.closing import close_case
from kurir_api.services.cases.insurance import watch_insurance
from kurir_api.services.cases.of_the_desk import case_of_the_desk
from kurir_api.services.cases.patients import refuse_if_open
from kurir_api.services.cases.stay import check_moments, record_stay
from kurir_api.services.rates.flag_anew import flag_anew, lock_undecided
from kurir_api.services.recurrences.ending import go_on
from kurir_api.services.texts import LONGEST_REASON, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_facilities
from kurir_api.transitions import move

PHASES = tuple(CarePhase)


@dataclass(frozen=True, kw_only=True)
class MoveCase(Command):
    """At least one thing that changes. CLOSED needs an `outcome`; going back a `reason`.

    `admitted_at`, `discharged_at`: of the stay in hospital, by default when the phase changes; `insured_at`: since
    when the health insurance is active. UTC-aware, none in the future.
    """

    case_id: UUID
    phase: CarePhase | None = None
    status: CaseStatus | None = None
    outcome: str | None = None
    reason: str | None = None
    facility_id: UUID | None = None
    care_class: int | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    insured_at: datetime | None = None


DETAILS = {"case_id", "outcome", "reason", "idempotency_key"}
"""What changes nothing by itself."""


@use_case
async def move_case(principal: Principal, command: MoveCase) -> UUID:
    """The case's id. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition, CaseAlreadyOpen."""
    now = datetime.now(UTC)
    found = await case_of_the_desk(principal, command.case_id)
    reason = await _check(principal, command, now)
    if command.care_class is not None:
        await lock_undecided(found.id)
    case = await Case.select_for_update().get(id=found.id)
    due_at = case.insurance_due_at
    # A case is opened before it changes, and changes before it is closed.
    if command.status == CaseStatus.OPEN:
        await _take_up(case, principal, reason, now)
    await _change(case, principal, command, reason, now)
    await watch_insurance(case, now, due_moved=case.insurance_due_at != due_at)
    if command.status == CaseStatus.ON_HOLD:
        await move(case, "hold", principal, reason=reason, at=now)
    if command.status == CaseStatus.CLOSED:
        await close_case(case, principal, Outcome(str(command.outcome)), reason, now)
    return case.id


async def _check(principal: Principal, command: MoveCase, now: datetime) -> str | None:
    """The reason, cleaned. Raises InvalidInput."""
    problems = Problems()
    if all(getattr(command, field.name) is None for field in fields(command) if field.name not in DETAILS):
        problems.add(
            "status",
            id="Isi setidaknya satu hal yang berubah, misalnya phase, status atau facilityId.",
            en="Give at least one thing that changes, such as phase, status or facilityId.",
        )
    check_moments(problems, now, command.admitted_at, command.discharged_at, command.insured_at)
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
        await go_on(case, now)
        return
    await refuse_if_open(principal, case.patient_id)
    await move(case, "reopen", principal, reason=reason, at=now, closed_at=None, outcome=None)


async def _change(case: Case, principal: Principal, command: MoveCase, reason: str | None, now: datetime) -> None:
    """Facility, class, phase and stay; what is already so stays, without an entry in the timeline."""
    moved = command.facility_id not in {None, case.facility_id}
    if moved:
        await move(case, "change_facility", principal, at=now, facility_id=command.facility_id)
    if command.care_class not in {None, case.care_class}:
        await move(case, "change_care_class", principal, at=now, care_class=command.care_class)
        await flag_anew(case.id)
    phase = command.phase or case.phase
    if PHASES.index(phase) < PHASES.index(case.phase) and reason is None:
        raise InvalidInput.of(
            "reason", id="Tulis alasan kembali ke tahap sebelumnya.", en="Say why it goes back to an earlier phase."
        )
    dates = (command.admitted_at, command.discharged_at)
    await record_stay(case, principal, phase, dates, now, reason=reason, moved=moved)
    if command.insured_at not in {None, case.insured_at}:
        await move(case, "confirm_insurance", principal, at=now, insured_at=command.insured_at)
