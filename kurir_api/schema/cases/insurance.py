"""Until when a stay in hospital must be insured."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import strawberry

from kurir_api import models
from kurir_api.models import InsuranceRule
from kurir_api.schema.context import Info
from kurir_api.schema.places.types import Holiday
from kurir_api.services.cases.insurance import InsuranceStatus, insurance_status
from kurir_api.services.working_days.reckoning import SATURDAY

strawberry.enum(InsuranceStatus, description="How the countdown stands.")


@strawberry.type(description="Until when a stay in hospital must be insured, 3 x 24 hours after the admission.")
class InsuranceDeadline:
    """See services.cases.insurance."""

    admitted_at: datetime = strawberry.field(description="When the patient was admitted.")
    due_at: datetime = strawberry.field(description="Until when the insurance must be active.")
    minutes_left: int | None = strawberry.field(description="While it runs, whole minutes; else null.")
    status: InsuranceStatus = strawberry.field(description="How the countdown stands.")
    insured_at: datetime | None = strawberry.field(description="Since when the insurance is active, as far as known.")
    rule: InsuranceRule = strawberry.field(
        description="Which hours the hospital counts; without one, the stricter CALENDAR_DAYS."
    )
    holidays: list[Holiday] = strawberry.field(
        description="The days besides weekends whose hours it doesn't count; none by CALENDAR_DAYS."
    )

    @classmethod
    async def of(cls, case: models.Case, info: Info) -> "InsuranceDeadline | None":
        """The case's, through the loaders; None for a patient who wasn't admitted."""
        now = datetime.now(UTC)
        status = insurance_status(case, now)
        if case.admitted_at is None or case.insurance_due_at is None or status is None:
            return None
        running = status is InsuranceStatus.RUNNING
        rule = await _rule(case, info)
        return cls(
            admitted_at=case.admitted_at,
            due_at=case.insurance_due_at,
            minutes_left=(case.insurance_due_at - now) // timedelta(minutes=1) if running else None,
            status=status,
            insured_at=case.insured_at,
            rule=rule,
            holidays=await _skipped(case, info) if rule is InsuranceRule.WORKING_DAYS else [],
        )


async def _rule(case: models.Case, info: Info) -> InsuranceRule:
    if case.facility_id is None:
        return InsuranceRule.CALENDAR_DAYS
    return (await info.context.loaders.facility.load(case.facility_id)).insurance_rule


async def _skipped(case: models.Case, info: Info) -> list[Holiday]:
    region = await info.context.loaders.region.load(case.regency_code)
    zone = ZoneInfo(region.time_zone)
    days = await info.context.loaders.regency_holidays.load(case.regency_code)
    first, end = [at.astimezone(zone) for at in (case.admitted_at, case.insurance_due_at) if at]
    last = end - timedelta(microseconds=1)  # of a day that begins at the deadline no hour is left out
    skipped = [row for row in days if first.date() <= row.day <= last.date() and row.day.weekday() < SATURDAY]
    return [Holiday.of(row, info.context.locale) for row in skipped]
