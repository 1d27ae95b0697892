"""One use case: one function, one transaction, one answer per idempotency key."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import orjson
from asyncpg.exceptions import (
    DeadlockDetectedError,
    ExclusionViolationError,
    SerializationError,
    UniqueViolationError,
)
from pydantic import TypeAdapter
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.errors import IdempotencyKeyReused, InvalidInput, Refusal, refusal_from
from kurir_api.models import IdempotencyKey, new_id
from kurir_api.services.accesses import accounted
from kurir_api.vault import vault

ATTEMPTS = 4
LONGEST_KEY = 200
FINGERPRINT = "idempotency_key"


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a use case is asked to do. With a key, a retry answers as the first try did and changes nothing."""

    idempotency_key: str | None = None


C = TypeVar("C", bound=Command)
R = TypeVar("R")
Effect = Callable[[Principal, C], Awaitable[R]]


def use_case(effect: Effect[C, R]) -> Effect[C, R]:
    """Run `effect(principal, command)` in a transaction, once per idempotency key, again when it met another.

    Meeting another is a deadlock, or a row that arrived between the effect's check and its write and that the
    database keeps unique: on the next try the check sees it, and refuses in words.

    The key's row is written in the effect's transaction, and keeps the result or the refusal. Input that was refused
    as invalid may be mended under the same key; the same input is refused again, though it might do by then. Raises
    what the effect raises, and IdempotencyKeyReused.
    """
    outcome: TypeAdapter[R] = TypeAdapter(get_type_hints(effect)["return"])

    @wraps(effect)
    async def run(principal: Principal, command: C) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return await _once(effect, outcome, principal, command)
            except (DeadlockDetectedError, SerializationError):
                continue
            except IntegrityError as error:
                if not isinstance(error.args[0], UniqueViolationError | ExclusionViolationError):
                    raise
        return await _once(effect, outcome, principal, command)

    return run


async def _once(effect: Effect[C, R], outcome: TypeAdapter[R], principal: Principal, command: C) -> R:
    if command.idempotency_key is None:
        async with in_transaction(), accounted(_name(effect), within=True):
            return await effect(principal, command)
    async with in_transaction(), accounted(_name(effect), within=True):
        key = await _take_key(principal, effect.__name__, command)
        if isinstance(key, dict):
            return _answer_again(key, outcome)
        try:
            async with in_transaction(), accounted(_name(effect), within=True):
                result = await effect(principal, command)
        except Refusal as refusal:
            refused = refusal
            await _keep(key, {"refused": type(refusal).__name__, "payload": refusal.payload()})
        else:
            await _keep(key, {"done": outcome.dump_python(result, mode="json")})
            return result
    raise refused


def _name(effect: Effect[C, R]) -> str:
    """As the API calls it, such as openCase."""
    first, *others = effect.__name__.split("_")
    return first + "".join(other.title() for other in others)


async def _take_key(principal: Principal, mutation: str, command: Command) -> UUID | dict[str, Any]:
    """The new key row's id; or the outcome kept when this key was used before, after waiting for its writer."""
    key = command.idempotency_key or ""
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidInput.of(
            "idempotencyKey",
            id=f"Panjangnya 1 sampai {LONGEST_KEY} karakter.",
            en=f"Use 1 to {LONGEST_KEY} characters.",
        )
    asked = _asked(command)
    rows = await get_connection("default").execute_query_dict(
        "INSERT INTO idempotency_key (id, member_id, mutation, key, fingerprint, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member_id, mutation, key) DO NOTHING RETURNING id",
        [new_id(), principal.member_id, mutation, key, vault().index(FINGERPRINT, asked), datetime.now(UTC)],
    )
    if rows:
        return UUID(str(rows[0]["id"]))
    kept = await IdempotencyKey.select_for_update().get(member_id=principal.member_id, mutation=mutation, key=key)
    if kept.outcome is not None and vault().same(FINGERPRINT, asked, kept.fingerprint):
        return kept.outcome
    if kept.outcome is None or kept.outcome.get("refused") != InvalidInput.__name__:
        raise IdempotencyKeyReused
    kept.fingerprint, kept.created_at = vault().index(FINGERPRINT, asked), datetime.now(UTC)
    await kept.save(update_fields=["fingerprint", "created_at"])
    return kept.id


def _asked(command: Command) -> str:
    """The input as text, of which only a keyed digest is kept: it may hold a national id, which a plain digest would
    let anyone guess.
    """
    # asyncpg's UUIDs are a subclass, which orjson doesn't take by itself.
    keyless = asdict(replace(command, idempotency_key=None))
    return orjson.dumps(keyless, default=str, option=orjson.OPT_SORT_KEYS).decode()


async def _keep(key_id: UUID, outcome: dict[str, Any]) -> None:
    await IdempotencyKey.filter(id=key_id).update(outcome=outcome)


def _answer_again(outcome: dict[str, Any], kind: TypeAdapter[R]) -> R:
    if "refused" in outcome:
        raise refusal_from(outcome["refused"], outcome["payload"])
    return kind.validate_python(outcome["done"])
