"""registerPatient."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.models import Sex
from kurir_api.schema.cases.types import Patient
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed
from kurir_api.schema.ids import known
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.services.cases.patients import PatientDetails
from kurir_api.services.cases.register_patient import RegisterPatient
from kurir_api.services.cases.register_patient import register_patient as use_case


@strawberry.input(description="Who the patient is. One known by national id is used, and takes over what is given.")
class PatientInput:
    """See services.cases.patients."""

    name: str = strawberry.field(description="At most 120 characters.")
    region: str = strawberry.field(description="The code of the village or sub-district of residence.")
    consent: bool = strawberry.field(description="Whether patient or family agree to the data being kept.")
    consent_note: str | None = strawberry.field(
        default=None, description="Without consent: why the data is recorded all the same."
    )
    national_id: str | None = strawberry.field(
        default=None, description="The 16 digits of the NIK, with spaces or dots as one likes."
    )
    family_card: str | None = strawberry.field(
        default=None, description="The 16 digits of the family card (KK), with spaces or dots as one likes."
    )
    birth_date: date | None = strawberry.field(default=None, description="Within the last 130 years.")
    sex: Sex | None = strawberry.field(default=None, description="As on the id card.")
    address: str | None = strawberry.field(default=None, description="With RT and RW. At most 500.")
    landmark: str | None = strawberry.field(
        default=None, description="By what one finds the house, such as a mosque. At most 500."
    )
    location: GeoPointInput | None = strawberry.field(default=None, description="Where the patient lives.")
    phone: str | None = strawberry.field(default=None, description="As people write it, such as 0812-3456-7890.")
    diagnosis: str | None = strawberry.field(default=None, description="At most 2,000 characters.")

    def details(self) -> PatientDetails:
        """The use case's input."""
        return PatientDetails(
            name=self.name,
            region=self.region,
            consent=self.consent,
            consent_note=self.consent_note,
            national_id=self.national_id,
            family_card=self.family_card,
            birth_date=self.birth_date,
            sex=self.sex,
            address=self.address,
            landmark=self.landmark,
            location=point_of(self.location, "patient.location"),
            phone=self.phone,
            diagnosis=self.diagnosis,
        )


@strawberry.input(description="A patient to be registered without a case.")
class RegisterPatientInput:
    """See services.cases.register_patient."""

    patient: PatientInput = strawberry.field(description="Who it is.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is done.")
class PatientSuccess:
    """The patient afterwards."""

    patient: Patient = strawberry.field(description="The patient as registered now.")
    warnings: list[str] = strawberry.field(
        description="What to look into, in the caller's language; nothing was refused."
    )


PatientResult = Annotated[
    PatientSuccess | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="PatientResult", description="The patient, or why nothing happened."),
]


@mutation(may_call=DESK, description="Register a patient without opening a case, such as somebody to be referred.")
async def register_patient(
    info: Info, input: Annotated[RegisterPatientInput, strawberry.argument(description="The patient.")]
) -> PatientResult:
    """Parse, call, return."""
    command = RegisterPatient(patient=input.patient.details(), idempotency_key=input.idempotency_key)
    registered = await use_case(info.context.principal, command)
    info.context.renew()
    row = known(await info.context.loaders.patient.load(registered.patient_id))
    said = [warning.say(info.context.locale) for warning in registered.warnings]
    return PatientSuccess(patient=Patient.of(row), warnings=said)
