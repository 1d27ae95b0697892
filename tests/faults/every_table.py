"""An office with at least a row in every table, so that none can be forgotten."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from tortoise.connection import get_connection

from kurir_api.models import (
    AccessAction,
    AccessBy,
    CostStatus,
    Escalation,
    EscalationKind,
    Patient,
    Role,
    TrustedDocument,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.contributions.books import digest_of
from tests.factories import (
    NOW,
    make_alarm,
    make_alert,
    make_case,
    make_claim,
    make_closed_month,
    make_cost,
    make_device,
    make_family_link,
    make_ledger_entries,
    make_line_review,
    make_member,
    make_message,
    make_notification,
    make_patient,
    make_pledge,
    make_receipt,
    make_recurrence,
    make_referral,
    make_report,
    make_statement,
    make_task,
    make_wave,
    make_work_entry,
)

OCTOBER = date(2026, 10, 1)
MARKERS = {
    "name": "Kasminten Marsudi",
    "national_id": "3302234501690007",
    "diagnosis": "penanda diagnosis",
    "address": "penanda alamat",
    "phone": "+6281355577701",
}
"""What is known of the patient; nobody should find it where it doesn't belong."""

COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS kind, f.confrelid::regclass::text AS leads_to,
    (SELECT k.attname FROM pg_attribute k WHERE k.attrelid = f.confrelid AND k.attnum = f.confkey[1]) AS there
FROM pg_attribute a
    LEFT JOIN pg_constraint f ON f.conrelid = a.attrelid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef
    AND a.attidentity = ''
"""
VALUES = {
    "uuid": "gen_random_uuid()",
    "boolean": "true",
    "jsonb": "'{}'",
    "bytea": r"'\x00'",
    "date": "'2026-11-23'",
    "timestamp with time zone": "'2026-11-23 02:00:00+00'",
    "time with time zone": "'08:00+00'",
    "uuid[]": "'{}'",
    "text[]": "'{}'",
}


async def an_office() -> None:
    """A patient's way from the report to the books, and a row in whatever that leaves empty."""
    case = await make_case(await make_patient(**MARKERS))
    task = await make_task(case, title="Antar Kasminten Marsudi")
    member = await make_member(name="Relawan Penanda", role=Role.VOLUNTEER)
    claim = await make_claim(task, member)
    cost = await make_cost(claim, note="untuk Kasminten Marsudi", status=CostStatus.APPROVED)
    await make_receipt(cost)
    await make_ledger_entries(cost)
    await make_line_review(await make_work_entry(claim))
    await make_message(await make_report(text=f"{MARKERS['name']} sakit", reporter_phone=MARKERS["phone"]))
    await make_notification(member, task, alert=await make_alert(await make_wave(task), member))
    await make_device(member)
    await make_alarm(task)
    await make_statement()
    await make_closed_month(OCTOBER, digest=await digest_of("33.02", OCTOBER, None))
    await Escalation.create(regency_code="33.02", case=case, kind=EscalationKind.INSURANCE_DUE, due_at=NOW)
    document = "{ me { name } }"
    digest = sha256(document.encode()).hexdigest()
    await TrustedDocument.create(sha256=digest, document=document, name="me.graphql", added_at=NOW)
    await make_pledge(amount=0, withdrawn_at=NOW)
    await make_referral()
    await make_recurrence()
    await make_family_link(case, expires_at=NOW + timedelta(days=1))
    async with accounted("drill"):
        note(await Patient.get(id=case.patient_id), AccessAction.READ, ("phone",), who=AccessBy.COMMAND)
    await fill_the_rest()


async def fill_the_rest() -> None:
    """A row for each table that is empty, of whatever its columns take; what only makes sense with others isn't
    checked.
    """
    connection = get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " ORDER BY oid"
    )
    script = ["SET LOCAL session_replication_role = replica"]
    for table in (row["name"] for row in tables):
        if (await connection.execute_query_dict(f'SELECT EXISTS (SELECT FROM "{table}") AS filled'))[0]["filled"]:
            continue
        columns = await connection.execute_query_dict(COLUMNS, [table])
        names = ", ".join(column["name"] for column in columns)
        script.append(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(_value(column) for column in columns)})')
    await connection.execute_script(f"BEGIN; {'; '.join(script)}; COMMIT")


def _value(column: dict[str, Any]) -> str:
    if column["leads_to"]:
        return f"(SELECT {column['there']} FROM {column['leads_to']} LIMIT 1)"
    text = column["kind"] == "text" or column["kind"].startswith("char")
    return str(VALUES.get(column["kind"], "'1'" if text else "1"))
