"""A vendor that fails and workers that are killed while alerts go out."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import orjson
from pydantic import SecretStr
from tortoise.connection import get_connection

from bench.alerts import add_alerts
from bench.fcm_stand_in import ARRIVED, stand_in
from bench.figures import table, title
from bench.office import opened_office
from kurir_api.dispatch.outbox import LEASE
from kurir_api.models import global_id
from kurir_api.settings import Settings

ROOT = Path(__file__).parents[1]
LATENCY_MS = 50
LONGEST_STUCK_SECONDS = 90.0
LOOK_EVERY_SECONDS = 0.25
GIVE_UP_AFTER_SECONDS = 1_200.0

# How many have ended; how long ago anything last happened to the one that waits for longest: it became due, or was
# taken by a worker; and how long ago the one became due that waits for an answer for longest, whoever took it
# meanwhile. What waits for its next attempt isn't due.
PROGRESS = """
SELECT count(*) FILTER (WHERE due_at IS NULL) AS ended,
    extract(epoch FROM now() - min(greatest(due_at, leased_until - $1::interval))
        FILTER (WHERE due_at IS NOT NULL))::float8 AS waited,
    extract(epoch FROM now() - min(due_at))::float8 AS overdue
FROM notification WHERE kind = 'TASK_ALERT' AND created_at <= $2
"""
ENDS = """
SELECT n.id, n.sent_at IS NOT NULL AS sent, n.failed_at IS NOT NULL AS failed, n.failure, n.attempts,
    n.task_id::text AS collapse_key, n.member_id::text AS token, a.status
FROM notification n JOIN alert a ON a.id = n.alert_id WHERE n.kind = 'TASK_ALERT' AND n.created_at <= $1
"""


async def storm(
    alerts: Annotated[int, "how many, each to another phone"] = 10_000,
    workers: Annotated[int, "processes that send them"] = 4,
    kills: Annotated[int, "how often one of them is killed"] = 20,
) -> bool:
    """Send alerts by worker processes to a stand-in of FCM's that answers 30 % by 503, 5 % never and 1 % by 404, and
    kill the processes while they go out.

    Fails unless each alert was sent, or failed with its reason, none is on a phone twice, and none was stuck for more
    than 90 s.
    """
    title("storm", f"{alerts:,} alerts, {workers} workers, {kills} kills; 30 % 503, 5 % never answered, 1 % 404")
    with TemporaryDirectory(prefix="kurir-bench-") as folder:
        async with opened_office() as settings:
            await add_alerts(alerts)
            added_at = datetime.now(UTC)  # the workers go on asking others, where nobody of a wave could be reached
            with stand_in(Path(folder), latency_ms=LATENCY_MS, faults=True) as url:
                sending = await _send(settings, url, workers, alerts, kills, added_at=added_at)
            rows = await get_connection("default").execute_query_dict(ENDS, [added_at])
        return _judged(rows, Path(folder) / ARRIVED, sending, kills)


@dataclass(slots=True)
class Sending:
    """The seconds that it took in all, that nothing happened to one alert (`stuck`; `stuck_at` since the beginning,
    which is as long when it waited for its turn), and that one was due without an answer (`overdue`), each the
    longest; and how many workers were killed.
    """

    seconds: float = 0.0
    stuck: float = 0.0
    stuck_at: float = 0.0
    overdue: float = 0.0
    killed: int = 0


async def _send(
    settings: Settings, url: str, workers: int, alerts: int, kills: int, *, added_at: datetime
) -> Sending:
    """Until all have ended, or 20 minutes."""
    running = [_start(settings, url) for _ in range(workers)]
    began, sending, ended = time.monotonic(), Sending(), 0
    try:
        while ended < alerts and time.monotonic() - began < GIVE_UP_AFTER_SECONDS:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            (row,) = await get_connection("default").execute_query_dict(PROGRESS, [LEASE, added_at])
            ended = row["ended"]
            if (row["waited"] or 0.0) > sending.stuck:
                sending.stuck, sending.stuck_at = row["waited"], time.monotonic() - began
            sending.overdue = max(sending.overdue, row["overdue"] or 0.0)
            # Each after another share has gone out, so that the last is killed before the end.
            if sending.killed < kills and ended >= alerts * (sending.killed + 1) / (kills + 2):
                victim = random.randrange(workers)  # noqa: S311 - no secret
                running[victim].kill()
                running[victim].wait()
                running[victim] = _start(settings, url)
                sending.killed += 1
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
    sending.seconds = time.monotonic() - began
    return sending


def _start(settings: Settings, url: str) -> subprocess.Popen[bytes]:
    names = ("environment", "data_dir", "database_url", "secret", "encryption_key", "index_key", "public_url")
    values = {name: getattr(settings, name) for name in names} | {"log_level": "WARNING", "database_pool": 10}
    environment = {
        f"KURIR_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
    }
    return subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-m", "bench.storm_worker", url], cwd=ROOT, env=environment | {"PATH": os.environ["PATH"]}
    )


def _judged(rows: list[dict[str, Any]], arrived: Path, sending: Sending, kills: int) -> bool:
    """Print the figures; whether all is as it must be."""
    told = [orjson.loads(line) for line in arrived.read_text().splitlines()]
    by_phone: dict[tuple[str, str], set[str]] = {}
    for token, collapse_key, notification_id, _ in told:
        by_phone.setdefault((token, collapse_key), set()).add(notification_id)
    sent = [row for row in rows if row["sent"]]
    dead = [row for row in rows if row["failed"]]
    missing = [
        row
        for row in sent
        if global_id("Notification", row["id"]) not in by_phone.get((row["token"], row["collapse_key"]), set())
    ]
    twice = [place for place, notifications in by_phone.items() if len(notifications) > 1]
    sound = {
        "ended, sent or with a reason": len(sent) + len(dead) == len(rows) and all(row["failure"] for row in dead),
        "the alert says so": {row["status"] for row in sent} <= {"SENT"}
        and {row["status"] for row in dead} <= {"FAILED"},
        "what was sent arrived": not missing,
        "no phone shows one twice": not twice,
        f"stuck for {LONGEST_STUCK_SECONDS:g} s at most": sending.stuck <= LONGEST_STUCK_SECONDS,
        "killed as often as asked": sending.killed == kills,
    }
    table(
        [
            ("sent", f"{len(sent):,}"),
            *((f"failed: {reason}", f"{count:,}") for reason, count in Counter(r["failure"] for r in dead).items()),
            ("arrived, the same one again included", f"{len(told):,}"),
            ("most attempts", str(max(row["attempts"] for row in rows))),
            ("nothing happened to one for", f"{sending.stuck:.1f} s, until second {sending.stuck_at:.0f}"),
            ("one was due without an answer for", f"{sending.overdue:.1f} s"),
            ("seconds in all", f"{sending.seconds:.1f}"),
            *((what, "yes" if true else "NO") for what, true in sound.items()),
        ]
    )
    return all(sound.values())


if __name__ == "__main__":
    raise SystemExit(0 if asyncio.run(storm()) else 1)
