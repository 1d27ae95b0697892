"""The inbox: stored messages are dealt with by workers, each in one transaction, one sender's in order."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.models import InboundMessage
from kurir_api.services.alone import one_at_a_time
from kurir_api.services.threads.dealing import deal_with
from kurir_api.services.threads.receiving import Inbound
from kurir_api.telemetry.steps import count_fault

LEASE = timedelta(seconds=60)
"""How long a worker has messages to itself; when it dies meanwhile, another takes them after that."""

SENDERS_AT_ONCE, MESSAGES_AT_ONCE = 10, 100
MOST_ATTEMPTS = 12
FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=5), timedelta(minutes=10)

ONE_TAKES = "SELECT pg_advisory_xact_lock(hashtextextended('inbound_message', 0))"

# A sender of whom another worker has messages is left alone, so that they stay in order.
TAKE = """
WITH senders AS (
    SELECT sender_index, min(due_at) AS since FROM inbound_message m
    WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
      AND NOT EXISTS (SELECT FROM inbound_message o
                      WHERE o.sender_index = m.sender_index AND o.due_at IS NOT NULL AND o.leased_until > $1)
    GROUP BY sender_index ORDER BY since LIMIT $3
), due AS (
    SELECT m.id FROM inbound_message m JOIN senders USING (sender_index)
    WHERE m.due_at <= $1 AND (m.leased_until IS NULL OR m.leased_until <= $1)
    ORDER BY senders.since, m.due_at, m.id LIMIT $4 FOR UPDATE OF m SKIP LOCKED
)
UPDATE inbound_message m SET leased_until = $2 FROM due WHERE m.id = due.id
RETURNING m.id
"""

# Before the work, for the work may be the death of the worker, which then says nothing of it.
COUNT = """
UPDATE inbound_message SET attempts = attempts + 1 WHERE id = $1 AND leased_until = $2 AND due_at IS NOT NULL
"""

FAIL = """
UPDATE inbound_message SET due_at = $3, leased_until = NULL, failure = $4, failed_at = $5
WHERE id = $1 AND leased_until = $2 AND due_at IS NOT NULL
"""


class Deadly(Exception):
    """No attempt came to an end: each time the worker died."""


async def take_in_messages(now: datetime) -> int:
    """Deal with messages that are due; how many were taken on.

    What fails is logged without its words and tried again, 5 s later, then after twice as long and so on up to 10
    min; after the twelfth time it is left to people, with its content, as a failed one. So is what a worker died of
    twelve times; and whoever was tried before comes after the others, who may have waited only because of it.
    """
    lease = now + LEASE
    async with in_transaction():
        await get_connection("default").execute_query(ONE_TAKES)
        rows = await get_connection("default").execute_query_dict(
            TAKE, [now, lease, SENDERS_AT_ONCE, MESSAGES_AT_ONCE]
        )
    taken = await InboundMessage.filter(id__in=[row["id"] for row in rows]) if rows else []
    tried = {row.sender_index: 0 for row in taken}
    for row in taken:
        tried[row.sender_index] = max(tried[row.sender_index], row.attempts)
    for row in sorted(taken, key=lambda row: (tried[row.sender_index], *_in_order(row))):
        try:
            if row.attempts >= MOST_ATTEMPTS:
                raise Deadly
            await get_connection("default").execute_query(COUNT, [row.id, lease])
            await take_in(row.id, Inbound.of(row).sender_indexes, now, lease)
        except Exception as error:  # noqa: BLE001 - one message's fault must not hold up the others
            count_fault(take_in_messages)
            structlog.get_logger("kurir.inbox").exception("message failed", message_id=str(row.id))
            await _put_off(row, error, lease, now)
    return len(taken)


async def take_in(
    message_id: UUID, sender_indexes: Collection[str], now: datetime, lease: datetime | None = None
) -> None:
    """Do what the message asks for, unless that is done, or since `lease` somebody else's to do; then forget it. One
    transaction.
    """
    async with in_transaction():
        await one_at_a_time(sender_indexes)
        row = await InboundMessage.filter(id=message_id).select_for_update().get()
        if row.due_at is None or row.leased_until != lease:
            return
        await deal_with(Inbound.of(row), row.received_at, now)
        row.content_sealed = row.due_at = row.leased_until = row.failure = None
        await row.save(update_fields=["content_sealed", "due_at", "leased_until", "failure"])


def _in_order(row: InboundMessage) -> tuple[datetime, UUID]:
    """By when they were sent; what can't be read fails later, and holds up no other."""
    try:
        return Inbound.of(row).sent(row.received_at), row.id
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it comes up again when it is dealt with
        return row.received_at, row.id


async def _put_off(row: InboundMessage, error: Exception, lease: datetime, now: datetime) -> None:
    over = row.attempts + 1 >= MOST_ATTEMPTS
    due_at = None if over else now + min(FIRST_BACKOFF * 2**row.attempts, LONGEST_BACKOFF)
    await get_connection("default").execute_query(
        FAIL, [row.id, lease, due_at, type(error).__name__, now if over else None]
    )
