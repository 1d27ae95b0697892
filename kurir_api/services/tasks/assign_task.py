"""A coordinator, or a partner's reviewer for its own people, offers a task to a member."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.eligibility import EligibilityReason
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import NotAllowed, NotEligible, NotFound, ScheduleConflict, UnknownMember
from kurir_api.models import ClaimStatus, Role, Task
from kurir_api.services.tasks.claim_task import refuse_unless_able, take_slot
from kurir_api.services.tasks.staffing import organization_for
from kurir_api.services.texts import reason_of
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import assignable_members, visible_tasks
from kurir_api.task_kinds import task_kinds
from kurir_api.transitions import move, record


@dataclass(frozen=True, kw_only=True)
class AssignTask(Command):
    """Offer `task_id` to `member_id`, to act for `organization_id` (default: the member's own).

    With a `reason` a coordinator may choose somebody whom the eligibility checks would refuse.
    """

    task_id: UUID
    member_id: UUID
    organization_id: UUID | None = None
    reason: str | None = None


@use_case
async def assign_task(principal: Principal, command: AssignTask) -> UUID:
    """The id of the offered claim; it takes the slot until it is answered, or its time is over.

    Raises NotFound, NotAllowed, TaskAlreadyClaimed, InvalidTransition, NotEligible, ScheduleConflict, InvalidInput.
    """
    now = datetime.now(UTC)
    task = await visible_tasks(principal).get_or_none(id=command.task_id)
    if (
        task is None
        or not await assignable_members(principal, task).filter(id=command.member_id, active=True).exists()
    ):
        raise NotFound
    member = await _as_assignable(principal, task, command.member_id)
    reason = reason_of(command.reason)
    overruling = reason is not None and principal.reaches(task.region_id, Role.COORDINATOR)
    await _refuse_unless_able(principal, command.member_id, task, now, strict=not overruling)
    organization_id = organization_for(member, task, command.organization_id, anywhere=overruling)
    claim, slots_left = await take_slot(
        task,
        command.member_id,
        organization_id,
        ClaimStatus.OFFERED,
        now,
        assigned_by_id=principal.member_id,
        expires_at=answer_by(task, now),
    )
    await record(claim, "offer", principal, reason=reason, at=now)
    await notify(NotificationKind.OFFER, [command.member_id], task, now=now, urgent=True)
    if slots_left == 0:
        await move(task, "fill", None, at=now)
    return claim.id


def answer_by(task: Task, now: datetime) -> datetime:
    """When the offer lapses: after the usual time of its kind and urgency, or when the window ends."""
    usual = now + task_kinds()[task.kind].deadlines[task.urgency].answer
    return min(usual, task.ends_at) if task.ends_at > now else usual


async def _as_assignable(principal: Principal, task: Task, member_id: UUID) -> Principal:
    """The member with the memberships the caller may assign: a coordinator all; a reviewer those in its own
    organisation, for which the member shall act.
    """
    try:
        member = await principal_of_member(member_id)
    except UnknownMember as error:
        raise NotFound from error
    if principal.reaches(task.region_id, Role.COORDINATOR):
        return member
    own = principal.organizations(Role.PARTNER_REVIEWER)
    scopes = tuple(scope for scope in member.scopes if scope.organization_id in own)
    if not scopes:
        raise NotAllowed
    return replace(member, scopes=scopes)


async def _refuse_unless_able(
    principal: Principal, member_id: UUID, task: Task, now: datetime, *, strict: bool
) -> None:
    """As for a claim; but a task in the way that the caller may not know of only makes the member busy."""
    try:
        await refuse_unless_able(member_id, task, now, strict=strict)
    except ScheduleConflict as conflict:
        if await visible_tasks(principal).filter(id=conflict.conflicting_task_id).exists():
            raise
        raise NotEligible((EligibilityReason.BUSY,)) from conflict
