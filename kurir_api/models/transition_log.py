"""The transition log: every move of state, in order; the case's timeline and the feed of live events."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.vault import Sealed


class TransitionLog(TenantTable):
    """Append-only. `at` is when it happened, `recorded_at` when we learnt of it (offline actions differ).

    `actor` null: the system itself. A trigger tells listeners of each row through NOTIFY.
    """

    machine = fields.CharField(max_length=12)
    subject_id = fields.UUIDField()
    case_id = fields.UUIDField(null=True)
    task_id = fields.UUIDField(null=True)
    action = fields.CharField(max_length=20)
    source = fields.CharField(max_length=14, null=True)
    target = fields.CharField(max_length=14)
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="transitions", null=True, on_delete=fields.RESTRICT
    )
    reason_sealed = fields.BinaryField(null=True)
    reason = Sealed()
    at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()

    actor_id: UUID | None

    class Meta:
        table = "transition_log"
