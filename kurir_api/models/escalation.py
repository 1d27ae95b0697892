"""Escalations: a report, case or referral that somebody has to look at by a time, or the desk above must."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.case import Case
from kurir_api.models.referral import Referral
from kurir_api.models.report import Report


class EscalationKind(StrEnum):
    """What must not be forgotten."""

    REPORT_WAITING = "REPORT_WAITING"
    REFERRAL_LATE = "REFERRAL_LATE"
    INSURANCE_DUE = "INSURANCE_DUE"


class Escalation(TenantTable):
    """One open row per kind and subject: the report, referral or case. It is armed ahead: `due_at` says when people
    are told next, `times_told` how often they were, and so how far up the tree of desks; null once it is over, then
    `ended_at` says since when. While a worker tells of it, `due_at` is the end of its lease.
    """

    kind = fields.CharEnumField(EscalationKind, max_length=14)
    report: fields.ForeignKeyNullableRelation[Report] = fields.ForeignKeyField(
        "models.Report", related_name="escalations", null=True, on_delete=fields.CASCADE
    )
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="escalations", null=True, on_delete=fields.CASCADE
    )
    referral: fields.ForeignKeyNullableRelation[Referral] = fields.ForeignKeyField(
        "models.Referral", related_name="escalations", null=True, on_delete=fields.CASCADE
    )
    due_at = fields.DatetimeField(null=True)
    times_told = fields.SmallIntField(default=0)
    ended_at = fields.DatetimeField(null=True)

    report_id: UUID | None
    case_id: UUID | None
    referral_id: UUID | None

    class Meta:
        table = "escalation"
