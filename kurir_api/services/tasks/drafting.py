"""How a task is written down, whether by itself or as a need of a new case."""

from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import arm_window_passed
from kurir_api.dispatch.geo import Point
from kurir_api.models import Case, Patient, Region, Task, Urgency, new_id
from kurir_api.task_kinds import task_kinds
from kurir_api.transitions import record


async def draft_task(
    case: Case,
    kind_code: str,
    principal: Principal,
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
) -> Task:
    """A new DRAFT task of a known kind. The window defaults to now and the kind's usual duration.

    The place defaults to the patient's point, else the centre of the smallest region around that has one.
    """
    kind = task_kinds()[kind_code]
    place = location or await _place_of(case)
    starts = starts_at or now
    task = Task(
        id=new_id(),
        regency_code=case.regency_code,
        number=await _next_number(),
        kind=kind.code,
        urgency=urgency or kind.default_urgency,
        phase=case.phase,
        case_id=case.id,
        region_id=case.region_id,
        latitude=place.latitude,
        longitude=place.longitude,
        destination_id=destination_id or case.facility_id,
        starts_at=starts,
        ends_at=ends_at or starts + kind.default_duration,
        slots=slots,
        created_by_id=principal.member_id,
        created_at=now,
    )
    task.title, task.instructions = title, instructions
    await task.save(force_create=True)
    await record(task, "draft", principal, at=now)
    await arm_window_passed(task)
    return task


async def _next_number() -> int:
    rows = await get_connection("default").execute_query_dict("SELECT nextval('task_number') AS number")
    return int(rows[0]["number"])


async def _place_of(case: Case) -> Point:
    patient = await Patient.get(id=case.patient_id)
    if patient.latitude is not None and patient.longitude is not None:
        return Point(patient.latitude, patient.longitude)
    parts = case.region_id.split(".")
    codes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    rows = await Region.filter(code__in=codes, latitude__not_isnull=True).values_list("code", "latitude", "longitude")
    centres = {code: Point(latitude, longitude) for code, latitude, longitude in rows}
    return next(centres[code] for code in codes if code in centres)
