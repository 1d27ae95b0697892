"""Referrals: a patient's need handed to the programme that owns it, until it is handled."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import Table, TenantTable, status_field
from kurir_api.models.case import Case
from kurir_api.models.member import Member
from kurir_api.models.patient import Patient
from kurir_api.models.programme import Programme
from kurir_api.models.region import Region
from kurir_api.models.report import Report
from kurir_api.vault import Sealed


class ReferralStatus(StrEnum):
    """How far it has come."""

    SENT = "SENT"
    INFO_REQUESTED = "INFO_REQUESTED"
    ACCEPTED = "ACCEPTED"
    IN_PROCESS = "IN_PROCESS"
    DECLINED = "DECLINED"
    GRANTED = "GRANTED"
    PARTLY_GRANTED = "PARTLY_GRANTED"
    REFUSED = "REFUSED"
    CONFIRMED = "CONFIRMED"
    REVOKED = "REVOKED"


UNANSWERED = (ReferralStatus.SENT, ReferralStatus.ACCEPTED, ReferralStatus.IN_PROCESS)
"""The programme's turn: its time runs."""

LIVE_REFERRAL = (*UNANSWERED, ReferralStatus.INFO_REQUESTED)
"""Not decided yet."""

RECOMMENDED = (*LIVE_REFERRAL, ReferralStatus.GRANTED, ReferralStatus.PARTLY_GRANTED)
"""The letter of recommendation is of use."""


class Follows(StrEnum):
    """Why there is another referral after one that ended."""

    REOPENING = "REOPENING"
    APPEAL = "APPEAL"


class Referral(TenantTable):
    """`region` is the patient's, kept for scoping; `desk` the region whose desk answers for it. `consent`, or
    `consent_note`, which says why it is sent without. `previous`: the one this `follows`.

    `due_at`: when the programme should have decided, the end of a working day; while information is asked for, since
    `asked_at`, its time stands still. `waiting_since`: the resident's first word. `note` is the desk's,
    `decision_note` the officer's last.
    """

    number = fields.CharField(max_length=20, unique=True)
    status = status_field(ReferralStatus, default=ReferralStatus.SENT)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "models.Programme", related_name="referrals", on_delete=fields.RESTRICT
    )
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "models.Patient", related_name="referrals", on_delete=fields.RESTRICT
    )
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="referrals", null=True, on_delete=fields.RESTRICT
    )
    report: fields.ForeignKeyNullableRelation[Report] = fields.ForeignKeyField(
        "models.Report", related_name="referrals", null=True, on_delete=fields.RESTRICT
    )
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="referrals", on_delete=fields.RESTRICT
    )
    desk: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="desk_referrals", on_delete=fields.RESTRICT
    )
    previous: fields.ForeignKeyNullableRelation["Referral"] = fields.ForeignKeyField(
        "models.Referral", related_name="following", null=True, on_delete=fields.RESTRICT
    )
    follows = fields.CharEnumField(Follows, max_length=9, null=True)
    note_sealed = fields.BinaryField(null=True)
    note = Sealed()
    consent = fields.BooleanField()
    consent_note_sealed = fields.BinaryField(null=True)
    consent_note = Sealed()
    sent_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="referrals_sent", on_delete=fields.RESTRICT
    )
    sent_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    asked_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decision_note_sealed = fields.BinaryField(null=True)
    decision_note = Sealed()
    waiting_since = fields.DatetimeField()

    programme_id: UUID
    patient_id: UUID
    case_id: UUID | None
    report_id: UUID | None
    region_id: str
    desk_id: str
    previous_id: UUID | None
    sent_by_id: UUID

    class Meta:
        table = "referral"


class ReferralDocument(Table):
    """That a document of the programme's list is there: who saw it, when. Without a row it is still missing."""

    referral: fields.ForeignKeyRelation[Referral] = fields.ForeignKeyField(
        "models.Referral", related_name="papers", on_delete=fields.CASCADE
    )
    code = fields.CharField(max_length=40)
    seen_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="papers_seen", on_delete=fields.RESTRICT
    )
    seen_at = fields.DatetimeField()

    referral_id: UUID
    seen_by_id: UUID

    class Meta:
        table = "referral_document"
        unique_together = (("referral", "code"),)


class Letter(TenantTable):
    """A letter of recommendation that was issued for a referral. `number` is for people; `code` is printed on it, not
    to be guessed, and lets anybody who is shown it check it.
    """

    number = fields.CharField(max_length=60, unique=True)
    code = fields.CharField(max_length=26, unique=True)
    referral: fields.ForeignKeyRelation[Referral] = fields.ForeignKeyField(
        "models.Referral", related_name="letters", on_delete=fields.RESTRICT
    )
    issued_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="letters_issued", on_delete=fields.RESTRICT
    )
    issued_at = fields.DatetimeField()

    referral_id: UUID
    issued_by_id: UUID

    class Meta:
        table = "letter"
