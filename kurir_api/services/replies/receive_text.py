"""A member sent a text message: what it asks for is done as the app would, and answered by another text."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.dispatch.notifications import TEXT, notify
from kurir_api.dispatch.text_outbox import ANSWERS
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import NotFound, Refusal, UnknownMember
from kurir_api.models import Alert, AlertStatus, Claim, ClaimStatus, Notification, Task
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.drills.answer_drill import confirm_drill
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from kurir_api.services.replies.reading import Reply, Verb, is_mistyped, read_reply, says_ok
from kurir_api.services.replies.refusing import NO_SUCH_TASK, TOO_LATE, Said, instead, said, said_by
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.threads.receiving import Inbound
from kurir_api.services.visibility import visible_tasks

HELP_AGAIN_AFTER = timedelta(days=1)
"""How often a number is told what can be read here; more would talk to machines, for money."""

TOO_OLD = timedelta(minutes=30)
"""By its own time: what a message asked for so long ago may no longer be meant."""


async def member_of(message: Inbound) -> Principal | None:
    """The member whose number it came from."""
    try:
        return await principal_of_phone(message.number) if message.number else None
    except UnknownMember:
        return None


async def receive_text(principal: Principal, message: Inbound, received_at: datetime, now: datetime) -> bool:
    """Do what the member's message says, or answer why not; False when it is no command."""
    reply = read_reply(message.text)
    if reply is None:
        return says_ok(message.text) and await confirm_drill(principal.member_id, now)
    try:
        await _obey(principal, message, reply, message.sent_at or received_at, now)
    except Refusal as refusal:
        await _refuse(principal, message, reply, said_by(refusal, reply.verb, reply.number), now)
    return True


async def answer_mistyped(principal: Principal, message: Inbound, now: datetime) -> bool:
    """Tell the member what can be read here, if the message was probably meant to be; whether so. Once a day: whoever
    was told and writes such a thing again means something else.
    """
    if message.media or message.location or not is_mistyped(message.text):
        return False
    if await help_given(principal.member_id, now).exists():
        return False
    await _answer(principal, message, NotificationKind.REPLY_HELP, None, now)
    return True


async def _obey(principal: Principal, message: Inbound, reply: Reply, sent_at: datetime, now: datetime) -> None:
    """Do it and say so, or say what to send instead. Raises the app's refusals."""
    if now - sent_at > TOO_OLD:
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
    message: Inbound,
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
        **data | {ANSWERS: message.via},
    )


async def _refuse(principal: Principal, message: Inbound, reply: Reply, words: Said, now: datetime) -> None:
    await _answer(principal, message, NotificationKind.REPLY_REFUSED, None, now, number=reply.number, said=words)


def help_given(member_id: UUID, now: datetime) -> QuerySet[Notification]:
    """The texts of the last day that told a member what can be read. By `silent` the members' index is found."""
    return Notification.filter(
        member_id=member_id, kind=NotificationKind.REPLY_HELP, silent=False, created_at__gt=now - HELP_AGAIN_AFTER
    )
