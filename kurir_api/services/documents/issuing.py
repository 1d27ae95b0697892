"""Issuing a statement: what it says at one moment, under a code by which anybody who is shown it can check it."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from tortoise.connection import get_connection

from kurir_api.database.moment import one_moment
from kurir_api.errors import Problems
from kurir_api.models import Organization, Region, Statement, new_id
from kurir_api.services.contributions.calendar import last_day, local_day
from kurir_api.services.contributions.statement import StatementContent, statement
from kurir_api.services.contributions.totals import Period
from kurir_api.services.documents.codes import new_code
from kurir_api.services.statistics.scope import check_length

LINES = """
SELECT encode(sha256(coalesce(string_agg(line, ''::bytea ORDER BY id), '')), 'hex') AS digest FROM (
    SELECT id, sha256(convert_to(jsonb_build_array(id, transaction_id, account, amount, booked_on, organization_id,
        member_id, cost_id, pledge_id, kind, category, region_id, reverses_id)::text, 'UTF8')) AS line
    FROM ledger_entry WHERE organization_id = $1 AND booked_on BETWEEN $2 AND $3
    UNION ALL
    SELECT id, sha256(convert_to(jsonb_build_array(id, claim_id, task_id, member_id, organization_id, kind, region_id,
        tasks, minutes, distance_m, booked_on, reverses_id)::text, 'UTF8'))
    FROM work_entry WHERE organization_id = $1 AND booked_on BETWEEN $2 AND $3
) lines
"""


@dataclass(frozen=True, slots=True)
class Order:
    """Which statement is asked for, by which member, when. `check_url`: where codes are checked, without one."""

    organization: Organization
    period: Period
    member_id: UUID
    check_url: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it is issued: its content, the digest of all it says, and whose regency it is."""

    content: StatementContent
    digest: str
    regency: Region

    def day_of(self, moment: datetime) -> date:
        """The day it was in the regency."""
        return moment.astimezone(ZoneInfo(self.regency.time_zone)).date()


async def check_period(organization: Organization, period: Period, now: datetime) -> None:
    """Raise InvalidInput unless a statement of the period is issued: within ten years, begun, and not beyond this
    month.
    """
    problems = Problems()
    check_length(problems, period)
    today = await local_day(organization.regency_code, now)
    if period.first_day > today:
        problems.add(
            "period.from", id="Belum mulai; pilih hari yang lebih awal.", en="Not begun; choose an earlier day."
        )
    if period.last_day > last_day(today):
        problems.add(
            "period.to",
            id="Setelah akhir bulan ini; pilih hari yang lebih awal.",
            en="After the end of this month; choose an earlier day.",
        )
    problems.refuse()


async def drafted(organization: Organization, period: Period) -> Draft:
    """What the statement says now; to be called within `one_moment`."""
    content = await statement(organization, period)
    regency = await Region.get(code=organization.regency_code)
    return Draft(content, await _digest(content), regency)


async def issued(draft: Draft, order: Order) -> Statement:
    """The statement under its code: the one that said the same before, if there is one; else it is issued now."""
    content = draft.content
    fresh = Statement(
        id=new_id(),
        regency_code=content.organization.regency_code,
        code=new_code(),
        organization_id=content.organization.id,
        first_day=content.period.first_day,
        last_day=content.period.last_day,
        digest=draft.digest,
        totals=asdict(content.totals),
        issued_at=order.now,
        issued_by_id=order.member_id,
    )
    # Of several that ask at once one issues it, and all find it.
    await Statement.bulk_create([fresh], ignore_conflicts=True)
    return await Statement.get(
        organization_id=fresh.organization_id,
        first_day=fresh.first_day,
        last_day=fresh.last_day,
        digest=fresh.digest,
    )


async def still_says_the_same(found: Statement) -> bool:
    """Whether the books say of its partner and period what they said when it was issued."""
    async with one_moment():
        organization = await Organization.get(id=found.organization_id)
        draft = await drafted(organization, Period(found.first_day, found.last_day))
    return draft.digest == found.digest


async def _digest(content: StatementContent) -> str:
    """SHA-256 of the lines' digest and of the figures, without names; docs/statements.md says how it is made."""
    period = content.period
    (row,) = await get_connection("default").execute_query_dict(
        LINES, [content.organization.id, period.first_day, period.last_day]
    )
    said = {
        "lines": row["digest"],
        "totals": asdict(content.totals),
        "money": asdict(content.money),
        "pledges": [[str(line.pledge_id), line.amount, line.settled] for line in content.pledges],
    }
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
