"""The FCM sender against firebase-admin's own fan-out, and how much memory a backlog takes."""

import asyncio
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import uuid4

import firebase_admin
import psutil
import requests
from firebase_admin import _http_client, messaging

from bench.alerts import add_alerts
from bench.fcm_stand_in import PROJECT, StandInCredentials, stand_in
from bench.figures import table, title
from bench.office import opened_office
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import Outcome, Push, SenderConfig
from kurir_api.dispatch.senders.fcm import FcmSender, fcm_message
from kurir_api.models import Notification

LATENCY_MS = 50
BATCH = 500
"""The library's most."""

ROUNDS = 3
LOOK_EVERY_SECONDS = 0.02
SPARE_BYTES = 16 * 1024 * 1024
"""What the allocator may keep more of."""

SendEach = Callable[[list[messaging.Message]], messaging.BatchResponse]


async def push_fanout(
    messages: Annotated[int, "how many for each side of a round"] = 4_000,
    backlog: Annotated[int, "how many notifications wait, the second time"] = 10_000,
) -> bool:
    """Send the same messages by our FCM sender and by firebase_admin.messaging.send_each, to one stand-in that takes
    50 ms for each; then empty two backlogs, one ten times the other.

    The ratio's 1 is send_each. Fails when the larger backlog takes more memory than the smaller.
    """
    with (
        TemporaryDirectory(prefix="kurir-bench-") as folder,
        stand_in(Path(folder), latency_ms=LATENCY_MS, faults=False) as url,
    ):
        await _fan_out(url, messages)
        return await _empty(url, backlog)


async def _fan_out(url: str, messages: int) -> None:
    title("push_fanout", f"{messages:,} messages to a stand-in that takes {LATENCY_MS} ms, median of {ROUNDS} rounds")
    pushes = [_push(number) for number in range(messages)]
    theirs, ours = [], []
    sender = FcmSender(SenderConfig(StandInCredentials(), PROJECT), endpoint=url)
    with _library_at(url) as send_each:
        for _ in range(ROUNDS):
            theirs.append(await asyncio.to_thread(_timed, lambda: _send_all(send_each, pushes)))
            began = time.perf_counter()
            for start in range(0, messages, BATCH):
                answers = await sender.send(pushes[start : start + BATCH])
                assert {answer.outcome for answer in answers} == {Outcome.SENT}
            ours.append(time.perf_counter() - began)
    await sender.close()
    ratio = median(theirs) / median(ours)
    table(
        [
            ("", "per second", "ratio"),
            ("firebase_admin.messaging.send_each", f"{messages / median(theirs):,.0f}", "1.000"),
            ("FcmSender.send", f"{messages / median(ours):,.0f}", f"{ratio:.3f}"),
        ]
    )


def _push(number: int) -> Push:
    return Push(
        notification_id=uuid4(),
        token=f"token-{number}",
        title="Segera: Antar jemput ambulans dibutuhkan · 2,1 km",
        body="Karangnangka, Kedungbanteng · Sel 24 Nov 07.00 WIB · No. 4821",
        data={"kind": "TASK_ALERT", "taskId": "VGFzazo3", "alertId": "QWxlcnQ6Nw=="},
        collapse_key="task:7",
        ttl=timedelta(hours=2),
        urgent=True,
        silent=False,
    )


@contextmanager
def _library_at(url: str) -> Iterator[SendEach]:
    """`send_each`, sending to the stand-in. The library has no setting for that, so its private names are used: the
    address, and its own connection pool and retries mounted for the stand-in's.
    """
    known = messaging._MessagingService.FCM_URL
    messaging._MessagingService.FCM_URL = f"{url}/v1/projects/{{0}}/messages:send"
    app = firebase_admin.initialize_app(StandInCredentials(), {"projectId": PROJECT}, name=f"bench-{uuid4()}")
    pool = requests.adapters.HTTPAdapter(
        pool_connections=100,
        pool_maxsize=100,
        max_retries=_http_client.DEFAULT_RETRY_CONFIG,
    )
    messaging._get_messaging_service(app)._client.session.mount(url, pool)
    try:
        yield lambda batch: messaging.send_each(batch, app=app)
    finally:
        messaging._MessagingService.FCM_URL = known


def _send_all(send_each: SendEach, pushes: list[Push]) -> None:
    for start in range(0, len(pushes), BATCH):
        batch = [fcm_message(push, datetime.now(UTC)) for push in pushes[start : start + BATCH]]
        answer = send_each(batch)
        assert answer.success_count == len(batch)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work()
    return time.perf_counter() - began


async def _empty(url: str, backlog: int) -> bool:
    title("push_fanout", "a backlog that a worker sends, and the most memory that its process had meanwhile")
    # The second of the two smaller ones counts: by then all that a process needs is loaded.
    sizes = (backlog // 10, backlog // 10, backlog)
    _, smaller, larger = [await _emptied(url, size) for size in sizes]
    rows = [
        (f"{size:,}", f"{size / seconds:,.0f}", f"{most / 2**20:,.0f} MiB")
        for size, (seconds, most) in zip(sizes[1:], (smaller, larger), strict=True)
    ]
    table([("backlog", "per second", "most memory"), *rows])
    return larger[1] <= smaller[1] + SPARE_BYTES


async def _emptied(url: str, backlog: int) -> tuple[float, int]:
    """How many seconds it took, and the most bytes of the process while it lasted."""
    most = 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, psutil.Process().memory_info().rss)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async with opened_office():
        await add_alerts(backlog)
        sender = FcmSender(SenderConfig(StandInCredentials(), PROJECT), endpoint=url)
        looking = asyncio.create_task(look())
        began = time.perf_counter()
        while await deliver_due(sender, datetime.now(UTC)):
            pass
        elapsed = time.perf_counter() - began
        looking.cancel()
        await sender.close()
        assert await Notification.filter(sent_at__isnull=False).count() == backlog
    return elapsed, most


if __name__ == "__main__":
    raise SystemExit(0 if asyncio.run(push_fanout()) else 1)
