"""The desk decides what becomes of a report."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.models import Case, CaseStatus, Report, ReportStatus
from kurir_api.services.reports.waiting import arm_waiting, end_waiting
from kurir_api.services.texts import LONGEST_REASON, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_cases, visible_reports
from kurir_api.transitions import join_case, move

ACTIONS = {
    ReportStatus.LINKED: "link",
    ReportStatus.DUPLICATE: "mark_duplicate",
    ReportStatus.REJECTED: "reject",
    ReportStatus.UNREACHABLE: "mark_unreachable",
    ReportStatus.RECEIVED: "reopen",
}


@dataclass(frozen=True, kw_only=True)
class ResolveReport(Command):
    """What `report_id` becomes: LINKED to `case_id`, DUPLICATE of `duplicate_of`, REJECTED for a `reason`, or
    UNREACHABLE; RECEIVED takes it up again."""

    report_id: UUID
    into: ReportStatus
    duplicate_of: UUID | None = None
    case_id: UUID | None = None
    reason: str | None = None


@use_case
async def resolve_report(principal: Principal, command: ResolveReport) -> UUID:
    """The report's id. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition."""
    seen = await visible_reports(principal).get_or_none(id=command.report_id)
    if seen is None:
        raise NotFound
    if not principal.reaches(seen.region_id, *DESK):
        raise NotAllowed
    problems = Problems()
    reason = fitting(problems, "reason", command.reason, LONGEST_REASON)
    if command.into not in ACTIONS:
        problems.add(
            "as",
            id="Untuk membuka kasus pakai openCase; rujukan tidak dicatat di sini.",
            en="Use openCase to open a case; a referral isn't made here.",
        )
    problems.refuse()
    report, other = await _lock(command)
    changes = await _consequences(principal, command, report, other)
    if linked := changes.get("case_id"):
        await join_case(report, linked)
        report.case_id = linked
    now = datetime.now(UTC)
    await move(report, ACTIONS[command.into], principal, reason=reason, at=now, **changes)
    if command.into is ReportStatus.RECEIVED:
        await arm_waiting(report, now)
    else:
        await end_waiting(report, now)
    await _carry_back(report, other)
    return report.id


async def _lock(command: ResolveReport) -> tuple[Report, Report | None]:
    """The report and the one named as its original, locked in one order, so that neither becomes the other's."""
    ids = [report_id for report_id in (command.report_id, command.duplicate_of) if report_id]
    rows = Report.filter(id__in=ids).order_by("id").select_for_update(no_key=True)
    found = {report.id: report async for report in rows}
    return found[command.report_id], found.get(command.duplicate_of) if command.duplicate_of else None


async def _carry_back(report: Report, original: Report | None) -> None:
    """Who wrote first has waited longest: for the original, and for the case of either."""
    earlier = {"waiting_since__gt": report.waiting_since}
    if original is not None:
        await Report.filter(id=original.id, **earlier).update(waiting_since=report.waiting_since)
    case_id = report.case_id or (original.case_id if original else None)
    if case_id is not None:
        await Case.filter(id=case_id, **earlier).update(waiting_since=report.waiting_since)


async def _consequences(
    principal: Principal, command: ResolveReport, report: Report, other: Report | None
) -> dict[str, Any]:
    """The columns that change with the state."""
    match command.into:
        case ReportStatus.LINKED:
            await _refuse_unless_linkable(principal, command.case_id, report)
            return {"case_id": command.case_id}
        case ReportStatus.DUPLICATE:
            await _refuse_unless_original(principal, report, other)
            return {"duplicate_of_id": command.duplicate_of}
        case ReportStatus.RECEIVED:
            return {"duplicate_of_id": None}
    return {}


async def _refuse_unless_linkable(principal: Principal, case_id: UUID | None, report: Report) -> None:
    if case_id is None:
        raise InvalidInput.of("case", id="Pilih kasusnya.", en="Name the case.")
    known = visible_cases(principal).filter(id=case_id, regency_code=report.regency_code)
    # Locked, so that it isn't closed meanwhile.
    case = await known.select_for_update(no_key=True).get_or_none()
    if case is None or not principal.reaches(case.region_id, *DESK):
        raise InvalidInput.of("case", id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")
    if case.status == CaseStatus.CLOSED:
        raise InvalidInput.of(
            "case",
            id="Kasus itu sudah ditutup; buka kembali dahulu (moveCase), atau buka kasus baru.",
            en="That case is closed; reopen it first (moveCase), or open another.",
        )


async def _refuse_unless_original(principal: Principal, report: Report, other: Report | None) -> None:
    """A duplicate points straight to its original: so no chain of duplicates ever closes to a ring."""
    path = "duplicateOf"
    visible = other is not None and await visible_reports(principal).filter(id=other.id).exists()
    if other is None or not visible or other.regency_code != report.regency_code:
        raise InvalidInput.of(path, id="Pilih laporan aslinya dari daftar.", en="Choose the original from the list.")
    if other.id == report.id:
        raise InvalidInput.of(path, id="Pilih laporan lain.", en="Choose another report.")
    if other.status == ReportStatus.DUPLICATE:
        raise InvalidInput.of(
            path,
            id="Laporan itu sendiri duplikat; pilih laporan aslinya.",
            en="That report is a duplicate itself; choose its original.",
        )
