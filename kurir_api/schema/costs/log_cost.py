"""logCost."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.models import CostCategory
from kurir_api.schema.context import Info
from kurir_api.schema.costs.results import CostResult, CostSuccess
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.costs.log_cost import LogCost
from kurir_api.services.costs.log_cost import log_cost as use_case


@strawberry.input(description="Something spent or given on a task.")
class LogCostInput:
    """See services.costs.log_cost."""

    task_id: strawberry.ID = strawberry.field(description="A task the caller holds or has done, or had started.")
    category: CostCategory = strawberry.field(description="What the money went to.")
    amount: Rupiah = strawberry.field(description="1 to 1,000,000,000.")
    quantity: int | None = strawberry.field(
        default=None, description="How many of the rate's units, such as days: 1 to 10,000; null counts as one."
    )
    in_kind: bool | None = strawberry.field(
        default=None, description="Given in goods or for free, valued at `amount`; default not."
    )
    spent_on: date = strawberry.field(
        description="The day, in the regency's zone; not in the future, at most 366 days back, and not before the "
        "caller took the task."
    )
    note: str | None = strawberry.field(default=None, description="At most 2,000 characters.")
    receipt_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Receipts the caller sent to POST /receipts, of no other cost; at most 10."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> LogCost:
        """The use case's input."""
        return LogCost(
            task_id=row_id("Task", self.task_id),
            category=self.category,
            amount=self.amount,
            quantity=self.quantity,
            in_kind=bool(self.in_kind),
            spent_on=self.spent_on,
            note=self.note,
            receipt_ids=receipt_rows(self.receipt_ids or []),
            idempotency_key=self.idempotency_key,
        )


def receipt_rows(ids: Sequence[strawberry.ID]) -> tuple[UUID, ...]:
    """The rows of receipts. Raises InvalidInput for what is no receipt's id."""
    rows = [optional_row_id("Receipt", one, "receiptIds") for one in ids]
    return tuple(row for row in rows if row)


@mutation(may_call=EVERY_MEMBER, description="Write down what a task of the caller's cost.")
async def log_cost(
    info: Info, input: Annotated[LogCostInput, strawberry.argument(description="What was spent.")]
) -> CostResult:
    """Parse, call, return."""
    return await CostSuccess.of(info, await use_case(info.context.principal, input.command()))
