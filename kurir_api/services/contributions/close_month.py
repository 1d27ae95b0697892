"""The office closes a month: what was booked in it stays as it is."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import ClosedMonth, Membership, Region, Role, lies_within, new_id
from kurir_api.services.contributions.books import digest_of, last_closed, month_to_close
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.use_case import Command, use_case

CODE = re.compile(r"[0-9]{2}\.[0-9]{2}")

# Whoever books an entry holds the same lock shared: closing waits for them, and they for it.
ALONE = "SELECT pg_advisory_xact_lock(hashtext('books'), hashtext($1))"


@dataclass(frozen=True, kw_only=True)
class CloseMonth(Command):
    """`month`, its first day, of the regency's books: the one after the last that is closed, and at first the oldest
    that has entries.
    """

    region_code: str
    month: date


@use_case
async def close_month(principal: Principal, command: CloseMonth) -> UUID:
    """The id of the closed month. The reviewers of the regency's partners are told.

    Raises NotFound (no regency of the caller's), NotAllowed, InvalidInput.
    """
    regency = command.region_code
    if not await _works_in(principal, regency):
        raise NotFound
    if not principal.reaches(regency, Role.COORDINATOR, Role.ADMIN):
        raise NotAllowed
    now = datetime.now(UTC)
    await _check_over(regency, command.month, now)
    await get_connection("default").execute_query(ALONE, [regency])
    before = await last_closed(regency)
    _check_next(command.month, before, await month_to_close(regency, before))
    closed = await ClosedMonth.create(
        id=new_id(),
        regency_code=regency,
        month=command.month,
        digest=await digest_of(regency, command.month, before),
        closed_at=now,
        closed_by_id=principal.member_id,
    )
    await _tell(regency, command.month, now)
    return closed.id


async def _works_in(principal: Principal, regency: str) -> bool:
    if not any(lies_within(own, regency) or lies_within(regency, own) for own in principal.regions()):
        return False
    # What is no code may hold what PostgreSQL can't store.
    return bool(CODE.fullmatch(regency)) and await Region.exists(code=regency)


async def _check_over(regency: str, month: date, now: datetime) -> None:
    if month.day != 1:
        raise InvalidInput.of("month", id="Tulis tanggal 1 bulan itu.", en="Give the month's first day.")
    if month >= (await local_day(regency, now)).replace(day=1):
        raise InvalidInput.of(
            "month", id="Bulan ini belum berakhir; tutup sesudahnya.", en="This month is not over; close it then."
        )


def _check_next(month: date, before: ClosedMonth | None, due: date | None) -> None:
    if before is not None and month <= before.month:
        raise InvalidInput.of("month", id="Bulan ini sudah ditutup.", en="This month is closed already.")
    if due is not None and month != due:
        raise InvalidInput.of("month", id=f"Tutup {due:%Y-%m} lebih dahulu.", en=f"Close {due:%Y-%m} first.")


async def _tell(regency: str, month: date, now: datetime) -> None:
    reviewers = Membership.filter(
        role=Role.PARTNER_REVIEWER, organization__regency_code=regency, member__active=True
    ).order_by("member_id")
    await notify(
        NotificationKind.MONTH_CLOSED,
        [reviewer.member_id for reviewer in await reviewers],
        None,
        now=now,
        regency_code=regency,
        month=month.isoformat(),
    )
