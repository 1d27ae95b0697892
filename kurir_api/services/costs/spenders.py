"""Under which claims a member may have spent money on a task."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from kurir_api.models import Claim, ClaimStatus, Region, Task

SPENDING = (ClaimStatus.HELD, ClaimStatus.IN_PROGRESS, ClaimStatus.COMPLETED, ClaimStatus.VERIFIED)


async def spending_claims(task: Task, member_id: UUID) -> list[tuple[date, Claim]]:
    """The member's claims that are held or done, or fell away after they were started; each with the day of the
    regency's calendar it was taken on, the last one last. Two statements.
    """
    spent = Q(status__in=SPENDING) | Q(started_at__isnull=False)
    claims = await Claim.filter(spent, task_id=task.id, member_id=member_id).order_by("claimed_at", "id")
    regency = await Region.get(code=task.regency_code)
    zone = ZoneInfo(regency.time_zone)
    return [(claim.claimed_at.astimezone(zone).date(), claim) for claim in claims]
