"""A desk officer or a volunteer writes down a call for help."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point
from kurir_api.errors import NotAllowed, Problems
from kurir_api.models import Channel, Region, RegionLevel, Report, Role, lies_within, new_id, regency_of
from kurir_api.services.numbers import next_number
from kurir_api.services.phones import optional_e164
from kurir_api.services.reports.recognising import candidates
from kurir_api.services.reports.waiting import arm_waiting
from kurir_api.services.texts import fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK
from kurir_api.transitions import record

REPORTERS = (Role.VOLUNTEER, Role.DESK_OFFICER, Role.COORDINATOR)
LONGEST_TEXT, LONGEST_NAME = 10_000, 120


@dataclass(frozen=True, kw_only=True)
class SubmitReport(Command):
    """What was said, how it came in, and where help is needed: `region` is a code; without one, the place
    within the caller's desk or regency that the text names, if it names one only, else that desk or regency.
    """

    channel: Channel
    text: str
    reporter_name: str | None = None
    reporter_phone: str | None = None
    region: str | None = None
    location: Point | None = None


@use_case
async def submit_report(principal: Principal, command: SubmitReport) -> UUID:
    """The id of the new report. Raises NotAllowed, InvalidInput."""
    if not principal.has_any(REPORTERS):
        raise NotAllowed
    problems = Problems()
    now = datetime.now(UTC)
    report = Report(id=new_id(), channel=command.channel, received_at=now, waiting_since=now)
    report.text = fitting(problems, "text", command.text, LONGEST_TEXT, required=True)
    report.reporter_name = fitting(problems, "reporterName", command.reporter_name, LONGEST_NAME)
    report.reporter_phone = optional_e164(problems, "reporterPhone", command.reporter_phone)
    region = command.region or await _named_within(_own_region(principal), report.text or "")
    report.region_id = await _region(problems, principal, region)
    problems.refuse()
    report.regency_code, report.desk_id = regency_of(report.region_id), report.region_id
    report.number = await next_number("report")
    report.taken_by_id = principal.member_id
    if command.location is not None:
        report.latitude, report.longitude = command.location.latitude, command.location.longitude
    await report.save(force_create=True)
    await record(report, "receive", principal, at=report.received_at)
    await arm_waiting(report)
    return report.id


async def _named_within(region: str, text: str) -> str:
    """The place in the region that the text names, if it names that one only; else the region."""
    named = [place.code for place in await candidates(text, regency_of(region))]
    return named[0] if len(named) == 1 and lies_within(named[0], region) else region


def _own_region(principal: Principal) -> str:
    """The region of the caller's desk, such as a village, if it is one; else the regency."""
    desks = [code for code in principal.regions(*DESK) if lies_within(code, principal.regency_code)]
    return desks[0] if len(desks) == 1 else principal.regency_code


async def _region(problems: Problems, principal: Principal, code: str) -> str:
    """The code, if it is of a region in a regency where the caller takes reports."""
    known = await Region.filter(code=code).exclude(level=RegionLevel.PROVINCE).exists()
    if not known or not any(_in_regency_of(scope, code) for scope in principal.regions(*REPORTERS)):
        problems.add(
            "region",
            id="Pilih desa, kecamatan atau kabupaten di wilayah Anda.",
            en="Choose a village, sub-district or regency where you work.",
        )
    return code


def _in_regency_of(scope: str, code: str) -> bool:
    """Whether a role within `scope` works in the regency of region `code`; within a province, in all of its."""
    return lies_within(code, scope) or regency_of(code) == regency_of(scope)
