"""cases."""

from datetime import datetime
from typing import Annotated

import strawberry
from tortoise.expressions import Q

from kurir_api.models import CarePhase, CaseStatus
from kurir_api.schema.cases.types import Case
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.cases.insurance import uninsured_before
from kurir_api.services.texts import cleaned
from kurir_api.services.visibility import visible_cases, within


@query(may_call=EVERY_MEMBER, description="The cases the caller may know of, newest first.")
async def cases(  # noqa: PLR0917 - the contract's arguments
    info: Info,
    status: Annotated[list[CaseStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    phase: Annotated[CarePhase | None, strawberry.argument(description="Only in this phase.")] = None,
    region: Annotated[str | None, strawberry.argument(description="Only in this region, by code, and below.")] = None,
    desk: Annotated[
        str | None, strawberry.argument(description="Only those that the desk of this region answers for, by code.")
    ] = None,
    insurance_due_before: Annotated[
        datetime | None,
        strawberry.argument(description="Only in hospital and not known to be insured, with a deadline before this."),
    ] = None,
    search: Annotated[
        str | None, strawberry.argument(description="Part of the patient's name or of the case's number.")
    ] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Case]:
    """A page of the visible cases."""
    rows = visible_cases(info.context.principal)
    if status is not None:
        rows = rows.filter(status__in=status)
    if phase is not None:
        rows = rows.filter(phase=phase)
    if region is not None:
        rows = rows.filter(within("region_id", frozenset({region})))
    if desk is not None:
        rows = rows.filter(desk_id=desk)
    if insurance_due_before is not None:
        rows = rows.filter(uninsured_before(insurance_due_before))
    if wanted := cleaned(search):
        rows = rows.filter(Q(patient__name__icontains=wanted) | Q(number__icontains=wanted))
    return await newest_first(rows, Case.of, first, after)
