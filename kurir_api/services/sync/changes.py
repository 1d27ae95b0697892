"""What changed since a phone asked last: of what its member may see now, and of what it was sent and they may not see
any more.

What each phone was sent is kept, with the version of each row, and compared with what is there: so nothing depends on
the order in which others commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from pypika_tortoise.terms import Parameterizer
from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.errors import BeginAnew
from kurir_api.models import HOLDING, Sync, Synced, new_id
from kurir_api.services.sync.kept import Kept, kept
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import decided_referrals

MOST_SYNCS = 10
"""Phones and browsers of one member; one more, and the one that was used least recently has to begin anew."""

ENDED = """
DELETE FROM sync WHERE id IN (SELECT id FROM sync WHERE member_id = $1 ORDER BY used_at DESC, id OFFSET $2)
"""

FORGET = """
WITH forgotten AS (DELETE FROM synced WHERE sync_id = $1 AND gone AND seq <= $2 RETURNING seq)
UPDATE sync SET used_at = $3, forgotten_seq = greatest(forgotten_seq, (SELECT max(seq) FROM forgotten)) WHERE id = $1
"""

NOT_ARRIVED = 2**63 - 1
"""The number of what was sent and not acknowledged, until it is sent again: who stored one answer acknowledges the
numbers up to its last, and may never have got another.
"""

# Deletions first; then what was sent least recently, so that a row which changes all the time holds up no other.
DIFFER = """
WITH mine AS MATERIALIZED (
    SELECT task_id, string_agg(id::text || status, ' ' ORDER BY id) AS claims FROM claim
    WHERE member_id = {member} GROUP BY task_id
), held AS MATERIALIZED (
    SELECT case_file.patient_id, string_agg(task.kind || claim.id, ' ' ORDER BY claim.id) AS kinds
    FROM claim JOIN task ON task.id = claim.task_id JOIN case_file ON case_file.id = task.case_id
    WHERE claim.member_id = {member} AND claim.status IN ({holding}) GROUP BY case_file.patient_id
), decided AS MATERIALIZED (
    SELECT patient_id, string_agg(id::text || status, ' ' ORDER BY id) AS referrals FROM referral
    WHERE id IN ({decided}) GROUP BY patient_id
), visible AS MATERIALIZED ({visible}),
sent AS MATERIALIZED (SELECT kind, node_id, version, seq, gone FROM synced WHERE sync_id = {sync}),
due AS (
    SELECT coalesce(v.kind, s.kind) AS kind, coalesce(v.id, s.node_id) AS node_id, coalesce(v.version, '') AS version,
        v.id IS NULL AS gone, coalesce(nullif(s.seq, {not_arrived}), 0) AS sent_as
    FROM sent s FULL JOIN visible v ON v.kind = s.kind AND v.id = s.node_id
    WHERE s.node_id IS NULL OR s.seq > {since}::bigint OR s.gone <> (v.id IS NULL) OR s.version <> v.version
    ORDER BY gone DESC, sent_as, kind, node_id LIMIT {first}::int + 1
), numbered AS (
    SELECT kind, node_id, version, gone,
        {last}::bigint + row_number() OVER (ORDER BY gone DESC, sent_as, kind, node_id) AS seq FROM due
), stored AS (
    INSERT INTO synced (sync_id, kind, node_id, version, seq, gone)
    SELECT {sync}, kind, node_id, version, seq, gone FROM numbered WHERE seq <= {last}::bigint + {first}::int
    ON CONFLICT (sync_id, kind, node_id) DO UPDATE
    SET version = excluded.version, seq = excluded.seq, gone = excluded.gone RETURNING seq
), returned AS (
    UPDATE synced SET seq = {not_arrived} WHERE sync_id = {sync} AND seq > {since}::bigint AND seq <> {not_arrived}
    AND NOT EXISTS (SELECT FROM numbered n WHERE n.seq <= {last}::bigint + {first}::int
                    AND n.kind = synced.kind AND n.node_id = synced.node_id)
), told AS (
    UPDATE sync SET last_seq = greatest(last_seq, (SELECT max(seq) FROM stored)) WHERE id = {sync}
)
SELECT kind, node_id, gone, seq FROM numbered ORDER BY seq
"""

ROWS = "SELECT '{kind}' AS kind, r.id, concat_ws(' ', {scopes}, r.xmin, {shown}) AS version FROM {table} r {joins}"


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a phone has everything: the number of the last change of its sync that arrived."""

    sync_id: UUID
    seq: int


@dataclass(frozen=True, kw_only=True)
class Changes(Command):
    """Up to `first` changes since `since`; None: from the beginning."""

    since: Place | None
    first: int


@dataclass(frozen=True, slots=True)
class Change:
    """A node of type `kind` to fetch, or `gone`; the phone has it when it stands at `place`."""

    kind: str
    node_id: UUID
    gone: bool
    place: Place


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes in order, where the phone stands with them, and whether there are more."""

    changes: tuple[Change, ...]
    next: Place
    more: bool


@use_case
async def changes(principal: Principal, command: Changes) -> ChangeSet:
    """The changes; what isn't acknowledged by the next call's `since` comes again. Raises BeginAnew."""
    now = datetime.now(UTC)
    if command.since is None:
        sync = await _begun(principal, now)
        seq = 0
    else:
        sync = await _going_on(principal, command.since, now)
        seq = command.since.seq
    sql, values = _differ(principal, sync, seq, command.first, now)
    rows = await get_connection("default").execute_query_dict(sql, values)
    found = tuple(
        Change(row["kind"], row["node_id"], row["gone"], Place(sync.id, row["seq"])) for row in rows[: command.first]
    )
    return ChangeSet(found, found[-1].place if found else Place(sync.id, seq), more=len(rows) > command.first)


async def send_again(missed: Sequence[Change]) -> None:
    """What of an answer went out of sight before it could be sent loses its version: it is sent when it is back, even
    if it is as it was.
    """
    sync_id, nodes = missed[0].place.sync_id, [one.node_id for one in missed]
    await Synced.filter(sync_id=sync_id, node_id__in=nodes).update(version="")


async def _begun(principal: Principal, now: datetime) -> Sync:
    await get_connection("default").execute_query(ENDED, [principal.member_id, MOST_SYNCS - 1])
    sync = Sync(id=new_id(), member_id=principal.member_id, created_at=now, used_at=now)
    await sync.save(force_create=True)
    return sync


async def _going_on(principal: Principal, since: Place, now: datetime) -> Sync:
    """The phone's sync, locked, without the deletions that arrived. Raises BeginAnew."""
    own = Sync.filter(id=since.sync_id, member_id=principal.member_id)
    sync = await own.select_for_update().first()
    if sync is None or not sync.forgotten_seq <= since.seq <= sync.last_seq:
        raise BeginAnew
    await get_connection("default").execute_query(FORGET, [sync.id, since.seq, now])
    return sync


def _differ(principal: Principal, sync: Sync, since: int, first: int, now: datetime) -> tuple[str, list[object]]:
    """One statement, and so one view of the whole database, finds the changes and notes them as sent."""
    values = Parameterizer()
    scopes = _parameter(_digest(principal), values)
    rows = [_rows(kind, of, f"{scopes}::text", values) for kind, of in kept(principal, now).items()]
    decided = _sql(decided_referrals(principal), values)
    given = {"since": since, "first": first, "last": sync.last_seq, "sync": sync.id, "member": principal.member_id}
    sql = DIFFER.format(
        visible=" UNION ALL ".join(rows),
        decided=decided,
        not_arrived=NOT_ARRIVED,
        holding=", ".join(f"'{status}'" for status in HOLDING),
        **{name: _parameter(value, values) for name, value in given.items()},
    )
    return sql, values.values


def _parameter(value: object, values: Parameterizer) -> str:
    values.create_param(value)
    return f"${len(values.values)}"


def _rows(kind: str, of: Kept, scopes: str, values: Parameterizer) -> str:
    table = of.rows.model._meta.db_table
    rows = ROWS.format(kind=kind, table=table, joins=of.joins, shown=of.shown, scopes=scopes)
    return f"{rows} WHERE r.id IN ({_sql(of.rows, values)})"


def _sql(rows: QuerySet[Any], values: Parameterizer) -> str:
    """The ids of the rows, with their parameters added to the values."""
    ids = rows.values("id")
    ids.sql()  # which builds the query
    sql: str = ids.query.get_sql(ids.query.QUERY_CLS.SQL_CONTEXT.copy(parameterizer=values))
    return sql


def _digest(principal: Principal) -> str:
    """Of what the viewer may do, and where: it decides what nodes show."""
    return sha256("\n".join(sorted(map(str, principal.scopes))).encode()).hexdigest()[:12]
