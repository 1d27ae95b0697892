"""openCase."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.models import CarePhase
from kurir_api.schema.cases.results import CaseResult, CaseSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.services.cases.open_case import OpenCase
from kurir_api.services.cases.open_case import open_case as use_case
from kurir_api.services.cases.patients import PatientDetails


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
    birth_date: date | None = strawberry.field(default=None, description="Within the last 130 years.")
    address: str | None = strawberry.field(default=None, description="With RT, RW and landmark. At most 500.")
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
            birth_date=self.birth_date,
            address=self.address,
            location=point_of(self.location, "patient.location"),
            phone=self.phone,
            diagnosis=self.diagnosis,
        )


@strawberry.input(description="A patient, given by `patientId` or by `patient`, and what they need.")
class OpenCaseInput:
    """See services.cases.open_case."""

    phase: CarePhase = strawberry.field(description="Where the patient stands.")
    report_id: strawberry.ID | None = strawberry.field(default=None, description="The report it comes from.")
    patient_id: strawberry.ID | None = strawberry.field(default=None, description="A patient who is registered.")
    patient: PatientInput | None = strawberry.field(default=None, description="A patient to register.")
    facility_id: strawberry.ID | None = strawberry.field(default=None, description="The hospital or health centre.")
    care_class: int | None = strawberry.field(
        default=None, description="Of the hospital bed, 1 to 3: rates may depend on it."
    )
    needs: list[str] | None = strawberry.field(
        default=None, description="Codes of `taskKinds`; each becomes a draft task."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> OpenCase:
        """The use case's input."""
        return OpenCase(
            phase=self.phase,
            report_id=optional_row_id("Report", self.report_id, "reportId"),
            patient_id=optional_row_id("Patient", self.patient_id, "patientId"),
            patient=self.patient.details() if self.patient else None,
            facility_id=optional_row_id("Facility", self.facility_id, "facilityId"),
            care_class=self.care_class,
            needs=tuple(self.needs or ()),
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=DESK, description="Take up the care of a patient; one case is open per patient at most.")
async def open_case(
    info: Info, input: Annotated[OpenCaseInput, strawberry.argument(description="The patient and the needs.")]
) -> CaseResult:
    """Parse, call, return."""
    opened = await use_case(info.context.principal, input.command())
    return await CaseSuccess.of(info, opened.case_id, opened.warnings)
