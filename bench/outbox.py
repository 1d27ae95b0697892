"""How fast alerts leave the house, when the vendor answers at once."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from tortoise.connection import get_connection

from bench.figures import table, title
from bench.office import add_members, add_tasks, execute, opened_office
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.models import Alert, AlertStatus

BATCH = 50
DEVICES = """
INSERT INTO device (id, regency_code, token, platform, registered_at, member_id)
SELECT gen_random_uuid(), regency_code, id::text, 'android', now(), id FROM member
"""
WAVE = """
INSERT INTO wave (id, regency_code, number, status, due_at, created_at, task_id)
SELECT gen_random_uuid(), regency_code, 1, 'WAITING', now() + interval '1 hour', now(), id FROM task
"""
ALERTS = """
INSERT INTO alert (id, regency_code, rank, distance_m, status, explanation, created_at, member_id, task_id, wave_id)
SELECT gen_random_uuid(), m.regency_code, 1, 2100, 'QUEUED', '{}', now(), m.id, w.task_id, w.id FROM member m, wave w
"""
NOTIFICATIONS = """
INSERT INTO notification (id, regency_code, kind, data, silent, urgent, expires_at, created_at, due_at, attempts,
                          alert_id, member_id, task_id)
SELECT gen_random_uuid(), regency_code, 'TASK_ALERT', $1::jsonb, false, true, now() + interval '1 hour', now(), now(),
       0, id, member_id, task_id
FROM alert
"""
DATA = """
{"kind_name": {"id": "Antar jemput ambulans", "en": "Ambulance run"}, "number": 4821, "village": "Karangnangka",
 "distance_m": 2100, "urgency": "URGENT", "starts_at": "2026-11-24T00:00:00+00:00", "time_zone": "Asia/Jakarta"}
"""

# A queue and nothing else: take a batch with a lease, then mark all of it as sent.
BARE_TAKE = """
WITH due AS (
    SELECT id FROM notification WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE notification n SET leased_until = $1 + interval '1 minute', attempts = attempts + 1
FROM due WHERE n.id = due.id RETURNING n.id
"""
BARE_RECORD = "UPDATE notification SET due_at = NULL, leased_until = NULL, sent_at = $1 WHERE id = ANY($2::uuid[])"


async def outbox(
    alerts: Annotated[int, "how many, each to another member with one phone"] = 2_000,
) -> bool:
    """Send alerts with the sender that keeps them in memory, in batches of 50.

    The ratio's 1 is the same rows taken and marked as sent, without words, phones or what becomes of the alerts.
    Fails unless every alert was sent once.
    """
    title("outbox", f"{alerts:,} alerts that are due, one worker, a sender that keeps them in memory")
    async with opened_office():
        await add_members(alerts)
        await add_tasks(1)
        for sql in (DEVICES, WAVE, ALERTS):
            await execute(sql)
        await execute(NOTIFICATIONS, DATA)
        bare = await _until_none_is_due(_take_and_record)
        await execute("DELETE FROM notification")
        await execute(NOTIFICATIONS, DATA)
        sender = MemorySender()
        delivered = await _until_none_is_due(lambda: deliver_due(sender, datetime.now(UTC), batch=BATCH))
        sent = await Alert.filter(status=AlertStatus.SENT).count()
    table(
        [
            ("", "per second", "ratio"),
            ("rows alone", f"{alerts / bare:,.0f}", "1.000"),
            ("deliver_due", f"{alerts / delivered:,.0f}", f"{bare / delivered:.3f}"),
        ]
    )
    return sent == len(sender.pushes) == alerts


async def _take_and_record() -> int:
    """How many rows were taken."""
    now = datetime.now(UTC)
    connection = get_connection("default")
    rows = await connection.execute_query_dict(BARE_TAKE, [now, BATCH])
    await connection.execute_query(BARE_RECORD, [now, [row["id"] for row in rows]])
    return len(rows)


async def _until_none_is_due(deliver: Callable[[], Awaitable[int]]) -> float:
    """How many seconds it takes."""
    began = time.perf_counter()
    while await deliver():
        pass
    return time.perf_counter() - began
