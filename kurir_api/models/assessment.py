"""Assessments: what an outreach visit found out about a household."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.case import Case
from kurir_api.models.member import Member
from kurir_api.models.patient import Patient
from kurir_api.models.region import Region
from kurir_api.models.task import Task
from kurir_api.vault import Sealed


class Assessment(TenantTable):
    """The answers to version `version` of the form of the task's kind, as sealed JSON. `region` is the patient's,
    kept for scoping. One per task: another visit is another task. `referred_at`: when the desk made referrals of it.
    """

    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="assessments", on_delete=fields.RESTRICT
    )
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="assessments", on_delete=fields.RESTRICT
    )
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "models.Patient", related_name="assessments", on_delete=fields.RESTRICT
    )
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="assessments", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=40)
    version = fields.SmallIntField()
    answers_sealed = fields.BinaryField()
    answers = Sealed()
    filled_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="assessments_filled", on_delete=fields.RESTRICT
    )
    filled_at = fields.DatetimeField()
    referred_at = fields.DatetimeField(null=True)

    task_id: UUID
    case_id: UUID
    patient_id: UUID
    region_id: str
    filled_by_id: UUID

    class Meta:
        table = "assessment"
        unique_together = (("task",),)
