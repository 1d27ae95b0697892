"""When a referral is late, and when people are told so."""

from datetime import datetime, time, timedelta

from kurir_api.models import UNANSWERED, Referral, ReferralStatus
from kurir_api.services.working_days.reckoning import WorkingDays, working_days

LAST_DAY = timedelta(days=1)
"""A referral is at risk on the last working day it has: `due_at` is that day's end."""

ANSWER_WITHIN = 2
"""Working days the desk has to answer a programme's question, before it is told; ours to choose."""

OFFICES_OPEN = time(8)


def overdue(referral: Referral, now: datetime) -> bool:
    """Whether the programme should have decided before `now`."""
    return referral.status in UNANSWERED and now > referral.due_at


def at_risk(referral: Referral, now: datetime) -> bool:
    """Whether its last working day has begun, and isn't over."""
    return referral.status in UNANSWERED and referral.due_at - LAST_DAY <= now <= referral.due_at


async def next_telling(referral: Referral, now: datetime) -> datetime:
    """When, after `now`, people have to be told of the referral if it is still as it is; UTC-aware. Two statements.

    At eight in the morning of the last working day it has, and of each working day after that. While the programme
    waits for an answer: of each working day after the two that the desk has for it.
    """
    return telling_after(await working_days(referral.regency_code), referral, now)


def telling_after(days: WorkingDays, referral: Referral, now: datetime) -> datetime:
    """`next_telling` by the regency's working days."""
    if referral.status == ReferralStatus.INFO_REQUESTED and referral.asked_at:
        late = days.due(referral.asked_at, ANSWER_WITHIN)
    else:
        late = referral.due_at - LAST_DAY
    after = max(late, now)
    day = after.astimezone(days.zone).date()
    while not days.works(day) or datetime.combine(day, OFFICES_OPEN, days.zone) <= after:
        day += timedelta(days=1)
    return datetime.combine(day, OFFICES_OPEN, days.zone).astimezone(now.tzinfo)
