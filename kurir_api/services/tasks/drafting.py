"""How a task is written down, whether by itself or as a need of a new case."""

from datetime import datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import arm_window_passed
from kurir_api.dispatch.geo import Point
from kurir_api.models import Case, Task, Urgency, new_id
from kurir_api.services.cases.insurance import INSURANCE_TASK, InsuranceStatus, insurance_status
from kurir_api.services.numbers import next_number
from kurir_api.services.tasks.placing import placed
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

    The place defaults to the patient's point, else the centre of the smallest region around that has one; for its
    area see `placing`.
    """
    kind = task_kinds()[kind_code]
    place, area = await placed(case, location)
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
        area_latitude=area.latitude,
        area_longitude=area.longitude,
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
