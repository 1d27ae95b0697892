"""reviewContribution."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.models import LineDecision
from kurir_api.schema.context import Info
from kurir_api.schema.contributions.lines import ContributionLine, ledger_and_id, lines_of
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import REVIEWERS, mutation
from kurir_api.services.contributions.review_contribution import ReviewContribution
from kurir_api.services.contributions.review_contribution import review_contribution as use_case


@strawberry.input(description="What a partner says of lines of its statement.")
class ReviewContributionInput:
    """See services.contributions.review_contribution."""

    line_ids: list[strawberry.ID] = strawberry.field(description="1 to 100 lines, none about oneself.")
    decision: LineDecision = strawberry.field(description="Whether they are right.")
    note: str | None = strawberry.field(
        default=None, description="Why; at most 2,000 characters, needed to dispute. Name no patient."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> ReviewContribution:
        """The use case's input. Raises NotFound for what is no line's id."""
        ids: dict[str, list[UUID]] = {"WorkEntry": [], "LedgerEntry": []}
        for line_id in self.line_ids:
            ledger, entry_id = ledger_and_id(line_id)
            ids[ledger].append(entry_id)
        return ReviewContribution(
            work_entry_ids=tuple(ids["WorkEntry"]),
            ledger_entry_ids=tuple(ids["LedgerEntry"]),
            decision=self.decision,
            note=self.note,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="It is said.")
class ReviewContributionSuccess:
    """The lines afterwards."""

    lines: list[ContributionLine] = strawberry.field(description="The lines as they are now, the last day first.")


ReviewContributionResult = Annotated[
    ReviewContributionSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="ReviewContributionResult", description="The lines, or why nothing happened."),
]


@mutation(
    may_call=REVIEWERS,
    description="Confirm or dispute lines of the caller's partner's statement; the last word holds. The regency's "
    "coordinators are told of a dispute.",
)
async def review_contribution(
    info: Info, input: Annotated[ReviewContributionInput, strawberry.argument(description="Which lines, and what.")]
) -> ReviewContributionResult:
    """Parse, call, return."""
    command = input.command()
    await use_case(info.context.principal, command)
    return ReviewContributionSuccess(lines=await lines_of([*command.work_entry_ids, *command.ledger_entry_ids]))
