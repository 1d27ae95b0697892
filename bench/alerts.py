"""Alerts that are due, as rows: one for each member, who has one phone."""

from bench.office import add_members, add_tasks, execute

TASKS = 20
DEVICES = """
INSERT INTO device (id, regency_code, token, platform, registered_at, member_id)
SELECT gen_random_uuid(), regency_code, id::text, 'android', now(), id FROM member
"""
ALERTS = """
WITH wave AS (
    INSERT INTO wave (id, regency_code, number, run, status, due_at, created_at, task_id)
    SELECT gen_random_uuid(), regency_code, 1, 1, 'WAITING', now() + interval '1 hour', now(), id FROM task
    RETURNING id, task_id
), alert AS (
    INSERT INTO alert (id, regency_code, rank, distance_m, status, explanation, created_at, member_id, task_id,
                       wave_id)
    SELECT gen_random_uuid(), m.regency_code, 1, 2100, 'QUEUED', '{}', now(), m.id, w.task_id, w.id
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM member) m
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS waves FROM wave) w
        ON m.place % w.waves = w.place - 1
    RETURNING id, regency_code, member_id, task_id
)
INSERT INTO notification (id, regency_code, kind, data, channel, silent, urgent, expires_at, created_at, due_at,
                          attempts, alert_id, member_id, task_id)
SELECT gen_random_uuid(), regency_code, 'TASK_ALERT', $1::jsonb, 'push', false, false, now() + interval '1 hour',
       now(), now(), 0, id, member_id, task_id
FROM alert
"""
DATA = """
{"kind_name": {"id": "Antar jemput ambulans", "en": "Ambulance run"}, "number": 4821, "village": "Karangnangka",
 "distance_m": 2100, "urgency": "NORMAL", "starts_at": "2026-11-24T00:00:00+00:00", "time_zone": "Asia/Jakarta"}
"""


async def add_alerts(count: int) -> None:
    """So many members of the open office, each alerted for one of at most 20 tasks; due now."""
    await add_members(count)
    await add_tasks(min(count, TASKS))
    await execute(DEVICES)
    await execute(ALERTS, DATA)
