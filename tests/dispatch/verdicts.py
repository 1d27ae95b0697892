"""What dispatch says about a member and a task, asked in every way there is."""

from datetime import datetime

from kurir_api.dispatch.eligibility import EligibilityReason
from kurir_api.dispatch.ranking import rank
from kurir_api.models import Member, Task
from tests.factories import NOW


async def against(member: Member, task: Task, now: datetime = NOW) -> tuple[EligibilityReason, ...]:
    """Every reason against alerting the member, as the coordinator's list gives them. Fails when the wave's own
    search, which is another statement, doesn't agree.
    """
    everybody = await rank(task, limit=100, now=now, include_ineligible=True, exclude_alerted=False)
    [shown] = [one for one in everybody if one.member_id == member.id]
    chosen = {one.member_id for one in await rank(task, limit=100, now=now, exclude_alerted=False)}
    assert (member.id in chosen) == (not shown.reasons)
    return shown.reasons
