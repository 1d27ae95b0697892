"""Sessions: one phone's or browser's sign-in with Kurir's own tokens."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.vault import Sealed


class SessionEnd(StrEnum):
    """Why a session is over. REUSED: a refresh token that was spent came again, so somebody else has it too."""

    SIGNED_OUT = "SIGNED_OUT"
    BY_OFFICE = "BY_OFFICE"
    REUSED = "REUSED"


class Session(TenantTable):
    """Good until `ended_at`, or until it wasn't used for 90 days. `family_index`: a keyed digest of what all its
    refresh tokens share; only that of `generation` is good. `device`: what the client calls itself. `ended_by`: the
    member who ended it, with `end_note` where that was not its own; null: the operator, or Kurir itself.
    """

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="sessions", on_delete=fields.CASCADE
    )
    family_index = fields.CharField(max_length=64)
    generation = fields.IntField(default=0)
    device = fields.CharField(max_length=80, null=True)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharEnumField(SessionEnd, max_length=10, null=True)
    ended_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="sessions_ended", null=True, on_delete=fields.SET_NULL
    )
    end_note_sealed = fields.BinaryField(null=True)
    end_note = Sealed()

    member_id: UUID
    ended_by_id: UUID | None

    class Meta:
        table = "session"
