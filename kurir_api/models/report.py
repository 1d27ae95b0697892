"""Reports: what came in by message, call or visit."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.case import Case
from kurir_api.models.hotline import Hotline
from kurir_api.models.member import Member
from kurir_api.models.region import Region
from kurir_api.vault import Sealed


class Channel(StrEnum):
    """How a report came in."""

    WHATSAPP = "WHATSAPP"
    SMS = "SMS"
    FACEBOOK = "FACEBOOK"
    WALK_IN = "WALK_IN"
    PHONE = "PHONE"
    WEB = "WEB"
    APP = "APP"


class ReportStatus(StrEnum):
    """What became of it."""

    RECEIVED = "RECEIVED"
    CASE_OPENED = "CASE_OPENED"
    LINKED = "LINKED"
    REFERRED = "REFERRED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"
    UNREACHABLE = "UNREACHABLE"


class Report(TenantTable):
    """Its words are sealed, since people write addresses and illnesses in them; so is the reporter's number.

    One that came by message is a thread: its `messages` are the conversation, `text` what came first. `via`: the
    channel as `intake` calls it, `sender`: what that calls the reporter, a number (E.164) or an id; both null for
    what was written down here. `separate`: begun with BARU. `last_inbound_at`: when the reporter last wrote.

    `number` is for people. `desk`: the region whose desk answers for it, `region` or one above. `waiting_since`: the
    first word of the resident, from which the waiting is counted.
    """

    number = fields.IntField(unique=True)
    channel = fields.CharEnumField(Channel, max_length=8)
    status = status_field(ReportStatus, default=ReportStatus.RECEIVED)
    text_sealed = fields.BinaryField()
    text = Sealed()
    reporter_name_sealed = fields.BinaryField(null=True)
    reporter_name = Sealed()
    reporter_phone_sealed = fields.BinaryField(null=True)
    reporter_phone_index = fields.CharField(max_length=64, null=True)
    reporter_phone = Sealed(indexed=True)
    via = fields.CharField(max_length=20, null=True)
    sender_sealed = fields.BinaryField(null=True)
    sender_index = fields.CharField(max_length=64, null=True)
    sender = Sealed(indexed=True)
    hotline: fields.ForeignKeyNullableRelation[Hotline] = fields.ForeignKeyField(
        "models.Hotline", related_name="reports", null=True, on_delete=fields.SET_NULL
    )
    separate = fields.BooleanField(default=False, db_default=False)
    last_inbound_at = fields.DatetimeField(null=True)
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="reports", on_delete=fields.RESTRICT
    )
    desk: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="desk_reports", on_delete=fields.RESTRICT
    )
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="reports", null=True, on_delete=fields.RESTRICT
    )
    duplicate_of: fields.ForeignKeyNullableRelation["Report"] = fields.ForeignKeyField(
        "models.Report", related_name="duplicates", null=True, on_delete=fields.RESTRICT
    )
    taken_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="reports_taken", null=True, on_delete=fields.RESTRICT
    )
    received_at = fields.DatetimeField()
    waiting_since = fields.DatetimeField()

    region_id: str
    desk_id: str
    hotline_id: UUID | None
    case_id: UUID | None
    duplicate_of_id: UUID | None
    taken_by_id: UUID | None

    class Meta:
        table = "report"
