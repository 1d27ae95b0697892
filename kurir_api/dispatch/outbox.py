"""The outbox: notifications that are due go to the members' phones.

Taken with a lease, sent outside any transaction, then recorded: a crash in between sends again, and the
collapse key makes that harmless; nothing is ever lost.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender
from kurir_api.dispatch.texts import render
from kurir_api.errors import InvalidTransition
from kurir_api.models import Alert, Device, global_id
from kurir_api.transitions import move

LEASE = timedelta(seconds=60)
"""Longer than a sender takes for a batch."""

MOST_ATTEMPTS = 12
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=5)

NO_DEVICE = "no device"
EXPIRED = "expired"
REASON_LENGTH = 200
REFUSED = "refused_devices"
"""In a notification's data: the ids of the devices that a retry leaves out, since it would fail there for ever."""

TAKE = """
WITH due AS (
    SELECT id FROM notification
    WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE notification n SET leased_until = $2, attempts = n.attempts + 1 FROM due WHERE n.id = due.id
RETURNING n.id, n.due_at, n.member_id, n.kind, n.task_id, n.alert_id, n.data, n.silent, n.urgent, n.expires_at,
    n.attempts
"""

RECORD = """
UPDATE notification
SET due_at = $3, sent_at = $4, failure = $5, data = data || $6::jsonb, leased_until = NULL
WHERE id = $1 AND leased_until = $2
"""

DEVICES = """
SELECT d.id, d.member_id, d.token, coalesce(d.locale, m.locale) AS locale
FROM device d JOIN member m ON m.id = d.member_id WHERE m.id = ANY($1::uuid[]) AND m.active ORDER BY d.id
"""


@dataclass(frozen=True, slots=True)
class Phone:
    """A device and the language it is spoken to."""

    device_id: UUID
    token: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A notification that is being sent. `lease`, as written in its row, tells whether it is still ours."""

    id: UUID
    member_id: UUID
    kind: str
    task_id: UUID | None
    alert_id: UUID | None
    data: Mapping[str, Any]
    silent: bool
    urgent: bool
    expires_at: datetime
    attempts: int
    lease: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """To which phones a notification goes, with a push for each; or, without any, why it can't be sent."""

    due: Due
    phones: Sequence[Phone] = ()
    pushes: Sequence[Push] = ()
    failure: str = NO_DEVICE


Answer = tuple[Phone, Delivery]


async def deliver_due(
    sender: PushSender, now: datetime, *, batch: int = 50, chance: Callable[[], float] = random.random
) -> int:
    """Send up to `batch` notifications that are due; how many were taken on.

    Sent when at least one phone took it. Else tried again on the phones that asked for it, later each time (full
    jitter: a random share, given by `chance`, of 5 s doubled per attempt, at most 5 min; Retry-After comes on top),
    until the twelfth attempt or until it expires. A token that is gone takes its device with it.

    One that can't be recorded is logged and comes up again when its lease ends; the others go on.
    """
    due = await _take(now, batch)
    phones = await _phones({one.member_id for one in due}) if due else {}
    sendings = [_address(one, phones.get(one.member_id, []), now) for one in due]
    pushes = [push for sending in sendings for push in sending.pushes]
    answers = iter(await sender.send(pushes) if pushes else [])
    for sending in sendings:
        answered = [(phone, next(answers)) for phone in sending.phones]
        try:
            await _record(sending, answered, now, chance)
        except Exception:  # noqa: BLE001 - one notification's fault must not hold up the others
            structlog.get_logger("kurir.outbox").exception("recording failed", notification_id=str(sending.due.id))
    return len(due)


async def _take(now: datetime, batch: int) -> list[Due]:
    lease = now + LEASE
    rows = await get_connection("default").execute_query_dict(TAKE, [now, lease, batch])
    rows.sort(key=lambda row: (row.pop("due_at"), row["id"]))
    return [Due(**row | {"data": orjson.loads(row["data"])}, lease=lease) for row in rows]


async def _phones(members: Iterable[UUID]) -> Mapping[UUID, list[Phone]]:
    phones = defaultdict(list)
    for row in await get_connection("default").execute_query_dict(DEVICES, [list(members)]):
        phones[row["member_id"]].append(Phone(row["id"], row["token"], row["locale"]))
    return phones


def _address(due: Due, phones: list[Phone], now: datetime) -> Sending:
    """To all of the member's phones, but none that refused this notification before."""
    if due.expires_at <= now:
        return Sending(due, failure=EXPIRED)
    asked = [phone for phone in phones if str(phone.device_id) not in due.data.get(REFUSED, [])]
    try:
        return Sending(due, asked, [_push(due, phone, now) for phone in asked])
    except Exception as error:  # noqa: BLE001 - data that can't be put into words must not hold up the others
        return Sending(due, failure=f"no words: {type(error).__name__}: {error}"[:REASON_LENGTH])


def _push(due: Due, phone: Phone, now: datetime) -> Push:
    text = render(due.kind, phone.locale, due.data)
    ids = {"taskId": ("Task", due.task_id), "alertId": ("Alert", due.alert_id)}
    return Push(
        notification_id=due.id,
        token=phone.token,
        title=text.title,
        body=text.body,
        data={"kind": due.kind} | {name: global_id(kind, row) for name, (kind, row) in ids.items() if row},
        collapse_key=str(due.task_id or due.id),
        ttl=due.expires_at - now,
        urgent=due.urgent,
        silent=due.silent,
    )


async def _record(sending: Sending, answers: Sequence[Answer], now: datetime, chance: Callable[[], float]) -> None:
    due = sending.due
    gone = [phone.device_id for phone, answer in answers if answer.outcome is Outcome.TOKEN_GONE]
    if gone:
        await Device.filter(id__in=gone).delete()
    by_outcome = {outcome: [pair for pair in answers if pair[1].outcome is outcome] for outcome in Outcome}
    if by_outcome[Outcome.SENT]:
        await _end(due, sent_at=now)
    elif by_outcome[Outcome.RETRY] and due.attempts < MOST_ATTEMPTS:
        await _retry(due, answers, now, chance)
    else:
        refused = by_outcome[Outcome.RETRY] or by_outcome[Outcome.FAILED]
        await _end(due, failure=refused[0][1].reason if refused else sending.failure)


async def _retry(due: Due, answers: Sequence[Answer], now: datetime, chance: Callable[[], float]) -> None:
    backoff = min(FIRST_BACKOFF * 2 ** (due.attempts - 1), LONGEST_BACKOFF) * chance()
    asked_for = max((answer.retry_after for _, answer in answers if answer.retry_after), default=timedelta(0))
    # Not past its expiry, however long the vendor wants to be left alone: then it ends, for everybody to see.
    wait = min(asked_for + backoff, due.expires_at - now)
    refused = [str(phone.device_id) for phone, answer in answers if answer.outcome is Outcome.FAILED]
    data = {REFUSED: [*due.data.get(REFUSED, []), *refused]} if refused else {}
    await _write(due, due_at=now + wait, data=data)


async def _end(due: Due, *, sent_at: datetime | None = None, failure: str | None = None) -> None:
    """Nothing more to send: it went out, or why not. The alert it carried follows."""
    async with in_transaction():
        ours = await _write(due, sent_at=sent_at, failure=failure)
        if not ours or due.alert_id is None or due.silent:
            return
        alert = await Alert.get(id=due.alert_id)
        with suppress(InvalidTransition):  # the member was faster than this record: received, opened, declined
            if sent_at:
                await move(alert, "send", None, sent_at=sent_at)
            else:
                await move(alert, "fail", None)


async def _write(
    due: Due,
    *,
    due_at: datetime | None = None,
    sent_at: datetime | None = None,
    failure: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Whether the row was still ours: not withdrawn meanwhile, and not taken over after the lease."""
    values = [due.id, due.lease, due_at, sent_at, failure, orjson.dumps(data or {}).decode()]
    changed, _ = await get_connection("default").execute_query(RECORD, values)
    return bool(changed)
