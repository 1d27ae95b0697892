"""Cases: the accompaniment of one patient from first report to outcome."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.facility import Facility
from kurir_api.models.member import Member
from kurir_api.models.patient import Patient
from kurir_api.models.region import Region


class CaseStatus(StrEnum):
    """Whether the case is worked on."""

    OPEN = "OPEN"
    ON_HOLD = "ON_HOLD"
    CLOSED = "CLOSED"


class CarePhase(StrEnum):
    """Where the patient stands, in order."""

    BEFORE_HOSPITAL = "BEFORE_HOSPITAL"
    IN_HOSPITAL = "IN_HOSPITAL"
    AFTER_HOSPITAL = "AFTER_HOSPITAL"


class Outcome(StrEnum):
    """How a case ended."""

    RECOVERED = "RECOVERED"
    ONGOING_CARE_HANDED_OVER = "ONGOING_CARE_HANDED_OVER"
    DIED = "DIED"
    MOVED = "MOVED"
    WITHDRAWN = "WITHDRAWN"
    OTHER = "OTHER"


class Case(TenantTable):
    """At most one open case per patient. `region` is the patient's, kept for scoping. `number` is for people.

    `care_class`: of the hospital bed, 1 to 3; a rate may hold for one class only. `desk`: the region whose desk
    answers for it, `region` or one above. `waiting_since`: the resident's first word, since which they wait.

    `insurance_due_at`: until when after `admitted_at` the insurance must be active, or the stay is not covered;
    `insured_at`: since when it is.
    """

    number = fields.CharField(max_length=20, unique=True)
    status = status_field(CaseStatus, default=CaseStatus.OPEN)
    phase = fields.CharEnumField(CarePhase, max_length=15)
    outcome = fields.CharEnumField(Outcome, max_length=24, null=True)
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "models.Patient", related_name="cases", on_delete=fields.RESTRICT
    )
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="cases", on_delete=fields.RESTRICT
    )
    desk: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="desk_cases", on_delete=fields.RESTRICT
    )
    facility: fields.ForeignKeyNullableRelation[Facility] = fields.ForeignKeyField(
        "models.Facility", related_name="cases", null=True, on_delete=fields.RESTRICT
    )
    coordinator: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="coordinated_cases", null=True, on_delete=fields.RESTRICT
    )
    care_class = fields.SmallIntField(null=True)
    admitted_at = fields.DatetimeField(null=True)
    discharged_at = fields.DatetimeField(null=True)
    insurance_due_at = fields.DatetimeField(null=True)
    insured_at = fields.DatetimeField(null=True)
    waiting_since = fields.DatetimeField()
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    patient_id: UUID
    region_id: str
    desk_id: str
    facility_id: UUID | None
    coordinator_id: UUID | None

    class Meta:
        table = "case_file"
