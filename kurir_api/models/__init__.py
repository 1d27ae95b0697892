"""The tables, one file each. Use cases live elsewhere."""

from tortoise.models import Model

from kurir_api.models.access_log import AccessAction, AccessBy, AccessEntry, AccessHead
from kurir_api.models.aid_lookup import AidLookup, LookupKey, LookupOutcome
from kurir_api.models.alarm import Alarm, AlarmReason
from kurir_api.models.alert import Alert, AlertStatus
from kurir_api.models.assessment import Assessment
from kurir_api.models.base import global_id, id_named, insert_parts, leave_lengths_to_postgresql, new_id
from kurir_api.models.capability import Capability
from kurir_api.models.case import CarePhase, Case, CaseStatus, Outcome
from kurir_api.models.claim import FALLEN_AWAY, HOLDING, LIVE, TAKING, Claim, ClaimStatus
from kurir_api.models.closed_month import ClosedMonth
from kurir_api.models.cost import UNDECIDED, Cost, CostCategory, CostFlag, CostStatus
from kurir_api.models.device import Device
from kurir_api.models.dispatch_setting import DispatchSetting
from kurir_api.models.drill import Drill
from kurir_api.models.duty_shift import DutyShift, Weekday
from kurir_api.models.escalation import Escalation, EscalationKind
from kurir_api.models.facility import Facility, InsuranceRule
from kurir_api.models.family_link import FamilyLink
from kurir_api.models.holiday import Holiday, HolidayKind
from kurir_api.models.hotline import Hotline
from kurir_api.models.idempotency_key import IdempotencyKey
from kurir_api.models.inbound_message import InboundMessage
from kurir_api.models.ledger_entry import Account, LedgerEntry
from kurir_api.models.line_review import LineDecision, LineReview
from kurir_api.models.member import Member
from kurir_api.models.membership import Membership, Role
from kurir_api.models.message import Message
from kurir_api.models.need import Need
from kurir_api.models.notification import Notification
from kurir_api.models.organization import Organization, OrganizationKind
from kurir_api.models.patient import Patient, Sex
from kurir_api.models.pledge import Pledge
from kurir_api.models.programme import Programme
from kurir_api.models.rate import Rate, RateUnit
from kurir_api.models.receipt import Receipt
from kurir_api.models.recurrence import Recurrence
from kurir_api.models.referral import (
    LIVE_REFERRAL,
    RECOMMENDED,
    UNANSWERED,
    Follows,
    Letter,
    Referral,
    ReferralDocument,
    ReferralStatus,
)
from kurir_api.models.region import Region, RegionLevel, lies_within, regency_of, region_and_above, subdistrict_of
from kurir_api.models.registry import RegistryPerson
from kurir_api.models.registry_key import RegistryKey
from kurir_api.models.report import Channel, Report, ReportStatus
from kurir_api.models.session import Session, SessionEnd
from kurir_api.models.sign_in_code import SignInCode
from kurir_api.models.statement import Statement
from kurir_api.models.sync import Sync
from kurir_api.models.synced import Synced
from kurir_api.models.task import FamilyWord, Task, TaskStatus, Urgency
from kurir_api.models.transition_log import TransitionLog
from kurir_api.models.trusted_document import TrustedDocument
from kurir_api.models.wave import Wave, WaveStatus
from kurir_api.models.work_entry import WorkEntry

__all__ = [
    "FALLEN_AWAY",
    "HOLDING",
    "LIVE",
    "LIVE_REFERRAL",
    "RECOMMENDED",
    "TAKING",
    "UNANSWERED",
    "UNDECIDED",
    "AccessAction",
    "AccessBy",
    "AccessEntry",
    "AccessHead",
    "Account",
    "AidLookup",
    "Alarm",
    "AlarmReason",
    "Alert",
    "AlertStatus",
    "Assessment",
    "Capability",
    "CarePhase",
    "Case",
    "CaseStatus",
    "Channel",
    "Claim",
    "ClaimStatus",
    "ClosedMonth",
    "Cost",
    "CostCategory",
    "CostFlag",
    "CostStatus",
    "Device",
    "DispatchSetting",
    "Drill",
    "DutyShift",
    "Escalation",
    "EscalationKind",
    "Facility",
    "FamilyLink",
    "FamilyWord",
    "Follows",
    "Holiday",
    "HolidayKind",
    "Hotline",
    "IdempotencyKey",
    "InboundMessage",
    "InsuranceRule",
    "LedgerEntry",
    "Letter",
    "LineDecision",
    "LineReview",
    "LookupKey",
    "LookupOutcome",
    "Member",
    "Membership",
    "Message",
    "Need",
    "Notification",
    "Organization",
    "OrganizationKind",
    "Outcome",
    "Patient",
    "Pledge",
    "Programme",
    "Rate",
    "RateUnit",
    "Receipt",
    "Recurrence",
    "Referral",
    "ReferralDocument",
    "ReferralStatus",
    "Region",
    "RegionLevel",
    "RegistryKey",
    "RegistryPerson",
    "Report",
    "ReportStatus",
    "Role",
    "Session",
    "SessionEnd",
    "Sex",
    "SignInCode",
    "Statement",
    "Sync",
    "Synced",
    "Task",
    "TaskStatus",
    "TransitionLog",
    "TrustedDocument",
    "Urgency",
    "Wave",
    "WaveStatus",
    "Weekday",
    "WorkEntry",
    "global_id",
    "id_named",
    "insert_parts",
    "lies_within",
    "new_id",
    "regency_of",
    "region_and_above",
    "subdistrict_of",
]

leave_lengths_to_postgresql(
    table for table in list(vars().values()) if isinstance(table, type) and issubclass(table, Model)
)
