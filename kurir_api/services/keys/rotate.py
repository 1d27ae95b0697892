"""Everything under the first keys: batch by batch, while the office works; killed, it goes on where it was."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.transactions import in_transaction

from kurir_api.dispatch.text_outbox import CODE_SEALED, LINK_SEALED
from kurir_api.models import InboundMessage, Member, Notification, Patient, RegistryKey
from kurir_api.services.cases.duplicates import NAME
from kurir_api.services.keys.columns import SealedTable, number_of, sealed_tables
from kurir_api.services.keys.trouble import missing_key, wrong_index_key, wrong_key
from kurir_api.services.names import tokens
from kurir_api.services.registry.keys import RegistryKeys
from kurir_api.services.threads.receiving import Inbound
from kurir_api.vault import MissingKey, vault

BATCH = 200
PAUSE_SECONDS = 0.2
"""Before rows are looked for again that somebody else had locked."""

REGISTERS_WITHOUT = """
SELECT DISTINCT regency_code AS code FROM registry_person p
WHERE NOT EXISTS (SELECT FROM registry_key k WHERE k.regency_code = p.regency_code)
"""

FIRST_ID = UUID(int=0)
Tell = Callable[[str], None]
Renew = Callable[[Any], dict[str, Any]]
"""What a row's columns become, by name."""


async def rotate(tell: Tell) -> int:
    """Seal and index anew what is under older keys; how many rows. Rows that others are changing are left for the
    next pass, and passes go on until there is nothing left: so nobody waits for long, nothing is overwritten, and
    what a process wrote meanwhile with an older first key is taken along. Raises KeyTrouble.
    """
    await _keep_registry_keys()
    written = 0
    for table in sealed_tables():
        where = table.stale(vault().writes_with, vault().indexes_with)
        written += await _renew_all(table.model, table.columns, where, _sealing(table), tell)
    for model, columns, where, renew in _others():
        written += await _renew_all(model, columns, where, renew, tell)
    return written


async def _renew_all(model: type[Model], columns: list[str], where: str, renew: Renew, tell: Tell) -> int:
    table, done = str(model._meta.db_table), 0
    while (left := await _count(table, where)) > 0:
        tell(f"{table}: {done} done, {left} to do")
        after: UUID | None = FIRST_ID
        while after is not None:
            written, after = await _renew_some(model, columns, f"{where} AND id > '{after}'", renew)
            done += written
        await asyncio.sleep(PAUSE_SECONDS if left > BATCH or await _count(table, where) else 0)
    return done


async def _renew_some(model: type[Model], columns: list[str], where: str, renew: Renew) -> tuple[int, UUID | None]:
    """How many rows, and the last of them; None: there was none. One transaction, which waits for nobody."""
    table = str(model._meta.db_table)
    async with in_transaction():
        rows: list[Any] = list(
            await model.raw(
                f"SELECT * FROM {table} WHERE {where} ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE SKIP LOCKED"
            )
        )
        if not rows:
            return 0, None
        renewed = [_renewed(table, renew, row) for row in rows]
        kinds = {name: model._meta.fields_map[name].get_for_dialect("postgres", "SQL_TYPE") for name in columns}
        arrays = ", ".join(f"${number}::text[]" for number in range(2, len(columns) + 2))
        sets = ", ".join(f"{name} = {_cast(f'new.{name}', kinds[name])}" for name in columns)
        await get_connection("default").execute_query(
            f"UPDATE {table} t SET {sets} FROM unnest($1::uuid[], {arrays}) AS new (id, {', '.join(columns)})"
            " WHERE t.id = new.id",
            [[row.id for row in rows], *([_text(one[name]) for one in renewed] for name in columns)],
        )
    return len(rows), rows[-1].id


def _renewed(table: str, renew: Renew, row: Any) -> dict[str, Any]:
    """Raises KeyTrouble."""
    try:
        return renew(row)
    except MissingKey as error:
        raise missing_key(error.number, error.setting) from error
    except InvalidTag as error:
        numbers = {value[0] for name, value in vars(row).items() if name.endswith("_sealed") and value}
        raise wrong_key(min(numbers, default=vault().writes_with), table) from error


def _sealing(table: SealedTable) -> Renew:
    def renew(row: Any) -> dict[str, Any]:
        for one in table.attributes:
            if getattr(row, f"{one.name}_sealed") is not None:
                setattr(row, one.name, getattr(row, one.name))
        return {column: getattr(row, column) for column in table.columns}

    return renew


def _others() -> list[tuple[type[Model], list[str], str, Renew]]:
    """What is keyed but no attribute of a model: table, columns, which rows, and what they become."""
    encryption, index = vault().writes_with, vault().indexes_with
    links = " OR ".join(
        f"(data ? '{name}' AND get_byte(decode(data->>'{name}', 'base64'), 0) <> {encryption})"
        for name in (LINK_SEALED, CODE_SEALED)
    )
    kept = f"content_sealed IS NOT NULL AND {number_of('provider_id')} <> {index}"
    return [
        (
            Patient,
            ["name_tokens"],
            f"name_tokens <> '{{}}' AND {number_of('name_tokens[1]')} <> {index}",
            _name_tokens,
        ),
        (Notification, ["data"], f"({links})", _data),
        (InboundMessage, ["provider_id", "sender_index"], kept, _inbound),
    ]


def _name_tokens(patient: Patient) -> dict[str, Any]:
    return {"name_tokens": tokens(NAME, patient.name)}


def _data(notification: Notification) -> dict[str, Any]:
    anew = {
        name: b64encode(vault().seal(name, vault().unseal(name, b64decode(notification.data[name])))).decode()
        for name in (LINK_SEALED, CODE_SEALED)
        if name in notification.data
    }
    return {"data": {**notification.data, **anew}}


def _inbound(row: InboundMessage) -> dict[str, Any]:
    message = Inbound.of(row)
    return {"provider_id": message.stored_as, "sender_index": message.sender_index}


def _text(value: Any) -> str | None:
    """As PostgreSQL reads it from text: arrays of differing length can't be unnested."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def _cast(text: str, kind: str) -> str:
    return f"decode({text}, 'hex')" if kind == "BYTEA" else f"{text}::{kind}"


async def _count(table: str, where: str) -> int:
    rows = await get_connection("default").execute_query_dict(f"SELECT count(*) AS n FROM {table} WHERE {where}")
    return int(rows[0]["n"])


async def _keep_registry_keys() -> None:
    """Of registers from before they kept their keys, before the key goes from which those were made: no national ids
    are kept to make the digests anew. Raises KeyTrouble when index key number 1 isn't that of then.
    """
    rows = await get_connection("default").execute_query_dict(REGISTERS_WITHOUT)
    codes = [str(row["code"]) for row in rows]
    if not codes:
        return
    _renewed("registry_person", lambda _: {code: RegistryKeys.original(code) for code in codes}, None)
    member = await Member.exclude(phone_index__contains=":").exclude(phone_sealed=None).first()
    if member is not None:
        told = _renewed("member", lambda row: {"phone": row.phone}, member)
        if not vault().same("member.phone", told["phone"], member.phone_index or ""):
            raise wrong_index_key()
    await RegistryKey.bulk_create([RegistryKeys.original(code).row(code) for code in codes], ignore_conflicts=True)
