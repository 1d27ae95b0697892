"""The one way a state changes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, InvalidTransition, NotAllowed
from kurir_api.models import (
    Alert,
    Case,
    Claim,
    Cost,
    Referral,
    Report,
    Role,
    Task,
    TransitionLog,
    Wave,
    insert_parts,
    new_id,
)
from kurir_api.transitions.table import MACHINES, UNLOGGED, Stateful, Transition, Who


async def move(
    row: Stateful,
    action: str,
    by: Principal | None,
    *,
    reason: str | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> None:
    """Take `action` on the row: one conditional statement that changes its state, and logs it.

    `by` None is Kurir itself. `at` is when it happened, UTC, default now. `changes` are further columns.
    Claims and costs need `task` loaded, referrals `programme`. Must run inside the use case's transaction. Afterwards
    the row in memory is as in the database. Raises NotAllowed, InvalidInput (reason missing) or InvalidTransition;
    the last also when somebody else moved it first.
    """
    transition = MACHINES[type(row)][action]
    if not _may(row, transition, by):
        raise NotAllowed
    if transition.reason and not (reason or "").strip():
        raise InvalidInput.of("reason", id="Tulis alasannya.", en="Say why.")
    if transition.target:
        changes["status"] = transition.target
    log = None if type(row) in UNLOGGED else _log_entry(row, action, by, reason=reason, at=at)
    status = await _apply(row, transition, changes, log)
    if status is None:
        await row.refresh_from_db(fields=["status"])
        raise InvalidTransition(row.status, tuple(transition.sources))
    for column, value in (changes | {"status": status}).items():
        setattr(row, column, value)


async def record(
    row: Stateful, action: str, by: Principal | None, *, reason: str | None = None, at: datetime | None = None
) -> None:
    """Log the row's beginning: an entry without a source state."""
    await _log_entry(row, action, by, reason=reason, at=at).save(force_create=True)


async def join_case(report: Report, case_id: UUID) -> None:
    """What happened to the report before it had a case is part of that case's history from now on."""
    await TransitionLog.filter(machine="report", subject_id=report.id, case_id=None).update(case_id=case_id)


async def _apply(
    row: Stateful, transition: Transition, changes: dict[str, Any], log: TransitionLog | None
) -> str | None:
    """Change the row and log it, in one statement: its state now, or None if it was in none of the source states."""
    table = row._meta.db_table
    values: list[Any] = [row.id, list(transition.sources), *changes.values()]
    sets = ", ".join(f"{column} = ${n}" for n, column in enumerate(changes, 3))
    statement = (
        f"UPDATE {table} SET {sets} FROM (SELECT id, status AS was FROM {table} WHERE id = $1 FOR UPDATE) before"
        f" WHERE {table}.id = before.id AND before.was = ANY($2::text[]) RETURNING before.was, {table}.status"
    )
    if log is not None:
        columns, selected, entry = insert_parts(log, len(values) + 1, source="moved.was", target="moved.status")
        values += entry
        statement = (
            f"WITH moved AS ({statement}) INSERT INTO transition_log ({columns})"
            f" SELECT {selected} FROM moved RETURNING target AS status"
        )
    # execute_query drops the rows of a statement that begins with UPDATE; this one keeps them.
    moved = await get_connection("default").execute_query_dict(statement, values)
    return moved[0]["status"] if moved else None


def _log_entry(
    row: Stateful,
    action: str,
    by: Principal | None,
    *,
    reason: str | None = None,
    at: datetime | None = None,
) -> TransitionLog:
    now = datetime.now(UTC)
    case_id, task_id = _context(row)
    log = TransitionLog(
        id=new_id(),
        regency_code=row.regency_code,
        machine=type(row).__name__.lower(),
        subject_id=row.id,
        case_id=case_id,
        task_id=task_id,
        action=action,
        target=row.status,
        actor_id=by.member_id if by else None,
        at=at or now,
        recorded_at=now,
    )
    log.reason = reason
    return log


def _context(row: Stateful) -> tuple[UUID | None, UUID | None]:
    """The case and task the row belongs to."""
    match row:
        case Case():
            return row.id, None
        case Report() | Referral():
            return row.case_id, None
        case Task():
            return row.case_id, row.id
        case Claim() | Cost():
            return row.task.case_id, row.task_id
        case Wave() | Alert():
            return None, row.task_id


def _region(row: Stateful) -> str:
    match row:
        case Case() | Report() | Task() | Referral():
            return row.region_id
        case _:
            return row.task.region_id


def _may(row: Stateful, transition: Transition, by: Principal | None) -> bool:
    if by is None:
        return Who.SYSTEM in transition.who
    if transition.not_own and _is(Who.HOLDER, row, by):
        return False
    return any(_is(who, row, by) for who in transition.who)


def _is(who: Who, row: Stateful, by: Principal) -> bool:
    match who:
        case Who.HOLDER:
            return isinstance(row, Claim | Cost | Alert) and row.member_id == by.member_id
        case Who.DESK:
            return by.reaches(_region(row), Role.DESK_OFFICER, Role.COORDINATOR)
        case Who.COORDINATOR:
            return by.reaches(_region(row), Role.COORDINATOR)
        case Who.REVIEWER:
            return isinstance(row, Cost) and row.organization_id in by.organizations(Role.PARTNER_REVIEWER)
        case Who.OFFICER:
            return isinstance(row, Referral) and by.decides_on(row.programme.organization_id, row.region_id)
        case Who.SYSTEM:
            return False
