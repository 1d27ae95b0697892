"""A coordinator takes an alarm on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import Alarm, Role
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_alarms


@dataclass(frozen=True, kw_only=True)
class AcknowledgeAlarm(Command):
    """The caller looks after `alarm_id`."""

    alarm_id: UUID


@use_case
async def acknowledge_alarm(principal: Principal, command: AcknowledgeAlarm) -> UUID:
    """The id of the alarm; nobody is told of it again. One that is over stays as it was.

    Raises NotFound, NotAllowed.
    """
    alarm = await visible_alarms(principal).select_related("task").get_or_none(id=command.alarm_id)
    if alarm is None:
        raise NotFound
    if not principal.reaches(alarm.task.region_id, Role.COORDINATOR):
        raise NotAllowed
    await Alarm.filter(id=alarm.id, ended_at__isnull=True).update(
        ended_at=datetime.now(UTC), due_at=None, ended_by_id=principal.member_id
    )
    return alarm.id
