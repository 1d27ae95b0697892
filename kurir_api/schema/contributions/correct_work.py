"""correctWork."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.contributions.lines import ContributionLine, ledger_and_id, lines_of
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import COORDINATORS, mutation
from kurir_api.services.contributions.correct_work import CorrectWork
from kurir_api.services.contributions.correct_work import correct_work as use_case


@strawberry.input(description="How a line of work should have been.")
class CorrectWorkInput:
    """See services.contributions.correct_work."""

    line_id: strawberry.ID = strawberry.field(description="A line of work that stands, of another member.")
    minutes: int | None = strawberry.field(default=None, description="0 to 44,640; null: as it is.")
    distance_m: int | None = strawberry.field(default=None, description="Metres, 0 to 1,000,000; null: as it is.")
    never_done: bool | None = strawberry.field(
        default=None, description="There was no such work: the line is taken back, and nothing replaces it."
    )
    reason: str = strawberry.field(description="Why; at most 2,000 characters.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is corrected.")
class CorrectWorkSuccess:
    """The line afterwards."""

    line: ContributionLine = strawberry.field(
        description="The line that holds now, or what takes back work that was never done."
    )


CorrectWorkResult = Annotated[
    CorrectWorkSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="CorrectWorkResult", description="The line that holds now, or why nothing happened."),
]


@mutation(
    may_call=COORDINATORS,
    description="Put a line of work right: it is taken back and booked anew, in the first open month if its own is "
    "closed.",
)
async def correct_work(
    info: Info, input: Annotated[CorrectWorkInput, strawberry.argument(description="Which line, and how it was.")]
) -> CorrectWorkResult:
    """Parse, call, return."""
    command = CorrectWork(
        work_entry_id=ledger_and_id(input.line_id)[1],
        minutes=input.minutes,
        distance_m=input.distance_m,
        never_done=bool(input.never_done),
        reason=input.reason,
        idempotency_key=input.idempotency_key,
    )
    (line,) = await lines_of([await use_case(info.context.principal, command)])
    return CorrectWorkSuccess(line=line)
