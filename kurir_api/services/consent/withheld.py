"""Nothing more is written down of somebody who withdrew consent, until they give it again."""

from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.errors import Problems
from kurir_api.services.accesses import Subject, Whom

LOCK_SUBJECT = """
SELECT p.id, p.regency_code, p.consent_withdrawn_at IS NOT NULL AS withheld
FROM case_file c JOIN patient p ON p.id = c.patient_id WHERE c.id = $1 FOR SHARE OF p
"""


def note_withheld(problems: Problems, path: str, whom: Whom) -> None:
    """Note under `path` that the patient withdrew consent, if so."""
    if whom.withheld:
        problems.add(
            path,
            id="Pasien ini mencabut persetujuannya; data baru hanya dicatat setelah ia setuju lagi (setConsent).",
            en="This patient withdrew consent; nothing new is recorded until they agree again (setConsent).",
        )


async def lock_subject(case_id: UUID) -> Subject:
    """The case's patient, whose consent nobody withdraws until the transaction ends. Cases are locked before."""
    (row,) = await get_connection("default").execute_query_dict(LOCK_SUBJECT, [case_id])
    return Subject(row["id"], row["regency_code"], row["withheld"])


async def refuse_withheld(path: str, case_id: UUID) -> Subject:
    """The same. Raises InvalidInput when they withdrew consent."""
    subject = await lock_subject(case_id)
    problems = Problems()
    note_withheld(problems, path, subject)
    problems.refuse()
    return subject
