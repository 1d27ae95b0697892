"""A member takes a slot of an open task."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.dispatch.eligibility import EligibilityReason, claim_obstacles
from kurir_api.errors import InvalidTransition, NotEligible, NotFound, ScheduleConflict, TaskAlreadyClaimed
from kurir_api.models import Claim, ClaimStatus, Member, Task, TaskStatus, insert_parts, new_id
from kurir_api.services.claims.deadlines import start_by
from kurir_api.services.family.telling import tell_of_coming
from kurir_api.services.tasks.staffing import organization_for
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_tasks
from kurir_api.transitions import move, record

TAKEN = (TaskStatus.FILLED, TaskStatus.IN_PROGRESS)


@dataclass(frozen=True, kw_only=True)
class ClaimTask(Command):
    """Take a slot of `task_id`, acting for `organization_id` (default: the member's own)."""

    task_id: UUID
    organization_id: UUID | None = None


@use_case
async def claim_task(principal: Principal, command: ClaimTask) -> UUID:
    """The id of the new claim. As many claims win as there are slots.

    Raises NotFound, NotAllowed, TaskAlreadyClaimed, InvalidTransition, NotEligible, ScheduleConflict, InvalidInput.
    """
    now = datetime.now(UTC)
    task = await visible_tasks(principal).get_or_none(id=command.task_id)
    if task is None:
        raise NotFound
    await refuse_unless_able(principal.member_id, task, now)
    organization_id = organization_for(principal, task, command.organization_id)
    claim, slots_left = await take_slot(
        task,
        principal.member_id,
        organization_id,
        ClaimStatus.HELD,
        now,
        expires_at=start_by(task.starts_at, now),
    )
    await record(claim, "claim", principal, at=now)
    if slots_left == 0:
        await move(task, "fill", None, at=now)
    await tell_of_coming(task, now)
    return claim.id


async def refuse_unless_able(member_id: UUID, task: Task, now: datetime, *, strict: bool = True) -> None:
    """Raise the refusal that keeps this member from this task now; without `strict`, only what can't be overruled."""
    obstacles = await claim_obstacles(member_id, task, now)
    if EligibilityReason.ALREADY_CLAIMED in obstacles.reasons:
        raise NotEligible((EligibilityReason.ALREADY_CLAIMED,))
    refuse_unless_open(task)
    if obstacles.conflicting_task_id is not None:
        raise ScheduleConflict(obstacles.conflicting_task_id)
    if strict and obstacles.reasons:
        raise NotEligible(tuple(obstacles.reasons))


def refuse_unless_open(task: Task) -> None:
    """Raise TaskAlreadyClaimed when others have it, InvalidTransition when nobody can have it."""
    if task.status in TAKEN:
        raise TaskAlreadyClaimed(task.id)
    if task.status != TaskStatus.OPEN:
        raise InvalidTransition(task.status, (TaskStatus.OPEN,))


async def take_slot(
    task: Task, member_id: UUID, organization_id: UUID, status: ClaimStatus, now: datetime, **columns: Any
) -> tuple[Claim, int]:
    """A claim in a free slot, and how many slots are left: one statement, so that nobody comes between.

    Raises TaskAlreadyClaimed when the last slot went to somebody faster, NotFound of a member who was deactivated.
    """
    claim = Claim(
        id=new_id(),
        regency_code=task.regency_code,
        task=task,
        member_id=member_id,
        organization_id=organization_id,
        status=status,
        starts_at=task.starts_at,
        ends_at=task.ends_at,
        claimed_at=now,
        **columns,
    )
    names, selected, values = insert_parts(claim, 3)
    rows = await get_connection("default").execute_query_dict(
        "WITH member AS MATERIALIZED (SELECT FROM member WHERE id = $2 AND active FOR KEY SHARE),"
        " slot AS MATERIALIZED (SELECT slots - slots_taken - 1 AS left_over FROM task"
        " WHERE id = $1 AND status = 'OPEN' AND slots_taken < slots AND EXISTS (SELECT FROM member) FOR UPDATE),"
        f" taken AS (INSERT INTO claim ({names}) SELECT {selected} FROM slot RETURNING id)"
        " SELECT slot.left_over FROM slot, taken",
        [task.id, member_id, *values],
    )
    if not rows:
        await refuse_deactivated(member_id)
        raise TaskAlreadyClaimed(task.id)
    return claim, rows[0]["left_over"]


async def refuse_deactivated(member_id: UUID) -> None:
    """Once a claim of the member was written, which waits for a deactivation under way and holds off the next. Raises
    NotFound.
    """
    if not await Member.filter(id=member_id, active=True).exists():
        raise NotFound
