"""acknowledgeAlarm."""

from typing import Annotated

import strawberry

from kurir_api.schema.alarms.types import Alarm
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, NotAllowed, NotFound
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import COORDINATORS, mutation
from kurir_api.services.alarms.acknowledge_alarm import AcknowledgeAlarm
from kurir_api.services.alarms.acknowledge_alarm import acknowledge_alarm as use_case
from kurir_api.services.visibility import visible_alarms


@strawberry.input(description="Which alarm the caller looks after.")
class AcknowledgeAlarmInput:
    """See services.alarms.acknowledge_alarm."""

    alarm_id: strawberry.ID = strawberry.field(description="The alarm.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="Nobody is told of it again.")
class AlarmSuccess:
    """The alarm afterwards."""

    alarm: Alarm = strawberry.field(description="The alarm as it is now.")


AlarmResult = Annotated[
    AlarmSuccess | NotFound | NotAllowed | IdempotencyKeyReused,
    strawberry.union(name="AlarmResult", description="The alarm, or why nothing happened."),
]


@mutation(
    may_call=COORDINATORS,
    description="Take an alarm on: the coordinators aren't told of it again. One that is over stays as it was.",
)
async def acknowledge_alarm(
    info: Info, input: Annotated[AcknowledgeAlarmInput, strawberry.argument(description="Which alarm.")]
) -> AlarmResult:
    """Parse, call, return."""
    command = AcknowledgeAlarm(alarm_id=row_id("Alarm", input.alarm_id), idempotency_key=input.idempotency_key)
    principal = info.context.principal
    alarm_id = await use_case(principal, command)
    return AlarmSuccess(alarm=Alarm.of(await visible_alarms(principal).get(id=alarm_id)))
