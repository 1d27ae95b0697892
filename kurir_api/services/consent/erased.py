"""Nothing more is noted of somebody who was erased."""

from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.errors import InvalidInput

LOCK_ERASED = """
SELECT p.erased_at IS NOT NULL AS erased
FROM case_file c JOIN patient p ON p.id = c.patient_id WHERE c.id = $1 FOR KEY SHARE OF c FOR SHARE OF p
"""


async def refuse_note_of_erased(note: str | None, case_id: UUID) -> None:
    """Raises InvalidInput for a note about the case's patient, if that one was erased; otherwise nobody erases them
    until the transaction ends. Costs are locked before, and the case before its patient.
    """
    if note is None:
        return
    (row,) = await get_connection("default").execute_query_dict(LOCK_ERASED, [case_id])
    if row["erased"]:
        raise InvalidInput.of(
            "note",
            id="Data pasien ini sudah dihapus: kirim lagi tanpa catatan.",
            en="This patient's data was erased: send it again without a note.",
        )
