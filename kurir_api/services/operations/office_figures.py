"""The office's figures for Prometheus, counted in the database: so they are the same whichever process is asked, and
whichever process did the work.

What was done is counted over the last 24 hours, by ids, which begin with the time they were made: an index that
every table has. What waits is counted by the indexes that the worker goes by.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from tortoise.connection import get_connection

from kurir_api.services.backup.back_up import DONE
from kurir_api.settings import Settings

DAY = timedelta(hours=24)

# $1: the lowest id of the last 24 hours. Each stage of the way from a call for help to somebody who comes.
FUNNEL = """
SELECT 'alerts' AS of, stage, count(*)::int AS value FROM alert, LATERAL (VALUES
    ('queued', status <> 'SUPPRESSED'), ('suppressed', status = 'SUPPRESSED'), ('sent', sent_at IS NOT NULL),
    ('received', received_at IS NOT NULL), ('opened', opened_at IS NOT NULL), ('accepted', status = 'ACCEPTED'),
    ('declined', status = 'DECLINED'), ('failed', status = 'FAILED')
) AS stages (stage, reached) WHERE alert.id >= $1 AND reached GROUP BY stage
UNION ALL
SELECT 'waves', lower(status), count(*)::int FROM wave WHERE id >= $1 GROUP BY status
UNION ALL
SELECT 'tasks', lower(status), count(*)::int FROM task WHERE id >= $1 GROUP BY status
UNION ALL
SELECT 'claims', lower(status), count(*)::int FROM claim WHERE id >= $1 GROUP BY status
"""

# The first claim of each task that was claimed in the last 24 hours, by its member, not by a coordinator's offer.
MINUTES_TO_CLAIM = """
SELECT count(*)::int AS tasks,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS half,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY minutes) AS most
FROM (
    SELECT extract(epoch FROM min(c.claimed_at) - t.published_at) / 60 AS minutes
    FROM claim c JOIN task t ON t.id = c.task_id
    WHERE c.id >= $1 AND c.assigned_by_id IS NULL AND t.published_at IS NOT NULL GROUP BY t.id
) AS claimed WHERE minutes >= 0
"""

# $1: now. What is due and not yet done; the literals are those of the partial indexes.
QUEUES = """
SELECT queue, count(*)::int AS due, extract(epoch FROM $1::timestamptz - min(at))::float8 AS oldest FROM (
    SELECT CASE channel WHEN 'push' THEN 'pushes' ELSE 'texts' END AS queue, due_at AS at FROM notification
    WHERE due_at IS NOT NULL AND due_at <= $1
    UNION ALL SELECT 'waves', due_at FROM wave WHERE status IN ('PLANNED','SENDING','WAITING') AND due_at <= $1
    UNION ALL SELECT 'inbox', due_at FROM inbound_message WHERE due_at IS NOT NULL AND due_at <= $1
    UNION ALL SELECT 'alarms', due_at FROM alarm WHERE due_at IS NOT NULL AND due_at <= $1
    UNION ALL SELECT 'escalations', due_at FROM escalation WHERE due_at IS NOT NULL AND due_at <= $1
    UNION ALL SELECT 'recurrences', due_at FROM recurrence WHERE due_at IS NOT NULL AND due_at <= $1
    UNION ALL SELECT 'fallbacks', fallback_due_at FROM alert
    WHERE fallback_due_at IS NOT NULL AND fallback_due_at <= $1
    UNION ALL SELECT 'deadlines', expires_at FROM claim WHERE status IN ('OFFERED','HELD') AND expires_at <= $1
) AS waiting GROUP BY queue
"""
QUEUE_NAMES = ("alarms", "deadlines", "escalations", "fallbacks", "inbox", "pushes", "recurrences", "texts", "waves")

WAITING = """
SELECT regency_code AS regency, count(*)::int AS tasks,
    greatest(extract(epoch FROM $1::timestamptz - min(waiting_since)), 0)::float8 AS oldest
FROM task WHERE status = 'OPEN' GROUP BY regency_code
"""

# $1: 24 hours ago. Messages wait until somebody deals with them; of notifications one can only take note.
DEAD_LETTERS = """
SELECT (SELECT count(*)::int FROM notification WHERE failed_at > $1 AND NOT silent) AS notifications,
    (SELECT count(*)::int FROM inbound_message WHERE failed_at IS NOT NULL) AS messages
"""

DATABASE = """
SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::int AS most, pg_database_size(current_database()) AS bytes,
    (SELECT coalesce(sum(tries), 0)::int FROM sign_in_code) AS tries
"""


async def office_figures(now: datetime, settings: Settings) -> bytes:
    """The exposition. Six statements. Raises DatabaseDown."""
    ask = get_connection("default").execute_query_dict
    since = UUID(int=int((now - DAY).timestamp() * 1000) << 80)
    families = [
        *_funnel(await ask(FUNNEL, [since])),
        *_claiming((await ask(MINUTES_TO_CLAIM, [since]))[0]),
        *_queues(await ask(QUEUES, [now])),
        *_waiting(await ask(WAITING, [now])),
        *_dead_letters((await ask(DEAD_LETTERS, [now - DAY]))[0]),
        *_database((await ask(DATABASE))[0]),
        *_backup(now, settings),
    ]
    registry = CollectorRegistry()
    registry.register(_Given(families))
    return generate_latest(registry)


class _Given(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """Families that are known already."""
        yield from self._families


def _family(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _funnel(rows: list[dict[str, Any]]) -> Iterator[Metric]:
    for of, label in (("alerts", "stage"), ("waves", "status"), ("tasks", "status"), ("claims", "status")):
        counts = {row["stage"]: row["value"] for row in rows if row["of"] == of}
        yield _family(f"kurir_day_{of}", f"{of.title()} of the last 24 hours, by {label}", label, counts)


def _claiming(row: dict[str, Any]) -> Iterator[Metric]:
    told = "Minutes from publishing a task to its first claim, of the last 24 hours"
    quantiles = {"0.5": row["half"], "0.9": row["most"]} if row["tasks"] else {}
    yield _family("kurir_day_minutes_to_claim", told, "quantile", {key: float(at) for key, at in quantiles.items()})
    yield GaugeMetricFamily("kurir_day_tasks_claimed", "Tasks first claimed in the last 24 hours", value=row["tasks"])


def _queues(rows: list[dict[str, Any]]) -> Iterator[Metric]:
    def of(column: str) -> dict[str, float]:
        return dict.fromkeys(QUEUE_NAMES, 0.0) | {row["queue"]: row[column] for row in rows}

    yield _family("kurir_queue_due", "What is due and not done yet", "queue", of("due"))
    yield _family("kurir_queue_oldest_seconds", "For how long the oldest of it has been due", "queue", of("oldest"))


def _waiting(rows: list[dict[str, Any]]) -> Iterator[Metric]:
    def of(column: str) -> dict[str, float]:
        return {row["regency"]: row[column] for row in rows}

    yield _family("kurir_waiting_tasks", "Open tasks for which somebody waits", "regency", of("tasks"))
    yield _family("kurir_waiting_oldest_seconds", "Who of them waits longest", "regency", of("oldest"))


def _dead_letters(row: dict[str, Any]) -> Iterator[Metric]:
    told = "Notifications that were given up in the last 24 hours"
    yield _family("kurir_day_dead_letters", told, "kind", {"notifications": row["notifications"]})
    told = "Incoming messages that were given up, until somebody deals with them"
    yield _family("kurir_dead_letters", told, "kind", {"messages": row["messages"]})


def _database(row: dict[str, Any]) -> Iterator[Metric]:
    yield GaugeMetricFamily("kurir_database_connections", "PostgreSQL's connections", value=row["connections"])
    yield GaugeMetricFamily("kurir_database_connections_most", "Its max_connections", value=row["most"])
    yield GaugeMetricFamily("kurir_database_bytes", "The size of the database", value=row["bytes"])
    yield GaugeMetricFamily("kurir_sign_in_tries", "Sign-in codes typed in, of the last day", value=row["tries"])


def _backup(now: datetime, settings: Settings) -> Iterator[Metric]:
    """Nothing before the first backup: the alert rule asks for its absence, too."""
    file = settings.data_dir / DONE
    if file.exists():
        age = max(now.timestamp() - file.stat().st_mtime, 0)
        yield GaugeMetricFamily("kurir_backup_age_seconds", "How long ago `kurir backup` last ended well", value=age)
