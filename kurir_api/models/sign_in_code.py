"""Sign-in codes: eight digits that go by text to a member's phone."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import Table
from kurir_api.models.member import Member
from kurir_api.vault import Sealed


class SignInCode(Table):
    """Somebody asked for a code; whether the number is a member's is looked into by a worker, from `due_at` on.
    `phone` (E.164) is kept until then. `code_index`: a keyed digest of the code and this row; null where nobody has
    the number.
    """

    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64)
    phone = Sealed(indexed=True)
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="sign_in_codes", null=True, on_delete=fields.CASCADE
    )
    code_index = fields.CharField(max_length=64, null=True)
    tries = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)

    member_id: UUID | None

    class Meta:
        table = "sign_in_code"
