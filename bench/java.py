"""Very many members for one measurement: an invented Java with members, their weeks and their alerts, made by SQL."""

from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from kurir_api.database import connect_arguments
from kurir_api.demo.people import CAPABILITIES, ON_DUTY, WITH_QUIET_HOURS
from kurir_api.models import Task
from kurir_api.settings import Settings

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""Half past nine on a Tuesday morning, when most tasks are published."""

ALERTS_EACH = 4
"""Alerts of a member in the last eight weeks, in the mean; some have none, some have many."""


@dataclass(frozen=True, slots=True)
class Island:
    """Regencies in a strip that slants as Java does: `columns` of them from west to east, `rows` from north to south.

    Each is 0.39 degrees long and 0.2 high, about 43 by 22 km.
    """

    columns: int
    rows: int


JAVA = Island(columns=24, rows=5)
"""120 regencies over 9.4 degrees; the real one has 119 regencies and cities."""

ONE_REGENCY = Island(columns=1, rows=1)

# Codes that no real province has, 40 to 63, one for each column.
REGIONS = """
WITH regency AS (
    SELECT (39 + c)::text AS province, format('%s.%s', 39 + c, lpad(r::text, 2, '0')) AS code
    FROM generate_series(1, $1::int) c, generate_series(1, $2::int) r
), subdistrict AS (
    SELECT code AS parent, format('%s.%s', code, lpad(s::text, 2, '0')) AS code
    FROM regency, generate_series(1, 16) s
)
INSERT INTO region (code, name, level, parent_id, time_zone)
SELECT DISTINCT province, 'Provinsi', 'PROVINCE', NULL, 'Asia/Jakarta' FROM regency
UNION ALL SELECT code, 'Kabupaten', 'REGENCY', province, 'Asia/Jakarta' FROM regency
UNION ALL SELECT code, 'Kecamatan', 'SUBDISTRICT', parent, 'Asia/Jakarta' FROM subdistrict
"""

# Half of the people live near a town, the others anywhere. OFFSET 0 keeps each chance one number.
PLACES = """
    (SELECT *, format('%s.%s', 40 + floor(along * $2), lpad((1 + floor(down * $3))::text, 2, '0')) AS regency,
        105.2 + along * $2 * 0.39 AS longitude, -6.0 - along * $2 * 0.39 * 0.174 - down * $3 * 0.2 AS latitude
     FROM (SELECT n,
               CASE WHEN n % 2 = 0 THEN random()
                    ELSE least(greatest(town * 0.7548 % 1 + random_normal(0, 0.1) / $2, 0), 0.9999) END AS along,
               CASE WHEN n % 2 = 0 THEN random()
                    ELSE least(greatest(town * 0.5698 % 1 + random_normal(0, 0.1) / $3, 0), 0.9999) END AS down
           FROM (SELECT n, floor(random() * $2 * $3 * 5)::int AS town FROM generate_series(1, $1::int) n OFFSET 0) a
           OFFSET 0) b OFFSET 0)
"""

# Of twenty members nineteen have a home; of four three have a last fix, of which a fifth is fresh.
MEMBERS = f"""
INSERT INTO member (id, regency_code, name, phone_sealed, phone_index, locale, active, available,
                    quiet_from, quiet_to, home_latitude, home_longitude, last_latitude, last_longitude, last_fix_at,
                    created_at)
SELECT gen_random_uuid(), regency, 'Relawan ' || n, '', md5(n::text), 'id', random() < 0.98, random() < {ON_DUTY},
       CASE WHEN quiet THEN '21:00+00'::timetz END, CASE WHEN quiet THEN '04:30+00'::timetz END,
       CASE WHEN housed THEN latitude END, CASE WHEN housed THEN longitude END,
       CASE WHEN located THEN latitude + random_normal(0, 0.03) END,
       CASE WHEN located THEN longitude + random_normal(0, 0.03) END,
       CASE WHEN located THEN $4::timestamptz - random() ^ 3 * interval '2 days' END, $4
FROM (SELECT *, random() < {WITH_QUIET_HOURS} AS quiet, random() < 0.95 AS housed, random() < 0.75 AS located
      FROM {PLACES} c OFFSET 0) d
"""

MEMBERSHIPS = """
WITH organization AS (
    INSERT INTO organization (id, regency_code, name, kind)
    SELECT gen_random_uuid(), code, 'Mitra', 'COMMUNITY' FROM region WHERE level = 'REGENCY' AND code >= '40'
    RETURNING id, regency_code
)
INSERT INTO membership (id, regency_code, role, member_id, organization_id, region_id)
SELECT gen_random_uuid(), m.regency_code, CASE WHEN m.chance < 0.02 THEN 'COORDINATOR' ELSE 'VOLUNTEER' END,
       m.id, o.id, CASE WHEN m.chance < 0.1 THEN left(m.regency_code, 2) ELSE m.regency_code END
FROM (SELECT *, random() AS chance FROM member OFFSET 0) m JOIN organization o USING (regency_code)
"""
SHARES = ", ".join(f"('{code}', {share})" for code, share in CAPABILITIES.items())

# Half of the capabilities end some day, a tenth of those have ended.
CAPABLE = f"""
INSERT INTO capability (id, regency_code, code, member_id, valid_until)
SELECT gen_random_uuid(), regency_code, code, id,
       CASE WHEN random() < 0.5 THEN $1::date - 100 + floor(random() * 1000)::int END
FROM (SELECT m.id, m.regency_code, c.*, random() AS chance
      FROM member m, (VALUES {SHARES}) c (code, share) OFFSET 0) m
WHERE chance < share
"""

# Two of five members work in shifts: five days of the week, from 7 to 15 or from 15 to 23 o'clock.
SHIFTS = """
INSERT INTO duty_shift (id, regency_code, member_id, weekday, starts, ends)
SELECT gen_random_uuid(), m.regency_code, m.id, (m.shift + day) % 7, format('%s:00+00', 7 + m.shift % 2 * 8)::timetz,
       format('%s:00+00', 15 + m.shift % 2 * 8)::timetz
FROM (SELECT *, floor(random() * 14)::int AS shift FROM member WHERE random() < 0.4 OFFSET 0) m,
    generate_series(0, 4) day
"""

CASES = """
WITH patient AS (
    INSERT INTO patient (id, regency_code, name, name_tokens, consent, created_at, region_id)
    SELECT gen_random_uuid(), code, 'Pasien', '{}', true, $1, code || '.01' FROM region
    WHERE level = 'REGENCY' AND code >= '40' RETURNING *
)
INSERT INTO case_file (id, regency_code, number, status, phase, waiting_since, opened_at, patient_id, region_id,
                       desk_id)
SELECT gen_random_uuid(), regency_code, regency_code, 'OPEN', 'BEFORE_HOSPITAL', $1, $1, id, region_id, region_id
FROM patient
"""

# $5 the state: done for the history, open for the tasks to rank for.
TASKS = f"""
INSERT INTO task (id, regency_code, number, kind, status, urgency, latitude, longitude, area_latitude, area_longitude,
                  starts_at, ends_at, slots, slots_taken, alerts_stale, waiting_since, created_at, case_id, region_id)
SELECT gen_random_uuid(), regency, nextval('task_number'), 'AMBULANCE_RUN', $5, 'URGENT', p.latitude, p.longitude,
       p.latitude, p.longitude,
       $4::timestamptz + interval '1 day', $4::timestamptz + interval '1 day 4 hours', 1, 0, false, $4, $4, f.id,
       format('%s.%s', regency, lpad((1 + n % 16)::text, 2, '0'))
FROM {PLACES} p JOIN case_file f ON f.number = regency
"""
WAVES = """
INSERT INTO wave (id, regency_code, task_id, number, run, status, due_at, created_at)
SELECT gen_random_uuid(), regency_code, id, 1, 1, 'FILLED', $1::timestamptz, $1 FROM task WHERE status = 'DONE'
"""

# Half of the alerts went to a fifth of the members.
ALERTS = """
INSERT INTO alert (id, regency_code, rank, distance_m, status, explanation, created_at, member_id, task_id, wave_id)
SELECT gen_random_uuid(), w.regency_code, 1, 2100,
       (ARRAY['FAILED', 'SENT', 'RECEIVED', 'OPENED', 'ACCEPTED', 'DECLINED', 'SENT', 'OPENED'])[1 + n % 8], '{}',
       $1::timestamptz - random() * interval '56 days', m.id, w.task_id, w.id
FROM (SELECT n, 1 + n % $4::int AS wave,
             ceil(CASE WHEN n % 2 = 0 THEN 1 ELSE 0.2 END * random() * $3::int)::int AS member
      FROM generate_series(1, $2::int) n OFFSET 0) a
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM member) m ON m.place = a.member
    JOIN (SELECT id, task_id, regency_code, row_number() OVER (ORDER BY id) AS place FROM wave) w ON w.place = a.wave
ON CONFLICT DO NOTHING
"""
LATEST = """
UPDATE member m SET last_alerted_at = a.latest
FROM (SELECT member_id, max(created_at) AS latest FROM alert GROUP BY member_id) a WHERE a.member_id = m.id
"""


async def populate(settings: Settings, members: int, island: Island, tasks: int) -> list[Task]:
    """So many members over the island, with everything that a ranking looks at; the open tasks to rank for.

    A member has four alerts in the mean: four million for a million. About four minutes for those.
    """
    connection = await asyncpg.connect(**connect_arguments(settings.database_url or ""))
    try:
        # What it makes is sound: looking up each of the foreign keys would take most of the time.
        await connection.execute("SET session_replication_role = replica; SELECT setseed(0.4)")
        size = (island.columns, island.rows)
        await connection.execute(REGIONS, *size)
        await connection.execute(MEMBERS, members, *size, NOW)
        await connection.execute(MEMBERSHIPS)
        await connection.execute(CAPABLE, NOW.date())
        await connection.execute(SHIFTS)
        await connection.execute(CASES, NOW)
        alerts = members * ALERTS_EACH
        past = alerts // 40 + 1
        await connection.execute(TASKS, past, *size, NOW, "DONE")
        await connection.execute(WAVES, NOW)
        await connection.execute(ALERTS, NOW, alerts, members, past)
        await connection.execute(LATEST)
        await connection.execute(TASKS, tasks, *size, NOW, "OPEN")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return await Task.filter(status="OPEN").order_by("number")
