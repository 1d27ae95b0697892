"""What a completed claim counts: its minutes and metres, in the ledger of work."""

from datetime import datetime

from kurir_api.dispatch.facts import FRESH_FIX
from kurir_api.dispatch.geo import Point, distance_m
from kurir_api.models import Case, Claim, Facility, LineReview, Member, Task, WorkEntry, new_id
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.contributions.disputes import tell_of_settled


async def book_work(claim: Claim, at: datetime, now: datetime) -> None:
    """Enter the claim, completed `at`, with its `task` loaded: from start to completion in whole minutes, and the
    metres to the task and on to its destination; on the day of its completion in the regency.
    """
    task = claim.task
    await WorkEntry.create(
        regency_code=claim.regency_code,
        claim_id=claim.id,
        task_id=task.id,
        patient_id=(await Case.get(id=task.case_id)).patient_id,
        member_id=claim.member_id,
        organization_id=claim.organization_id,
        kind=task.kind,
        region_id=task.region_id,
        # A phone's clock may say that it was done before it began.
        minutes=max(0, int((at - (claim.started_at or at)).total_seconds()) // 60),
        distance_m=(claim.approach_m or 0) + await _ride_m(task),
        booked_on=await local_day(claim.regency_code, at),
        recorded_at=now,
    )


async def reverse_work(old: WorkEntry, reason: str | None, now: datetime) -> WorkEntry:
    """The line that takes `old` back; whoever disputed that is told. Booked on its day, or, where that month is
    closed, in the first open one. Somebody who takes back the same line meanwhile meets the unique index.
    """
    reversal = entry_like(old, now, reason, -old.minutes, -old.distance_m, tasks=-1, reverses_id=old.id)
    await reversal.save(force_create=True)
    await tell_of_settled(LineReview.filter(work_entry_id=old.id), now)
    return reversal


def entry_like(
    old: WorkEntry, now: datetime, reason: str | None, minutes: int, metres: int, **columns: object
) -> WorkEntry:
    """A line, not saved yet, of the same work on the same day."""
    kept = ("regency_code", "claim_id", "task_id", "patient_id", "member_id", "organization_id", "kind", "region_id")
    copied = {name: getattr(old, name) for name in (*kept, "booked_on")}
    entry = WorkEntry(id=new_id(), minutes=minutes, distance_m=metres, recorded_at=now, **copied, **columns)
    entry.reason = reason
    return entry


async def _ride_m(task: Task) -> int:
    if task.destination_id is None:
        return 0
    there = await Facility.get(id=task.destination_id)
    return round(distance_m(_place(task), Point(there.latitude, there.longitude)))


async def approach_m(claim: Claim, place: Point | None, at: datetime) -> int | None:
    """Metres to the claim's `task`, loaded, from where its member set off `at`: from `place`, else from the last fix
    if it was fresh then, else from home; None when nothing is known.
    """
    origin = place or _whereabouts(await Member.get(id=claim.member_id), at)
    return None if origin is None else round(distance_m(origin, _place(claim.task)))


def _whereabouts(member: Member, at: datetime) -> Point | None:
    fresh = member.last_fix_at is not None and abs(at - member.last_fix_at) <= FRESH_FIX
    if fresh and member.last_latitude is not None and member.last_longitude is not None:
        return Point(member.last_latitude, member.last_longitude)
    if member.home_latitude is None or member.home_longitude is None:
        return None
    return Point(member.home_latitude, member.home_longitude)


def _place(task: Task) -> Point:
    return Point(task.latitude, task.longitude)
