"""What a partner's reviewer says of a line of its statement."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.ledger_entry import LedgerEntry
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization
from kurir_api.models.work_entry import WorkEntry
from kurir_api.vault import Sealed


class LineDecision(StrEnum):
    """Whether the partner agrees."""

    CONFIRMED = "CONFIRMED"
    DISPUTED = "DISPUTED"


class LineReview(TenantTable):
    """The last word about one line, which is an entry of either ledger."""

    ledger_entry: fields.ForeignKeyNullableRelation[LedgerEntry] = fields.ForeignKeyField(
        "models.LedgerEntry", related_name="reviews", null=True, on_delete=fields.RESTRICT
    )
    work_entry: fields.ForeignKeyNullableRelation[WorkEntry] = fields.ForeignKeyField(
        "models.WorkEntry", related_name="reviews", null=True, on_delete=fields.RESTRICT
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="line_reviews", on_delete=fields.RESTRICT
    )
    decision = fields.CharEnumField(LineDecision, max_length=9)
    note_sealed = fields.BinaryField(null=True)
    note = Sealed()
    reviewed_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="lines_reviewed", on_delete=fields.RESTRICT
    )
    reviewed_at = fields.DatetimeField()

    ledger_entry_id: UUID | None
    work_entry_id: UUID | None
    organization_id: UUID
    reviewed_by_id: UUID

    class Meta:
        table = "line_review"
