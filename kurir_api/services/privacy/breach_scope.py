"""Whose data an account that was broken into, or everybody, read in a period: whom to notify, and by when."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.models import HOLDING, AccessAction, AccessBy, Claim, Membership, Patient, Report, TransitionLog
from kurir_api.services.accesses import Subject, accounted, note
from kurir_api.services.visibility import visible_patients, visible_reports

NOTIFY_WITHIN = timedelta(hours=3 * 24)
"""From when it was noticed: UU 27/2022 art. 46(1), to the persons and to the agency."""

COLUMNS = ("patient_id", "regency", "name", "fields", "accesses", "first_at", "last_at")

SCOPE = """
SELECT l.patient_id, l.regency_code, p.name, array_agg(DISTINCT f.name ORDER BY f.name) AS names,
    count(DISTINCT l.id) AS accesses, min(l.at) AS first_at, max(l.at) AS last_at
FROM access_log l LEFT JOIN patient p ON p.id = l.patient_id CROSS JOIN unnest(l.field_names) AS f (name)
WHERE l.at >= $1 AND l.at < $2 AND ($3::uuid IS NULL OR l.member_id = $3) AND l.action IN ('READ', 'EXPORTED')
GROUP BY l.patient_id, l.regency_code, p.name ORDER BY l.regency_code, l.patient_id
"""


@dataclass(frozen=True, kw_only=True)
class Period:
    """UTC-aware; `until` is not included. `member`: the account; None: all."""

    since: datetime
    until: datetime
    member: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """As CSV with a header, one line for each patient; how many; and until when they have to be notified. Of what the
    log doesn't hold, the most that may have been seen: patients by name, and reports with their reporters.
    """

    csv: str
    patients: int
    notify_by: datetime
    nameable: int
    reports: int


async def breach_scope(period: Period, noticed: datetime) -> Scope:
    """Whose data was read or exported, and which fields of it; and whom the account could have seen besides."""
    async with accounted("privacy breach-scope"):
        rows = await get_connection("default").execute_query_dict(SCOPE, [period.since, period.until, period.member])
        written = io.StringIO()
        table = csv.writer(written, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in rows:
            patient = Subject(row["patient_id"], row["regency_code"], withheld=False)
            note(patient, AccessAction.EXPORTED, ("name",), who=AccessBy.COMMAND)
            table.writerow(
                (
                    patient.id,
                    row["regency_code"],
                    _harmless(row["name"] or ""),
                    " ".join(row["names"]),
                    row["accesses"],
                    row["first_at"].astimezone(UTC).isoformat(timespec="seconds"),
                    row["last_at"].astimezone(UTC).isoformat(timespec="seconds"),
                )
            )
    nameable, reports = await _within_reach(period)
    return Scope(written.getvalue(), len(rows), noticed + NOTIFY_WITHIN, nameable, reports)


async def _within_reach(period: Period) -> tuple[int, int]:
    """How many patients and reports of those there were the account's memberships of today show, active or not; and
    the patients of what its member held then, though it was taken away since.
    """
    patients, reports = Patient.all(), Report.all()
    if period.member is not None:
        theirs = Q(id__in=Subquery(_held(period).values("task__case__patient_id")))
        reports = Report.filter(taken_by_id=period.member)
        if memberships := await Membership.filter(member_id=period.member).select_related("member"):
            principal = Principal.of(memberships)
            theirs |= Q(id__in=Subquery(visible_patients(principal).values("id")))
            reports = visible_reports(principal)
        patients = Patient.filter(theirs)
    return (
        await patients.filter(created_at__lt=period.until).count(),
        await reports.filter(received_at__lt=period.until).count(),
    )


def _held(period: Period) -> QuerySet[Claim]:
    """The member's claims that began before the period's end, and ended, if they did, after its beginning."""
    ended = TransitionLog.filter(machine="claim", at__gte=period.since).values("subject_id")
    goes_on = Q(status__in=HOLDING) | Q(id__in=Subquery(ended))
    return Claim.filter(goes_on, member_id=period.member, claimed_at__lt=period.until)


def _harmless(text: str) -> str:
    """Text that a spreadsheet would take for a formula is quoted."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
