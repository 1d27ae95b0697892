"""setInsuranceRule."""

from typing import Annotated

import strawberry

from kurir_api.models import InsuranceRule
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, NotAllowed, NotFound
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import MANAGERS, mutation
from kurir_api.schema.places.types import Facility
from kurir_api.services.places.set_insurance_rule import SetInsuranceRule
from kurir_api.services.places.set_insurance_rule import set_insurance_rule as use_case


@strawberry.input(description="A hospital, and which hours it counts.")
class SetInsuranceRuleInput:
    """See services.places.set_insurance_rule."""

    facility_id: strawberry.ID = strawberry.field(description="The hospital.")
    rule: InsuranceRule = strawberry.field(description="Which hours it counts.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is done.")
class FacilitySuccess:
    """The facility afterwards."""

    facility: Facility = strawberry.field(description="The facility as it is now.")


FacilityResult = Annotated[
    FacilitySuccess | NotFound | NotAllowed | IdempotencyKeyReused,
    strawberry.union(name="FacilityResult", description="The facility, or why nothing happened."),
]


@mutation(
    may_call=MANAGERS,
    description="Say which hours a hospital counts until a stay must be insured; the deadlines of who lies there now "
    "are reckoned anew.",
)
async def set_insurance_rule(
    info: Info, input: Annotated[SetInsuranceRuleInput, strawberry.argument(description="The rule.")]
) -> FacilityResult:
    """Parse, call, return."""
    facility_id = row_id("Facility", input.facility_id)
    command = SetInsuranceRule(facility_id=facility_id, rule=input.rule, idempotency_key=input.idempotency_key)
    await use_case(info.context.principal, command)
    info.context.renew()
    return FacilitySuccess(facility=Facility.of(await info.context.loaders.facility.load(facility_id)))
