"""What the mutations on cases share."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.errors import Words
from kurir_api.schema.cases.types import Case
from kurir_api.schema.context import Info
from kurir_api.schema.errors import (
    CaseAlreadyOpen,
    IdempotencyKeyReused,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotFound,
)
from kurir_api.schema.ids import known


@strawberry.type(description="It is done.")
class CaseSuccess:
    """The case afterwards."""

    case: Case = strawberry.field(description="The case as it is now.")
    warnings: list[str] = strawberry.field(
        description="What to look into, in the caller's language; nothing was refused."
    )

    @classmethod
    async def of(cls, info: Info, case_id: UUID, warnings: Iterable[Words] = ()) -> "CaseSuccess":
        """The success for a case the caller has just changed."""
        info.context.renew()
        case = known(await info.context.loaders.case.load(case_id))
        return cls(case=case, warnings=[warning.say(info.context.locale) for warning in warnings])


CaseResult = Annotated[
    CaseSuccess | CaseAlreadyOpen | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="CaseResult", description="The case, or why nothing happened."),
]
