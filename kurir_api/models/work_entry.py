"""The ledger of work: every task done, with its hours and metres."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.claim import Claim
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization
from kurir_api.models.patient import Patient
from kurir_api.models.task import Task
from kurir_api.vault import Sealed


class WorkEntry(TenantTable):
    """Append-only: what one completed claim counts. `tasks` is 1, or -1 where `reverses` takes an entry back; then
    `minutes` and `distance_m` are negative, too. `booked_on` as in LedgerEntry. `reason`: why it was corrected;
    it alone is emptied when the patient is erased.
    """

    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField(
        "models.Claim", related_name="work_entries", on_delete=fields.RESTRICT
    )
    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="work_entries", on_delete=fields.RESTRICT
    )
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "models.Patient", related_name="work_entries", on_delete=fields.RESTRICT
    )
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="work_entries", on_delete=fields.RESTRICT
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="work_entries", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=40)
    region_id = fields.CharField(max_length=13)
    tasks = fields.SmallIntField(default=1)
    minutes = fields.IntField()
    distance_m = fields.IntField()
    booked_on = fields.DateField()
    recorded_at = fields.DatetimeField()
    reason_sealed = fields.BinaryField(null=True)
    reason = Sealed()
    reverses: fields.ForeignKeyNullableRelation["WorkEntry"] = fields.ForeignKeyField(
        "models.WorkEntry", related_name="reversals", null=True, on_delete=fields.RESTRICT
    )

    claim_id: UUID
    task_id: UUID
    patient_id: UUID
    member_id: UUID
    organization_id: UUID
    reverses_id: UUID | None

    class Meta:
        table = "work_entry"
