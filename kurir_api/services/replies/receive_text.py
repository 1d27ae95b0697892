"""Somebody sent a text message: what a member asks for is done as the app would, and answered by another text."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.dispatch.notifications import TEXT, notify, text_stranger
from kurir_api.dispatch.text_outbox import ANSWERS
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput, NotFound, Refusal, UnknownMember
from kurir_api.models import Alert, AlertStatus, Claim, ClaimStatus, Notification, Task, new_id
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.drills.answer_drill import confirm_drill
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from kurir_api.services.phones import e164, is_mobile_at_home
from kurir_api.services.replies.reading import Reply, Verb, read_reply, says_ok
from kurir_api.services.replies.refusing import NO_SUCH_TASK, TOO_LATE, Said, instead, said, said_by
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.visibility import visible_tasks
from kurir_api.vault import vault

HELP_AGAIN_AFTER = timedelta(days=1)
"""How often a number is told what can be read here; more would talk to machines, for money."""

STRANGERS_AN_HOUR = 30
"""How many who are no members are answered, in all: whoever makes up numbers must not spend the office's money."""

TOO_OLD = timedelta(minutes=30)
"""By its own time: what a message asked for so long ago may no longer be meant. A gateway's clock may be off by some
minutes; a message from the future counts as new.
"""

STORE = """
INSERT INTO inbound_message (id, channel, provider_id, received_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (channel, provider_id) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A message as a provider delivered it. `provider_id` is the same when it is delivered again; `phone` as the
    provider writes it, and `sent_at` (UTC) when it was sent, None when it doesn't say.
    """

    channel: str
    provider_id: str
    phone: str | None
    text: str
    sent_at: datetime | None = None


async def receive_text(message: InboundText, now: datetime) -> None:
    """Do what the message says, once, however often it is delivered.

    One transaction: when it commits, all of it happened; until then the provider will deliver again. Of the message
    nothing is kept but a blind index of its id. What is no command, and who is no member, is left to people: they get
    one text a day that says so.
    """
    async with in_transaction():
        phone = _number(message.phone)
        if not await _is_new(message, now) or phone is None:
            return
        # One after another for each number: a second message may depend on what the first did.
        lock = vault().index("inbound_message.phone", phone)
        await get_connection("default").execute_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock])
        try:
            principal = await principal_of_phone(phone)
        except UnknownMember:
            await _tell_stranger(phone, message, now)
            return
        await _act(principal, message, now)


async def _is_new(message: InboundText, now: datetime) -> bool:
    # Providers' ids may hold the number or a digest of the words.
    index = vault().index("inbound_message.provider_id", message.provider_id)
    stored = await get_connection("default").execute_query_dict(STORE, [new_id(), message.channel, index, now])
    return bool(stored)


def _number(phone: str | None) -> str | None:
    """E.164; None for what can't be answered, such as an operator's name in place of a number."""
    try:
        return e164(phone, "phone") if phone else None
    except InvalidInput:
        return None


async def _act(principal: Principal, message: InboundText, now: datetime) -> None:
    reply = read_reply(message.text)
    if reply is None:
        if not (says_ok(message.text) and await confirm_drill(principal.member_id, now)):
            await _help(principal, message, now)
        return
    try:
        await _obey(principal, message, reply, now)
    except Refusal as refusal:
        await _refuse(principal, message, reply, said_by(refusal, reply.verb, reply.number), now)


async def _obey(principal: Principal, message: InboundText, reply: Reply, now: datetime) -> None:
    """Do it and say so, or say what to send instead. Raises the app's refusals."""
    if message.sent_at is not None and now - message.sent_at > TOO_OLD:
        await _refuse(principal, message, reply, said(TOO_LATE, reply.number), now)
        return
    task = await visible_tasks(principal).get_or_none(number=reply.number)
    if task is None:
        await _refuse(principal, message, reply, said(NO_SUCH_TASK, reply.number), now)
        return
    claim = await Claim.filter(task_id=task.id, member_id=principal.member_id).order_by("-id").first()
    advice = instead(reply.verb, ClaimStatus(claim.status) if claim else None)
    if advice:
        await _refuse(principal, message, reply, said(advice, reply.number), now)
        return
    if reply.verb is Verb.COMPLETE and now < task.starts_at:
        # Mistyped or forged, it would end the task, and nobody would come.
        await _answer(principal, message, NotificationKind.REPLY_EARLY, task, now)
        return
    async with in_transaction():
        done = await ACTIONS[reply.verb](principal, task, claim)
    await _answer(principal, message, done, task, now)


async def _take(principal: Principal, task: Task, claim: Claim | None) -> NotificationKind:
    if claim and claim.status == ClaimStatus.OFFERED:
        await accept_offer(principal, ClaimAction(claim_id=claim.id))
    else:
        await claim_task(principal, ClaimTask(task_id=task.id))
    return NotificationKind.REPLY_TAKEN


async def _decline(principal: Principal, task: Task, claim: Claim | None) -> NotificationKind:
    if claim and claim.status == ClaimStatus.OFFERED:
        await decline_offer(principal, ClaimAction(claim_id=claim.id))
        return NotificationKind.REPLY_DECLINED
    alert = await Alert.filter(task_id=task.id, member_id=principal.member_id).order_by("-id").first()
    if alert is None:
        raise NotFound
    await answer_alert(principal, AnswerAlert(alert_id=alert.id, status=AlertStatus.DECLINED))
    return NotificationKind.REPLY_DECLINED


async def _start(principal: Principal, _task: Task, claim: Claim | None) -> NotificationKind:
    await start_claim(principal, ClaimAction(claim_id=_held(claim).id))
    return NotificationKind.REPLY_STARTED


async def _release(principal: Principal, task: Task, claim: Claim | None) -> NotificationKind:
    claim = _held(claim)
    if claim.status == ClaimStatus.OFFERED:
        return await _decline(principal, task, claim)
    await release_claim(principal, ClaimAction(claim_id=claim.id))
    return NotificationKind.REPLY_RELEASED


async def _complete(principal: Principal, _task: Task, claim: Claim | None) -> NotificationKind:
    claim = _held(claim)
    if claim.status == ClaimStatus.HELD:
        await start_claim(principal, ClaimAction(claim_id=claim.id))
    await complete_claim(principal, ClaimAction(claim_id=claim.id))
    return NotificationKind.REPLY_COMPLETED


def _held(claim: Claim | None) -> Claim:
    if claim is None:
        raise NotFound
    return claim


ACTIONS: Mapping[Verb, Callable[[Principal, Task, Claim | None], Awaitable[NotificationKind]]] = {
    Verb.TAKE: _take,
    Verb.DECLINE: _decline,
    Verb.START: _start,
    Verb.RELEASE: _release,
    Verb.COMPLETE: _complete,
}
"""What each verb does with a task and the member's last claim of it, by the app's own use cases; the answer to it.
They raise the app's refusals.
"""


async def _answer(
    principal: Principal,
    message: InboundText,
    kind: NotificationKind,
    task: Task | None,
    now: datetime,
    **data: Any,
) -> None:
    await notify(
        kind,
        [principal.member_id],
        task,
        regency_code=principal.regency_code,
        now=now,
        channel=TEXT,
        urgent=kind is not NotificationKind.REPLY_HELP,
        **data | {ANSWERS: message.channel},
    )


async def _refuse(principal: Principal, message: InboundText, reply: Reply, words: Said, now: datetime) -> None:
    await _answer(principal, message, NotificationKind.REPLY_REFUSED, None, now, number=reply.number, said=words)


async def _help(principal: Principal, message: InboundText, now: datetime) -> None:
    if not await help_given(principal.member_id, now).exists():
        await _answer(principal, message, NotificationKind.REPLY_HELP, None, now)


def help_given(member_id: UUID, now: datetime) -> QuerySet[Notification]:
    """The texts of the last day that told a member what can be read. By `silent` the members' index is found."""
    return Notification.filter(
        member_id=member_id, kind=NotificationKind.REPLY_HELP, silent=False, created_at__gt=now - HELP_AGAIN_AFTER
    )


async def _tell_stranger(phone: str, message: InboundText, now: datetime) -> None:
    """Once a day, so many an hour, and nobody whose number may cost more than a text within the country."""
    if not is_mobile_at_home(phone):
        return
    # One stranger after another, else two at once would both be the last of the hour.
    await get_connection("default").execute_query("SELECT pg_advisory_xact_lock(hashtextextended('strangers', 0))")
    told = Notification.filter(phone_index=Notification.phone.index(phone), created_at__gt=now - HELP_AGAIN_AFTER)
    lately = Notification.filter(member_id__isnull=True, created_at__gt=now - timedelta(hours=1))
    if not await told.exists() and await lately.count() < STRANGERS_AN_HOUR:
        await text_stranger(NotificationKind.REPLY_UNKNOWN, phone, now, **{ANSWERS: message.channel})
