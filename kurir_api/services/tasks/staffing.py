"""How a task's state follows its claims: filled, started, done, open again, over."""

from datetime import datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import arm_not_verified, end_alarms
from kurir_api.dispatch.waves import seek_members
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import (
    LIVE,
    Claim,
    ClaimStatus,
    FamilyWord,
    Role,
    Task,
    TaskStatus,
    lies_within,
)
from kurir_api.services.family.telling import ask_whether_they_came
from kurir_api.services.tasks.verifying import verify_one
from kurir_api.services.visibility import visible_claims, visible_tasks
from kurir_api.transitions import move

AT_WORK = (ClaimStatus.IN_PROGRESS, ClaimStatus.COMPLETED)


async def lock_task(principal: Principal, task_id: UUID) -> Task:
    """The task, locked: whoever changes its claims does so alone. Raises NotFound."""
    if not await visible_tasks(principal).filter(id=task_id).exists():
        raise NotFound
    return await Task.select_for_update().get(id=task_id)


async def lock_claim(principal: Principal, claim_id: UUID) -> Claim:
    """The claim with its `task`, both locked, task first so that no two ever wait for each other. Raises NotFound."""
    found = await visible_claims(principal).get_or_none(id=claim_id)
    if found is None:
        raise NotFound
    task = await Task.select_for_update().get(id=found.task_id)
    claim = await Claim.select_for_update().get(id=claim_id)
    claim.task = task
    return claim


async def settle(task: Task, at: datetime, now: datetime) -> None:
    """Bring the locked task into line with its claims after one of them moved on, `at` then; it is heard of `now`."""
    statuses = await claim_statuses(task)
    if task.status == TaskStatus.FILLED and any(status in AT_WORK for status in statuses):
        await move(task, "start", None, at=at)
    if task.status == TaskStatus.IN_PROGRESS and not any(status in LIVE for status in statuses):
        await move(task, "finish", None, at=at)
        if task.family_word == FamilyWord.CAME:
            await verify_one(task, None, None, now)
            return
        await end_alarms(task, now)
        await arm_not_verified(task, now)
        await ask_whether_they_came(task, now)


async def reopen_slot(task: Task, now: datetime) -> None:
    """After a claim of the locked task fell away: others are asked at once, unless the window is over."""
    if task.status in {TaskStatus.FILLED, TaskStatus.IN_PROGRESS}:
        # What the family said was of those who don't come any more.
        await move(task, "reopen", None, at=now, family_word=None, family_said_at=None)
    if task.status == TaskStatus.OPEN and now < task.ends_at:
        await seek_members(task, now)


async def claim_statuses(task: Task) -> list[str]:
    """The states of all claims of the task."""
    return [str(status) for status in await Claim.filter(task_id=task.id).values_list("status", flat=True)]


def organization_for(member: Principal, task: Task, wanted: UUID | None, *, anywhere: bool = False) -> UUID:
    """The organisation the member acts for: the wanted one, or the first for which they volunteer there.

    With `anywhere`, wherever they belong. Raises NotAllowed when there is none, InvalidInput when not the wanted one.
    """
    acting = [
        scope.organization_id
        for scope in member.scopes
        if anywhere or (scope.role == Role.VOLUNTEER and lies_within(task.region_id, scope.region_code))
    ]
    if wanted is None and acting:
        return acting[0]
    if wanted not in acting:
        if wanted is None:
            raise NotAllowed
        raise InvalidInput.of(
            "organizationId",
            id="Pilih organisasi tempat relawan ini terdaftar.",
            en="Choose an organisation the volunteer belongs to.",
        )
    return wanted
