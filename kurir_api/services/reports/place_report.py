"""The desk finds out where help is needed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import Region, Report, lies_within
from kurir_api.services.reports.waiting import arm_waiting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_reports
from kurir_api.transitions import move


@dataclass(frozen=True, kw_only=True)
class PlaceReport(Command):
    """`region`: the code of a village or sub-district, or of the regency if nothing closer is known after all.
    `location`: if known, else it stays as it was.
    """

    report_id: UUID
    region: str
    location: Point | None = None


@use_case
async def place_report(principal: Principal, command: PlaceReport) -> UUID:
    """The report's id; another desk is told of it in time. Raises NotFound, NotAllowed, InvalidInput,
    InvalidTransition.
    """
    seen = await visible_reports(principal).get_or_none(id=command.report_id)
    if seen is None:
        raise NotFound
    if not principal.reaches(seen.region_id, *DESK):
        raise NotAllowed
    await _refuse_unless_within(principal, seen.regency_code, command.region)
    report = await Report.select_for_update().get(id=seen.id)
    desk, now = report.desk_id, datetime.now(UTC)
    changes: dict[str, Any] = {"region_id": command.region, "desk_id": desk_after(report, command.region)}
    if command.location is not None:
        changes |= {"latitude": command.location.latitude, "longitude": command.location.longitude}
    await move(report, "place", principal, at=now, **changes)
    if report.desk_id != desk:
        await arm_waiting(report, now)
    return report.id


def desk_after(report: Report, region: str) -> str:
    """Whose desk answers for the report once it lies in `region`: that of the region, or, where it was handed up, the
    one around it on the same level.
    """
    if report.desk_id == report.region_id:
        return region
    levels = report.desk_id.count(".") + 1
    return ".".join(region.split(".")[:levels])


async def _refuse_unless_within(principal: Principal, regency: str, region: str) -> None:
    known = lies_within(region, regency) and await Region.exists(code=region)
    if not known or not principal.reaches(region, *DESK):
        raise InvalidInput.of(
            "region",
            id="Pilih desa atau kecamatan di wilayah meja Anda; di luar itu, serahkan laporannya ke atas.",
            en="Choose a village or sub-district of your own desk's; elsewhere, hand the report up.",
        )
