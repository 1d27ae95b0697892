"""setConsent."""

from typing import Annotated

import strawberry
import structlog

from kurir_api.schema.cases.types import Patient
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.ids import known, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.services.consent.set_consent import SetConsent
from kurir_api.services.consent.set_consent import set_consent as use_case

log = structlog.get_logger("kurir.consent")


@strawberry.input(description="Whether patient or family agree to what is kept of the patient.")
class SetConsentInput:
    """See services.consent.set_consent."""

    patient_id: strawberry.ID = strawberry.field(description="Whose consent it is.")
    consent: bool = strawberry.field(description="False: it is withdrawn.")
    note: str | None = strawberry.field(default=None, description="Who said so, and how. At most 2,000 characters.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> SetConsent:
        """The use case's input."""
        return SetConsent(
            patient_id=row_id("Patient", self.patient_id),
            consent=self.consent,
            note=self.note,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="It is written down.")
class SetConsentSuccess:
    """The patient afterwards."""

    patient: Patient = strawberry.field(description="The patient as it is now.")


SetConsentResult = Annotated[
    SetConsentSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="SetConsentResult", description="The patient, or why nothing happened."),
]


@mutation(
    may_call=DESK,
    description="Write down that a patient agrees to what is kept, or withdraws that. Withdrawn, nobody reads the "
    "patient's number, card, diagnosis, phone, address, place, what visits found out, or what the office wrote about "
    "the patient, and nothing more is recorded, until consent is given again; open tasks are the desk's to cancel.",
)
async def set_consent(
    info: Info, input: Annotated[SetConsentInput, strawberry.argument(description="Whose, and what.")]
) -> SetConsentResult:
    """Parse, call, return."""
    patient_id = await use_case(info.context.principal, input.command())
    # Outside of the database: a restored backup doesn't know what was withdrawn since.
    log.info("consent_set", patient=str(patient_id), consent=input.consent)
    info.context.renew()
    return SetConsentSuccess(patient=Patient.of(known(await info.context.loaders.patient.load(patient_id))))
