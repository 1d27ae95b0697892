"""A coordinator or administrator writes down which hours a hospital counts until a stay must be insured."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import CarePhase, Case, CaseStatus, Facility, InsuranceRule, Role
from kurir_api.services.cases.insurance import deadline, fit_tasks, watch_insurance
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_facilities
from kurir_api.services.working_days.reckoning import working_days


@dataclass(frozen=True, kw_only=True)
class SetInsuranceRule(Command):
    """The facility's rule from now on."""

    facility_id: UUID
    rule: InsuranceRule


@use_case
async def set_insurance_rule(principal: Principal, command: SetInsuranceRule) -> UUID:
    """The facility's id. The deadlines of those who lie there now are reckoned anew. Raises NotFound, NotAllowed."""
    now = datetime.now(UTC)
    facility = await visible_facilities(principal).get_or_none(id=command.facility_id)
    if facility is None:
        raise NotFound
    if not principal.reaches(facility.regency_code, Role.COORDINATOR, Role.ADMIN):
        raise NotAllowed
    changed = Facility.filter(id=facility.id).exclude(insurance_rule=command.rule)
    if await changed.update(insurance_rule=command.rule):
        await _reckon_anew(facility, command.rule, now)
    return facility.id


async def _reckon_anew(facility: Facility, rule: InsuranceRule, now: datetime) -> None:
    """For those whose countdown runs there: few, since it lasts some days, and hospitals change their rule rarely."""
    days = await working_days(facility.regency_code)
    cases = Case.filter(
        facility_id=facility.id, phase=CarePhase.IN_HOSPITAL, admitted_at__not_isnull=True, insured_at__isnull=True
    ).exclude(status=CaseStatus.CLOSED)
    for case in await cases.order_by("id").select_for_update():
        if case.admitted_at is not None:
            case.insurance_due_at = deadline(case.admitted_at, rule, days)
            await case.save(update_fields=["insurance_due_at"])
            await fit_tasks(case, now)
            await watch_insurance(case, now)
