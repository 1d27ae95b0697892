"""Claims in time: offers lapse, claims that nobody starts expire, after a reminder. Done by workers."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from kurir_api.dispatch.alarms import arm_alarm
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import AlarmReason, Claim, ClaimStatus, Task
from kurir_api.services.claims.deadlines import REMINDED_BEFORE
from kurir_api.services.claims.handing_over import leave_with_holder, withdraw_offer
from kurir_api.services.tasks.staffing import reopen_slot
from kurir_api.telemetry.steps import count_fault
from kurir_api.transitions import move

OFFERED, HELD = ClaimStatus.OFFERED, ClaimStatus.HELD


async def remind_claimants(now: datetime, *, batch: int = 100) -> int:
    """Remind up to `batch` members who hold a claim that expires soon unless it is started, each in a transaction of
    its own; how many were reminded. A claim that fails is logged and comes up again; the others go on.
    """
    soon = {"expires_at__lte": now + REMINDED_BEFORE, "expires_at__gt": now}
    return await _each(remind_claimants, {"status": HELD, "reminded_at__isnull": True, **soon}, _remind, now, batch)


async def expire_claims(now: datetime, *, batch: int = 100) -> int:
    """Expire up to `batch` offers that weren't answered and claims that weren't started in time, each in a
    transaction of its own; how many were expired. A claim that fails is logged and comes up again; the others go on.
    """
    return await _each(expire_claims, {"status__in": (OFFERED, HELD), "expires_at__lte": now}, _expire, now, batch)


async def _each(
    step: Callable[..., Awaitable[int]],
    due: dict[str, Any],
    act: Callable[[Claim, datetime], Awaitable[None]],
    now: datetime,
    batch: int,
) -> int:
    """For the step: `act` on each claim that is due, locked with its task; how many were done here, and not by
    another worker.
    """
    found: Iterable[tuple[UUID, UUID]] = (
        await Claim.filter(**due).order_by("expires_at").limit(batch).values_list("id", "task_id")
    )
    done = 0
    for claim_id, task_id in found:
        try:
            async with in_transaction():
                # Whoever has the task at work will leave it soon; then the claim comes up again.
                task = await Task.filter(id=task_id).select_for_update(skip_locked=True, no_key=True).first()
                claim = task and await Claim.filter(id=claim_id, **due).select_for_update().first()
                if task and claim:
                    claim.task = task
                    await act(claim, now)
                    done += 1
        except Exception:  # noqa: BLE001 - one claim's fault must not hold up the others
            count_fault(step)
            structlog.get_logger("kurir.claims").exception("claim failed", claim_id=str(claim_id))
    return done


async def _remind(claim: Claim, now: datetime) -> None:
    await Claim.filter(id=claim.id).update(reminded_at=now)
    if claim.expires_at is not None:
        await notify(
            NotificationKind.CLAIM_REMINDER,
            [claim.member_id],
            claim.task,
            now=now,
            urgent=claim.task.urgent,
            deadline=claim.expires_at.isoformat(),
        )


async def _expire(claim: Claim, now: datetime) -> None:
    """End the claim, tell those whom it concerns, and open its slot."""
    if claim.hands_over:
        await _lapse_hand_over(claim, now)
        return
    offered = claim.status == OFFERED
    await move(claim, "lapse" if offered else "expire", None, at=now)
    kind = NotificationKind.OFFER_EXPIRED if offered else NotificationKind.CLAIM_EXPIRED
    assigner = [claim.assigned_by_id] if offered and claim.assigned_by_id else []
    await notify(
        kind,
        [claim.member_id, *assigner],
        claim.task,
        now=now,
        urgent=claim.task.urgent,
    )
    await withdraw_offer(claim, now)
    await reopen_slot(claim.task, now)
    if not offered and now < claim.task.ends_at:
        await arm_alarm(claim.task, AlarmReason.NOT_STARTED, now)


async def _lapse_hand_over(offer: Claim, now: datetime) -> None:
    """End the offer; the task stays with its holder."""
    await move(offer, "lapse_hand_over", None, at=now)
    await notify(NotificationKind.OFFER_EXPIRED, [offer.member_id], offer.task, now=now, urgent=offer.task.urgent)
    await leave_with_holder(offer, now)
