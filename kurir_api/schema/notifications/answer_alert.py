"""answerAlert."""

from typing import Annotated

import strawberry

from kurir_api.models import AlertStatus
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotFound
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.schema.tasks.dispatch_types import Alert
from kurir_api.services.notifications.answer_alert import AnswerAlert
from kurir_api.services.notifications.answer_alert import answer_alert as use_case
from kurir_api.services.visibility import visible_alerts


@strawberry.input(description="What became of an alert on the caller's phone.")
class AnswerAlertInput:
    """See services.notifications.answer_alert."""

    alert_id: strawberry.ID = strawberry.field(description="One of the caller's own alerts.")
    status: AlertStatus = strawberry.field(
        description="RECEIVED: it is on the phone. OPENED: the member saw it. DECLINED: the member said no."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is known now.")
class AnswerAlertSuccess:
    """The alert afterwards."""

    alert: Alert = strawberry.field(description="The alert as it is now.")


AnswerAlertResult = Annotated[
    AnswerAlertSuccess | NotFound | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="AnswerAlertResult", description="The alert, or why nothing happened."),
]


@mutation(
    may_call=EVERY_MEMBER,
    description="Tell that an alert arrived, was seen, or declined. What is known already changes nothing. "
    "To accept, claim the task.",
)
async def answer_alert(
    info: Info, input: Annotated[AnswerAlertInput, strawberry.argument(description="Which alert, and the answer.")]
) -> AnswerAlertResult:
    """Parse, call, return."""
    command = AnswerAlert(
        alert_id=row_id("Alert", input.alert_id), status=input.status, idempotency_key=input.idempotency_key
    )
    principal = info.context.principal
    alert_id = await use_case(principal, command)
    return AnswerAlertSuccess(alert=Alert.of(await visible_alerts(principal).get(id=alert_id)))
