"""openCase."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.models import CarePhase
from kurir_api.schema.cases.register_patient import PatientInput
from kurir_api.schema.cases.results import CaseResult, CaseSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.services.cases.open_case import OpenCase
from kurir_api.services.cases.open_case import open_case as use_case


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
    admitted_at: datetime | None = strawberry.field(
        default=None, description="In hospital since when, not in the future; default now. Only with IN_HOSPITAL."
    )
    insured_at: datetime | None = strawberry.field(
        default=None, description="Since when the health insurance is active, where it is; not in the future."
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
            admitted_at=self.admitted_at,
            insured_at=self.insured_at,
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
