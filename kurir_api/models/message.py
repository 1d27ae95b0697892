"""Messages: the conversation of a report, in both directions."""

from typing import Any
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.report import Report
from kurir_api.vault import Sealed


class Message(TenantTable):
    """`incoming`: from the reporter; else to them, from `author`, or from Kurir itself where that is null.

    `sent_at`: by the provider's clock, or ours when it goes out; the conversation's order. `media`: references to
    what was sent along, each {"kind": "image", "id": the provider's, "type": MIME}, never the thing itself.
    """

    report: fields.ForeignKeyRelation[Report] = fields.ForeignKeyField(
        "models.Report", related_name="messages", on_delete=fields.CASCADE
    )
    incoming = fields.BooleanField()
    text_sealed = fields.BinaryField()
    text = Sealed()
    media: "fields.Field[list[dict[str, Any]]]" = fields.JSONField(default=list)
    author: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="messages_written", null=True, on_delete=fields.RESTRICT
    )
    sent_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()

    report_id: UUID
    author_id: UUID | None

    class Meta:
        table = "message"
