"""answerDrill."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.drills.types import Drill
from kurir_api.schema.errors import IdempotencyKeyReused, NotFound
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.drills.answer_drill import AnswerDrill
from kurir_api.services.drills.answer_drill import answer_drill as use_case
from kurir_api.services.visibility import visible_drills


@strawberry.input(description="A drill that arrived on the caller's phone.")
class AnswerDrillInput:
    """See services.drills.answer_drill."""

    drill_id: strawberry.ID = strawberry.field(description="The `drillId` of the push.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is known now.")
class AnswerDrillSuccess:
    """The drill afterwards."""

    drill: Drill = strawberry.field(description="The drill as it is now.")


AnswerDrillResult = Annotated[
    AnswerDrillSuccess | NotFound | IdempotencyKeyReused,
    strawberry.union(name="AnswerDrillResult", description="The drill, or why nothing happened."),
]


@mutation(
    may_call=EVERY_MEMBER,
    description="Tell that a drill arrived. The app does so by itself; what is known already changes nothing.",
)
async def answer_drill(
    info: Info, input: Annotated[AnswerDrillInput, strawberry.argument(description="Which drill.")]
) -> AnswerDrillResult:
    """Parse, call, return."""
    command = AnswerDrill(drill_id=row_id("Drill", input.drill_id), idempotency_key=input.idempotency_key)
    principal = info.context.principal
    drill_id = await use_case(principal, command)
    return AnswerDrillSuccess(drill=Drill.of(await visible_drills(principal).get(id=drill_id)))
