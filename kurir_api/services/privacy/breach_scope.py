"""Whose data an account that was broken into, or everybody, read in a period: whom to notify, and by when."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.models import AccessAction, AccessBy, Membership, Patient, Report
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
    """How many patients and reports the account's memberships of today show of those there were, active or not."""
    patients, reports = Patient.all(), Report.all()
    if period.member is not None:
        memberships = await Membership.filter(member_id=period.member).select_related("member")
        if not memberships:
            return 0, 0
        principal = Principal.of(memberships)
        patients, reports = visible_patients(principal), visible_reports(principal)
    return (
        await patients.filter(created_at__lt=period.until).count(),
        await reports.filter(received_at__lt=period.until).count(),
    )


def _harmless(text: str) -> str:
    """Text that a spreadsheet would take for a formula is quoted."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
