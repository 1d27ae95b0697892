"""The patient's stay in hospital: since when, until when, and until when it has to be insured."""

from datetime import datetime
from typing import Any

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import CarePhase, Case
from kurir_api.services.cases.insurance import due_of, fit_tasks
from kurir_api.services.moments import has_come
from kurir_api.transitions import move

WAYS = {
    (CarePhase.BEFORE_HOSPITAL, CarePhase.IN_HOSPITAL): "admit",
    (CarePhase.AFTER_HOSPITAL, CarePhase.IN_HOSPITAL): "admit",
    (CarePhase.IN_HOSPITAL, CarePhase.AFTER_HOSPITAL): "discharge",
}
"""The moves from phase to phase that have a name of their own."""

Dates = tuple[datetime | None, datetime | None]
"""Admission and discharge, as far as they are given."""


def check_moments(
    problems: Problems,
    now: datetime,
    admitted_at: datetime | None,
    discharged_at: datetime | None = None,
    insured_at: datetime | None = None,
) -> None:
    """Note what lies in the future, has no offset, or is out of order."""
    given = {"admittedAt": admitted_at, "dischargedAt": discharged_at, "insuredAt": insured_at}
    come = [has_come(problems, path, at, now) for path, at in given.items() if at is not None]
    if all(come) and admitted_at and discharged_at and discharged_at < admitted_at:
        problems.add("dischargedAt", id="Harus sesudah masuk rumah sakit.", en="Must not be before the admission.")


async def record_stay(
    case: Case,
    principal: Principal,
    phase: CarePhase,
    given: Dates,
    now: datetime,
    *,
    reason: str | None,
    moved: bool,
) -> None:
    """Put the case into `phase`, with the dates of the stay and the deadline that follow from it; `moved`: it is at
    another facility than before, which may have another rule. What is so already leaves no entry.

    Entering hospital begins a stay, leaving it ends it; back before hospital there was none. Raises InvalidInput.
    """
    admitted_at, discharged_at = _dates(case, phase, given, now)
    changes: dict[str, Any] = {"phase": phase, "admitted_at": admitted_at, "discharged_at": discharged_at}
    if admitted_at is None:
        changes["insurance_due_at"] = None
    elif admitted_at != case.admitted_at or (moved and phase is CarePhase.IN_HOSPITAL):
        changes["insurance_due_at"] = await due_of(case, admitted_at)
    if any(getattr(case, column) != value for column, value in changes.items()):
        await move(case, _action(case.phase, phase), principal, reason=reason, at=now, **changes)
        await fit_tasks(case, now)


def _action(before: CarePhase, phase: CarePhase) -> str:
    """What a supervisor reads of it."""
    if phase is before:
        return "correct_stay"
    return WAYS.get((before, phase), "change_phase")


def _dates(case: Case, phase: CarePhase, given: Dates, now: datetime) -> Dates:
    """Admission and discharge of a case that is in `phase` from now on. Raises InvalidInput."""
    admitted_at, discharged_at = given
    if phase is CarePhase.BEFORE_HOSPITAL:
        if admitted_at or discharged_at:
            raise _not_yet("admittedAt" if admitted_at else "dischargedAt")
        return None, None
    if phase is CarePhase.IN_HOSPITAL:
        if discharged_at:
            raise _not_yet("dischargedAt")
        return admitted_at or (case.admitted_at if case.phase is phase else now), None
    admitted_at = admitted_at or case.admitted_at
    if admitted_at is None:
        if discharged_at:
            raise InvalidInput.of("admittedAt", id="Isi tanggal masuk juga.", en="Give the admission, too.")
        return None, None
    left = now if case.phase is not phase else case.discharged_at
    discharged_at = discharged_at or left or now
    if discharged_at < admitted_at:
        raise InvalidInput.of(
            "dischargedAt", id="Harus sesudah masuk rumah sakit.", en="Must not be before the admission."
        )
    return admitted_at, discharged_at


def _not_yet(path: str) -> InvalidInput:
    return InvalidInput.of(
        path,
        id="Belum berlaku pada tahap ini; ubah juga tahapnya (phase).",
        en="Not in this phase yet; change the phase, too.",
    )
