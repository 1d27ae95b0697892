"""Appends to the access log: chained, numbered without gaps, in two statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson
from tortoise.transactions import in_transaction

from kurir_api.models import AccessAction, AccessBy, AccessEntry, new_id
from kurir_api.vault import vault

FIELD = "access_log"
"""Under which name the vault makes digests for the log."""

BEGINNING = ""
"""The digest before a regency's first."""

LONGEST_REASON = 200

# Locks the heads in order, and waits for whoever appends. A plain SELECT after a lock would cost a statement more.
TAKE_NUMBERS = """
INSERT INTO access_head (regency_code, number, digest)
SELECT n.regency_code, n.count, '' FROM unnest($1::text[], $2::bigint[]) AS n (regency_code, count)
ORDER BY n.regency_code
ON CONFLICT (regency_code) DO UPDATE SET number = access_head.number + excluded.number
RETURNING regency_code, number, digest
"""

APPEND = """
WITH head AS (
    UPDATE access_head SET digest = n.digest FROM unnest($1::text[], $2::text[]) AS n (regency_code, digest)
    WHERE access_head.regency_code = n.regency_code
)
INSERT INTO access_log (id, regency_code, number, patient_id, member_id, by, action, field_names, reason, ground, at,
                        digest)
SELECT n.id, n.regency_code, n.number, n.patient_id, n.member_id, n.by, n.action, string_to_array(n.names, ','),
    n.reason, n.ground, $3, n.digest
FROM unnest($4::uuid[], $5::text[], $6::bigint[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[],
            $12::text[], $13::text[], $14::text[])
    AS n (id, regency_code, number, patient_id, member_id, by, action, names, reason, ground, digest)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """See models.AccessEntry."""

    regency_code: str
    patient_id: UUID
    member_id: UUID | None
    by: AccessBy
    action: AccessAction
    field_names: Sequence[str]
    reason: str
    ground: str | None


def link_text(row: Entry | AccessEntry, row_id: UUID, number: int, at: datetime, before: str) -> str:
    """What a row's digest is of: the digest before it, and everything it says."""
    return orjson.dumps(
        [
            before,
            row.regency_code,
            number,
            str(row_id),
            str(row.patient_id),
            None if row.member_id is None else str(row.member_id),
            row.by,
            row.action,
            list(row.field_names),
            row.reason,
            row.ground,
            at.astimezone(UTC).isoformat(timespec="microseconds"),
        ]
    ).decode()


async def append(entries: Sequence[Entry]) -> None:
    """Append the entries. In a transaction it must come last: until that ends, nobody else of the regency appends."""
    of_regency: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        of_regency[entry.regency_code].append(entry)
    at = datetime.now(UTC)
    async with in_transaction() as connection:
        taken = await connection.execute_query_dict(
            TAKE_NUMBERS, [list(of_regency), [len(those) for those in of_regency.values()]]
        )
        rows: list[tuple[UUID, Entry, int, str]] = []
        heads: dict[str, str] = {}
        for head in taken:
            those, digest = of_regency[head["regency_code"]], head["digest"] or BEGINNING
            for number, entry in enumerate(those, head["number"] - len(those) + 1):
                row_id = new_id()
                digest = vault().index(FIELD, link_text(entry, row_id, number, at, digest))
                rows.append((row_id, entry, number, digest))
            heads[head["regency_code"]] = digest
        await connection.execute_query(
            APPEND,
            [
                list(heads),
                list(heads.values()),
                at,
                [row_id for row_id, *_ in rows],
                [entry.regency_code for _, entry, *_ in rows],
                [number for _, _, number, _ in rows],
                [entry.patient_id for _, entry, *_ in rows],
                [entry.member_id for _, entry, *_ in rows],
                [entry.by.value for _, entry, *_ in rows],
                [entry.action.value for _, entry, *_ in rows],
                [",".join(entry.field_names) for _, entry, *_ in rows],
                [entry.reason for _, entry, *_ in rows],
                [entry.ground for _, entry, *_ in rows],
                [digest for *_, digest in rows],
            ],
        )
