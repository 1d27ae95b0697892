"""Under which keys what is kept, and when an older key may go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from kurir_api.dispatch.text_outbox import CODE_SEALED, LINK_SEALED
from kurir_api.services.keys.columns import number_of, sealed_tables
from kurir_api.services.sessions.granting import UNUSED
from kurir_api.services.threads.receiving import OLDEST
from kurir_api.vault import vault

ENCRYPTION, INDEX = "KURIR_ENCRYPTION_KEY", "KURIR_INDEX_KEY"

# Of these no text is kept to index them anew: they are under the key with which they were made until they are over.
# Table, column, which rows still matter, and until when.
ENDING = (
    ("idempotency_key", "fingerprint", "true", "created_at", timedelta(days=7)),
    ("inbound_message", "provider_id", "content_sealed IS NULL", "received_at", OLDEST),
    (
        "notification",
        "phone_index",
        "phone_index IS NOT NULL AND phone_sealed IS NULL",
        "created_at",
        timedelta(days=1),
    ),
    ("family_link", "token_index", "revoked_at IS NULL", "expires_at", timedelta(0)),
    ("session", "family_index", "ended_at IS NULL", "last_used_at", UNUSED),
    ("sign_in_code", "phone_index", "true", "created_at", timedelta(days=1)),
)

# And these for good, each for one purpose only.
LASTING = (
    ("aid_lookup", "subject_index", "to find look-ups by the person looked up (kurir privacy)"),
    ("access_log", "digest", "to verify rows of the access log (kurir audit verify)"),
)


@dataclass(frozen=True, slots=True)
class Use:
    """What is under a key: rows of a column. `until`: when the last is over; None: when `kurir keys rotate` was
    there, or for good, `only` for a purpose.
    """

    setting: str
    number: int
    column: str
    rows: int
    until: datetime | None = None
    only: str | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    """Where to look: SQL for the number of a row's key, which rows, when each began and how long it matters."""

    setting: str
    table: str
    name: str
    number: str
    where: str
    since: str = "now()"
    lasts: timedelta | None = None
    only: str | None = None


async def uses(now: datetime) -> list[Use]:
    """All there are, by setting, key and column."""
    found: list[Use] = []
    for column in (*_sealed(), *_keyed()):
        rows = await get_connection("default").execute_query_dict(
            f"SELECT {column.number} AS number, count(*) AS rows, max({column.since}) AS last FROM {column.table}"
            f" WHERE {column.where} GROUP BY 1"
        )
        for row in rows:
            until = None if column.lasts is None else row["last"] + column.lasts
            if until is None or until > now:
                name = f"{column.table}.{column.name}"
                found.append(Use(column.setting, row["number"], name, row["rows"], until, column.only))
    return sorted(found, key=lambda use: (use.setting, use.number, use.column))


def _sealed() -> Iterator[_Column]:
    for table in sealed_tables():
        for one in table.attributes:
            sealed, index = f"{one.name}_sealed", f"{one.name}_index"
            kept = f"{sealed} IS NOT NULL"
            yield _Column(ENCRYPTION, table.name, one.name, f"get_byte({sealed}, 0)", kept)
            if one.indexed:
                yield _Column(INDEX, table.name, index, number_of(index), kept)
    for name in (LINK_SEALED, CODE_SEALED):
        key = f"get_byte(decode(data->>'{name}', 'base64'), 0)"
        yield _Column(ENCRYPTION, "notification", name, key, f"data ? '{name}'")


def _keyed() -> Iterator[_Column]:
    yield _Column(INDEX, "patient", "name_tokens", number_of("name_tokens[1]"), "name_tokens <> '{}'")
    without = "NOT EXISTS (SELECT FROM registry_key k WHERE k.regency_code = registry_person.regency_code)"
    yield _Column(INDEX, "registry_person", "id, name_key", "1", without)
    waiting = "content_sealed IS NOT NULL"
    yield _Column(INDEX, "inbound_message", "provider_id, waiting", number_of("provider_id"), waiting)
    for table, name, where, since, lasts in ENDING:
        yield _Column(INDEX, table, name, number_of(name), where, since, lasts)
    for table, name, purpose in LASTING:
        yield _Column(INDEX, table, name, number_of(name), "true", only=purpose)


def report(found: list[Use]) -> Iterator[str]:
    """The lines of `kurir keys status`: what is where, then what may become of each key in the rings or in use."""
    for use in found:
        until = f", the last until {use.until:%Y-%m-%d %H:%M} UTC" if use.until else ""
        only = f", only {use.only}" if use.only else ""
        yield f"{use.setting} {use.number}: {use.column}, {use.rows} rows{until}{only}"
    rings: Mapping[str, Mapping[int, bytes]] = {ENCRYPTION: vault().encryption_keys, INDEX: vault().index_keys}
    for setting, ring in rings.items():
        first = next(iter(ring))
        for number in sorted({*ring, *(use.number for use in found if use.setting == setting)}):
            under = [use for use in found if (use.setting, use.number) == (setting, number)]
            yield f"{setting} {number}: {_verdict(under, given=number in ring, first=number == first)}"


def _verdict(under: list[Use], *, given: bool, first: bool) -> str:
    needed = [use for use in under if use.only is None]
    purposes = "; ".join(sorted({use.only for use in under if use.only}))
    if first:
        return "writes"
    if not given:
        return "MISSING: add it again, data is under it" if needed else f"gone; it would be needed {purposes}"
    if any(use.until is None for use in needed):
        return "needed: run `kurir keys rotate`"
    if needed:
        return f"may be taken out after {max(use.until for use in needed if use.until):%Y-%m-%d %H:%M} UTC"
    return f"may be taken out; keep a copy {purposes}" if purposes else "may be taken out"
