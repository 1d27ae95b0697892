"""A member's phone got an alert, showed it, or its owner said no."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotFound
from kurir_api.models import LIVE, Alert, AlertStatus, Claim, ClaimStatus
from kurir_api.services.use_case import Command, use_case
from kurir_api.transitions import move

ACTIONS = {AlertStatus.RECEIVED: "receive", AlertStatus.OPENED: "open", AlertStatus.DECLINED: "decline"}

SAID_BY = {
    AlertStatus.RECEIVED: (AlertStatus.RECEIVED, AlertStatus.OPENED, AlertStatus.ACCEPTED),
    AlertStatus.OPENED: (AlertStatus.OPENED, AlertStatus.ACCEPTED),
    AlertStatus.DECLINED: (AlertStatus.DECLINED,),
}
"""The states that say an answer already: what arrives late, or twice, tells nothing new."""


@dataclass(frozen=True, kw_only=True)
class AnswerAlert(Command):
    """`status` RECEIVED: on the phone; OPENED: seen; DECLINED: no."""

    alert_id: UUID
    status: AlertStatus


@use_case
async def answer_alert(principal: Principal, command: AnswerAlert) -> UUID:
    """The id of the alert, which needs no fallback any more. Raises InvalidInput (no such answer, or not of who has
    the task), NotFound, InvalidTransition.
    """
    if command.status not in ACTIONS:
        raise InvalidInput.of(
            "status",
            id="Jawab RECEIVED, OPENED atau DECLINED; untuk menerima, ambil tugasnya.",
            en="Answer RECEIVED, OPENED or DECLINED; to accept, claim the task.",
        )
    own = Alert.filter(id=command.alert_id, member_id=principal.member_id)
    alert = await own.select_for_update().get_or_none()
    if alert is None:
        raise NotFound
    if command.status is AlertStatus.DECLINED:
        await _refuse_holder(alert)
    if alert.status not in SAID_BY[command.status]:
        times = _times(alert, command.status, datetime.now(UTC))
        await move(alert, ACTIONS[command.status], principal, fallback_due_at=None, **times)
    return alert.id


async def _refuse_holder(alert: Alert) -> None:
    """Who said no would count on being rid of it, and everybody else on their coming."""
    claim = await Claim.filter(task_id=alert.task_id, member_id=alert.member_id, status__in=LIVE).first()
    if claim is not None and claim.status == ClaimStatus.OFFERED:
        raise InvalidInput.of(
            "status",
            id="Tugas ini ditawarkan kepada Anda; tolak tawarannya.",
            en="This task is offered to you; decline the offer.",
        )
    if claim is not None:
        raise InvalidInput.of(
            "status",
            id="Tugas ini milik Anda; lepas tugasnya bila tidak bisa.",
            en="You hold this task; give it back if you can't do it.",
        )


def _times(alert: Alert, said: AlertStatus, now: datetime) -> dict[str, Any]:
    """What was seen had arrived, even if the phone never said so."""
    match said:
        case AlertStatus.RECEIVED:
            return {"received_at": now}
        case AlertStatus.OPENED:
            return {"received_at": alert.received_at or now, "opened_at": now}
        case _:
            return {"answered_at": now}
