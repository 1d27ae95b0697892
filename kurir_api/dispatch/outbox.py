"""The outbox: notifications that are due go to the members' phones.

Taken with a lease, sent outside any transaction, then recorded: a crash in between sends again, and the
collapse key makes that harmless; nothing is ever lost. Text messages leave by `text_outbox.py`, in the same way.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
import structlog
from opentelemetry.trace import SpanKind
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.fallbacks import FALLBACK_AFTER
from kurir_api.dispatch.notifications import (
    ALARMS,
    MUST_ARRIVE,
    PUSH,
    REFUSED,
    TEXTED,
    TROUBLE,
    follow_by_text,
    tell_author,
)
from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender
from kurir_api.dispatch.texts import NotificationKind, render
from kurir_api.errors import InvalidTransition
from kurir_api.models import Alert, AlertStatus, Device, global_id
from kurir_api.telemetry.steps import count_fault
from kurir_api.telemetry.tracing import span
from kurir_api.transitions import move

BATCH = 100
MOST_PHONES = 3
"""Of a member, those registered last: who has more, has old ones among them."""

LEASE = timedelta(seconds=55)
"""Longer than FCM's sender takes when it hangs: a worker's five batches of 100 to three phones each are 1,500
messages, 400 at a time and each given up after 10 s, and the credential's refresh takes up to 10 s: 50 s. After a
worker died, what it had taken goes on when this is over.
"""

MOST_ATTEMPTS = 12
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=5)

MORE_THAN_SUSPECT = 4
"""After so many attempts, what a worker died with is in the hands of only one of a process's batches: where workers
come back later than leases end, one that kills would else take along those beside it each time.
"""

APART_SECONDS = 5
"""Within so many seconds, at random, the leases end of what workers died with, so that it isn't all taken at once."""

NO_DEVICE = "no device"
DEADLY = "its worker died at the last attempt"
EXPIRED = "expired"
ALERT_AND_WITHDRAWAL = (NotificationKind.TASK_ALERT, NotificationKind.TASK_TAKEN)
REASON_LENGTH = 200

Chance = Callable[[], float]
T = TypeVar("T")

# The loop goes by priority, and stops when it has enough; so of each only what is due is read, not what waits for its
# next attempt. What still has a lease had a worker that died with it, perhaps of it. All that a worker had is taken
# together once more, since most often it was killed; from the second attempt on, alone, so that what kills takes no
# others along again and again. $5: whether one may be taken that is more than suspect.
TAKE = f"""
WITH due AS (
    SELECT one.* FROM generate_series(0, 3) AS priority, LATERAL (
        SELECT id, leased_until IS NOT NULL AND attempts > 1 AS suspect FROM notification
        WHERE channel = $4 AND notification.priority = priority.priority AND due_at <= $1
          AND (leased_until IS NULL OR leased_until <= $1 AND ($5 OR attempts < {MORE_THAN_SUSPECT}))
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    ) AS one LIMIT $3
), first AS (SELECT id, suspect FROM due LIMIT 1)
UPDATE notification n SET attempts = n.attempts + 1,
    leased_until = $2::timestamptz + CASE WHEN due.suspect THEN random() * interval '{APART_SECONDS} s' ELSE '0' END
FROM due, first WHERE n.id = due.id AND (due.id = first.id OR NOT (due.suspect OR first.suspect))
RETURNING n.id, n.priority, n.due_at, n.created_at, n.member_id, n.kind, n.task_id, n.alert_id, n.data, n.channel,
    n.silent, n.urgent, n.expires_at, n.attempts, n.leased_until AS lease
"""

RECORD = """
UPDATE notification
SET due_at = $3, sent_at = $4, failure = $5, failed_at = $6, leased_until = NULL,
    data = CASE WHEN $3::timestamptz IS NULL THEN data - 'code_sealed' - 'link_sealed' ELSE data END || $7::jsonb,
    phone_sealed = CASE WHEN $3::timestamptz IS NULL THEN NULL ELSE phone_sealed END
WHERE id = $1 AND leased_until = $2
"""

DEVICES = """
SELECT d.id, d.member_id, d.token, coalesce(d.locale, m.locale) AS locale
FROM member m, LATERAL (
    SELECT * FROM device WHERE member_id = m.id ORDER BY registered_at DESC, id DESC LIMIT $2
) d WHERE m.id = ANY($1::uuid[]) AND m.active ORDER BY d.id
"""


_in_hand: set[str] = set()


@contextmanager
def _one_at_a_time(channel: str) -> Iterator[bool]:
    """Whether what is more than suspect may be taken: by none of this process's other batches, while it lasts."""
    free = channel not in _in_hand
    _in_hand.add(channel)
    try:
        yield free
    finally:
        if free:
            _in_hand.discard(channel)


@dataclass(frozen=True, slots=True)
class Phone:
    """A device and the language it is spoken to."""

    device_id: UUID
    token: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A notification that is being sent. `lease`, as written in its row, tells whether it is still ours. Without
    `member_id` it is a text message to a stranger.
    """

    id: UUID
    member_id: UUID | None
    kind: str
    task_id: UUID | None
    alert_id: UUID | None
    data: Mapping[str, Any]
    channel: str
    silent: bool
    urgent: bool
    created_at: datetime
    expires_at: datetime
    attempts: int
    lease: datetime


class Unsendable(Exception):
    """It can't be sent, now or ever; what its text says is why. `dead`: somebody should look."""

    def __init__(self, reason: str, *, dead: bool = True) -> None:
        super().__init__(reason)
        self.dead = dead


@dataclass(frozen=True, slots=True)
class Answers:
    """What the sender said of each of a notification's messages; the devices to leave out from now on."""

    deliveries: Sequence[Delivery] = ()
    refused: Sequence[str] = ()


Send = Callable[[Due], Awaitable[Answers]]
Step = Callable[..., Awaitable[int]]


async def deliver_due(
    sender: PushSender, now: datetime, *, batch: int = BATCH, chance: Chance = random.random
) -> int:
    """Push up to `batch` notifications that are due, each recorded as soon as it is answered; how many were taken on.
    Emergencies first, drills last.

    Sent when at least one phone took it. Else tried again on the phones that asked for it, later each time (full
    jitter: a random share, given by `chance`, of 5 s doubled per attempt, at most 5 min; Retry-After comes on top),
    until the twelfth attempt or until it expires. A token that is gone takes its device with it. What must arrive and
    can't, or not in time, is followed by a text message.

    One that can't be recorded is logged and comes up again when its lease ends; the others go on.
    """
    phones: Mapping[UUID | None, list[Phone]] = {}

    async def send(one: Due) -> Answers:
        asked = _asked(one, phones.get(one.member_id, []))
        pushes = [_push(one, phone, now) for phone in asked]
        with span("send pushes", SpanKind.CLIENT, {"count": len(pushes)}):
            answers = list(zip(asked, await sender.send(pushes) if pushes else [], strict=True))
        if gone := [phone.device_id for phone, answer in answers if answer.outcome is Outcome.TOKEN_GONE]:
            await Device.filter(id__in=gone).delete()
        refused = [str(phone.device_id) for phone, answer in answers if answer.outcome is Outcome.FAILED]
        return Answers([answer for _, answer in answers], refused)

    with _one_at_a_time(PUSH) as free:
        due = await take_due(PUSH, now, batch, more_than_suspect=free)
        phones = await _phones({one.member_id for one in due}) if due else {}
        await deliver_all(deliver_due, due, send, now, chance, unaddressed=NO_DEVICE)
    return len(due)


async def take_due(channel: str, now: datetime, batch: int, *, more_than_suspect: bool = True) -> list[Due]:
    """Lease up to `batch` notifications of the channel that are due: by priority, then the longest due first; or one
    alone that a worker died with, and which was tried before.
    """
    rows = await get_connection("default").execute_query_dict(
        TAKE, [now, now + LEASE, batch, channel, more_than_suspect]
    )
    rows.sort(key=lambda row: (row.pop("priority"), row.pop("due_at"), row["id"]))
    return [Due(**row | {"data": orjson.loads(row["data"])}) for row in rows]


async def deliver_all(
    step: Step, due: Sequence[Due], send: Send, now: datetime, chance: Chance, *, unaddressed: str
) -> None:
    """For the step: send each and record what became of it; `unaddressed` says why when there was nobody to send it
    to. What the vendor said of those that it didn't take is one line, by code.
    """
    said = await asyncio.gather(*(_deliver(step, one, send, now, chance, unaddressed=unaddressed) for one in due))
    codes = Counter(one.code for deliveries in said for one in deliveries if one.outcome is not Outcome.SENT)
    if codes:
        structlog.get_logger("kurir.outbox").warning("not sent", channel=due[0].channel, codes=dict(codes))


async def _deliver(
    step: Step, due: Due, send: Send, now: datetime, chance: Chance, *, unaddressed: str
) -> Sequence[Delivery]:
    """What the sender said. Not sent when it expired. Its fault holds up no other: one of the sender's counts as an
    attempt, to be tried again.
    """
    answers = Answers()
    log = structlog.get_logger("kurir.outbox").bind(notification_id=str(due.id))
    try:
        if due.expires_at <= now:
            raise Unsendable(EXPIRED)
        if due.attempts > MOST_ATTEMPTS:
            raise Unsendable(DEADLY)
        answers = await send(due)
    except Unsendable as why:
        recording = _end(due, now, failure=str(why), dead=why.dead)
    except Exception as error:
        count_fault(step)
        log.exception("sending failed")
        failed = Answers([Delivery(Outcome.RETRY, type(error).__name__)])
        recording = _record(due, failed, now, chance, unaddressed)
    else:
        recording = _record(due, answers, now, chance, unaddressed)
    try:
        await recording
    except Exception:
        count_fault(step)
        log.exception("recording failed")
    return answers.deliveries


def worded(make: Callable[[], T]) -> T:
    """What `make` gives. Raises Unsendable for data that can't be put into words."""
    try:
        return make()
    except Exception as error:
        raise Unsendable(f"no words: {type(error).__name__}: {error}"[:REASON_LENGTH]) from error


async def _phones(members: Collection[UUID | None]) -> Mapping[UUID | None, list[Phone]]:
    phones: dict[UUID | None, list[Phone]] = defaultdict(list)
    for row in await get_connection("default").execute_query_dict(DEVICES, [list(members), MOST_PHONES]):
        phones[row["member_id"]].append(Phone(row["id"], row["token"], row["locale"]))
    return phones


def _asked(due: Due, phones: list[Phone]) -> list[Phone]:
    """All of the member's phones, but none that refused this notification before."""
    return [phone for phone in phones if str(phone.device_id) not in due.data.get(REFUSED, [])]


def _push(due: Due, phone: Phone, now: datetime) -> Push:
    text = worded(lambda: render(due.kind, phone.locale, due.data))
    ids = {
        "Task": due.task_id,
        "Alert": due.alert_id,
        "Drill": due.data.get("drill_id"),
        "Cost": due.data.get("cost_id"),
        "Report": due.data.get("report_id"),
        "Case": due.data.get("case_id"),
        "Referral": due.data.get("referral_id"),
    }
    return Push(
        notification_id=due.id,
        token=phone.token,
        title=text.title,
        body=text.body,
        data={"kind": due.kind} | {f"{name.lower()}Id": global_id(name, row) for name, row in ids.items() if row},
        collapse_key=_collapse_key(due),
        ttl=due.expires_at - now,
        urgent=due.urgent,
        silent=due.silent,
    )


def _collapse_key(due: Due) -> str:
    """One for a task's alert and what withdraws it; others for what one must read all the same."""
    if due.task_id is None:
        return str(due.id)
    if due.kind in ALERT_AND_WITHDRAWAL:
        return str(due.task_id)
    return f"{due.task_id}.{'alarm' if due.kind in ALARMS else 'claim'}"


async def _record(due: Due, answers: Answers, now: datetime, chance: Chance, unaddressed: str) -> None:
    by_outcome = {
        outcome: [answer for answer in answers.deliveries if answer.outcome is outcome] for outcome in Outcome
    }
    again = by_outcome[Outcome.RETRY]
    if by_outcome[Outcome.SENT]:
        await _end(due, now, sent=True)
    elif again and due.attempts < MOST_ATTEMPTS:
        await _retry(due, again, now, chance, answers.refused)
    else:
        problems = again or by_outcome[Outcome.FAILED]
        await _end(due, now, failure=problems[0].reason if problems else unaddressed)


async def _retry(
    due: Due, answers: Sequence[Delivery], now: datetime, chance: Chance, refused: Sequence[str]
) -> None:
    backoff = min(FIRST_BACKOFF * 2 ** (due.attempts - 1), LONGEST_BACKOFF) * chance()
    asked_for = max((answer.retry_after for answer in answers if answer.retry_after), default=timedelta(0))
    # Not past its expiry, however long the vendor wants to be left alone: then it ends, for everybody to see.
    wait = min(asked_for + backoff, due.expires_at - now)
    data: dict[str, Any] = {TROUBLE: answers[0].reason}
    if refused:
        data[REFUSED] = [*due.data.get(REFUSED, []), *refused]
    # The vendor may be down for long: the other way must not wait for its end.
    late = _may_follow(due, now) and now + wait >= due.created_at + FALLBACK_AFTER
    if late:
        data[TEXTED] = True
    async with in_transaction():
        ours = await _write(due, due_at=now + wait, data=data)
        if ours and late:
            await follow_by_text(due.id, now)
        if ours and due.alert_id and due.channel == PUSH and due.urgent and not due.silent:
            unsent = Alert.filter(id=due.alert_id, status=AlertStatus.QUEUED, fallback_due_at__isnull=True)
            await unsent.update(fallback_due_at=now + FALLBACK_AFTER)


async def _end(due: Due, now: datetime, *, sent: bool = False, failure: str | None = None, dead: bool = True) -> None:
    """Nothing more to send: it went out, or why not; `dead` when somebody should look. Its alert follows.

    Where a text says the same, that is where somebody should look, if it fails too.
    """
    alerting = due.alert_id is not None and not due.silent
    followed = alerting and due.channel == PUSH and due.urgent and due.expires_at > now
    said_elsewhere = followed or _may_follow(due, now) or TEXTED in due.data
    async with in_transaction():
        failed_at = now if failure and dead and not said_elsewhere else None
        ours = await _write(due, sent_at=now if sent else None, failure=failure, failed_at=failed_at)
        if not ours:
            return
        if failure and _may_follow(due, now):
            await follow_by_text(due.id, now)
        if failed_at and due.member_id is None:
            await tell_author(due.id, now)
        if not alerting:
            return
        alert = await Alert.get(id=due.alert_id)
        with suppress(InvalidTransition):  # the member was faster than this record: received, opened, declined
            if sent:
                fallback_due_at = now + FALLBACK_AFTER if followed else None
                await move(alert, "send", None, sent_at=now, fallback_due_at=fallback_due_at)
            elif due.channel == PUSH:
                await move(alert, "fail", None, fallback_due_at=now if followed else None)


def _may_follow(due: Due, now: datetime) -> bool:
    """Whether a text message may say it, and none does yet."""
    return due.kind in MUST_ARRIVE and due.channel == PUSH and due.expires_at > now and TEXTED not in due.data


async def _write(
    due: Due,
    *,
    due_at: datetime | None = None,
    sent_at: datetime | None = None,
    failure: str | None = None,
    failed_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> bool:
    """Whether the row was still ours: not withdrawn meanwhile, and not taken over after the lease."""
    values = [due.id, due.lease, due_at, sent_at, failure, failed_at, orjson.dumps(data or {}).decode()]
    changed, _ = await get_connection("default").execute_query(RECORD, values)
    return bool(changed)
