"""How a task is written down, whether by itself or as a need of a new case."""

from datetime import datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import arm_window_passed
from kurir_api.dispatch.geo import Point
from kurir_api.models import Case, Patient, Region, Task, Urgency, new_id
from kurir_api.services.cases.insurance import INSURANCE_TASK, InsuranceStatus, insurance_status
from kurir_api.services.numbers import next_number
from kurir_api.task_kinds import task_kinds
from kurir_api.transitions import record


async def draft_task(
    case: Case,
    kind_code: str,
    by: Principal | None,
    now: datetime,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    urgency: Urgency | None = None,
    slots: int = 1,
    title: str | None = None,
    instructions: str | None = None,
    location: Point | None = None,
    destination_id: UUID | None = None,
    waiting_since: datetime | None = None,
    recurrence_id: UUID | None = None,
) -> Task:
    """A new DRAFT task of a known kind; `by` None: Kurir itself. The window defaults to now and the kind's usual
    duration; the resident waits for it since `waiting_since`, default now. For the insurance of a patient in hospital
    the defaults are until its deadline, and urgent.

    The place defaults to the patient's point, else the centre of the smallest region around that has one.
    """
    kind = task_kinds()[kind_code]
    place = location or await _place_of(case)
    starts = starts_at or now
    until = _insured_by(case, kind_code, starts, now)
    task = Task(
        id=new_id(),
        regency_code=case.regency_code,
        number=await next_number("task"),
        kind=kind.code,
        urgency=urgency or (Urgency.URGENT if until else kind.default_urgency),
        phase=case.phase,
        case_id=case.id,
        region_id=case.region_id,
        latitude=place.latitude,
        longitude=place.longitude,
        destination_id=destination_id or case.facility_id,
        starts_at=starts,
        ends_at=ends_at or until or starts + kind.default_duration,
        slots=slots,
        waiting_since=waiting_since or now,
        recurrence_id=recurrence_id,
        created_by_id=by.member_id if by else None,
        created_at=now,
    )
    task.title, task.instructions = title, instructions
    await task.save(force_create=True)
    await record(task, "draft", by, at=now)
    await arm_window_passed(task)
    return task


def _insured_by(case: Case, kind_code: str, starts_at: datetime, now: datetime) -> datetime | None:
    """Until when a task that begins then has to have the patient insured; None: it isn't about that."""
    due = case.insurance_due_at
    if kind_code != INSURANCE_TASK or due is None or due <= starts_at:
        return None
    return due if insurance_status(case, now) == InsuranceStatus.RUNNING else None


async def _place_of(case: Case) -> Point:
    patient = await Patient.get(id=case.patient_id)
    if patient.latitude is not None and patient.longitude is not None:
        return Point(patient.latitude, patient.longitude)
    parts = case.region_id.split(".")
    codes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    rows = await Region.filter(code__in=codes, latitude__not_isnull=True).values_list("code", "latitude", "longitude")
    centres = {code: Point(latitude, longitude) for code, latitude, longitude in rows}
    return next(centres[code] for code in codes if code in centres)
