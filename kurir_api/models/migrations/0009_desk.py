"""What desks work with: threads, programmes and referrals, rules that repeat, links for families."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, together
from kurir_api.models.alarm import AlarmReason
from kurir_api.models.base import new_id
from kurir_api.models.escalation import EscalationKind
from kurir_api.models.facility import InsuranceRule
from kurir_api.models.holiday import HolidayKind
from kurir_api.models.patient import Sex
from kurir_api.models.referral import Follows, ReferralStatus
from kurir_api.models.task import FamilyWord, Urgency


class Migration(migrations.Migration):
    dependencies = [("models", "0008_money_rules")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="Assessment",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "task",
                        fields.ForeignKeyField(
                            "models.Task",
                            source_field="task_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="assessments",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "case",
                        fields.ForeignKeyField(
                            "models.Case",
                            source_field="case_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="assessments",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "patient",
                        fields.ForeignKeyField(
                            "models.Patient",
                            source_field="patient_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="assessments",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "region",
                        fields.ForeignKeyField(
                            "models.Region",
                            source_field="region_id",
                            db_constraint=True,
                            to_field="code",
                            related_name="assessments",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharField(max_length=40)),
                    ("version", fields.SmallIntField()),
                    ("answers_sealed", fields.BinaryField()),
                    (
                        "filled_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="filled_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="assessments_filled",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("filled_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("referred_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "assessment",
                    "app": "models",
                    "unique_together": (("task",),),
                    "pk_attr": "id",
                    "table_description": "The answers to version `version` of the form of the task's kind, as sealed JSON. `region` is the patient's,",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="FamilyLink",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "case",
                        fields.ForeignKeyField(
                            "models.Case",
                            source_field="case_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="family_links",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("token_index", fields.CharField(unique=True, max_length=64)),
                    (
                        "created_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="created_by_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="family_links_made",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("last_opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "family_link",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Of the token only `token_index`, a blind index, is kept. Valid until `expires_at` unless `revoked_at`.",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Holiday",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("day", fields.DateField()),
                    ("regency_code", fields.CharField(default="", max_length=5)),
                    (
                        "kind",
                        fields.CharEnumField(
                            description="NATIONAL: NATIONAL\nCOLLECTIVE_LEAVE: COLLECTIVE_LEAVE\nLOCAL: LOCAL",
                            enum_type=HolidayKind,
                            max_length=16,
                        ),
                    ),
                    ("name_id", fields.CharField(max_length=120)),
                    ("name_en", fields.CharField(max_length=120)),
                ],
                options={
                    "table": "holiday",
                    "app": "models",
                    "unique_together": (("day", "regency_code"),),
                    "pk_attr": "id",
                    "table_description": "One row a day, for the nation where `regency_code` is empty, or for one regency.",
                },
                bases=["Table"],
            ),
            ops.CreateModel(
                name="Hotline",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("channel", fields.CharField(max_length=20)),
                    ("address", fields.CharField(max_length=100)),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ],
                options={
                    "table": "hotline",
                    "app": "models",
                    "unique_together": (("channel", "address"),),
                    "pk_attr": "id",
                    "table_description": '`channel`: as `intake` calls it, such as "whatsapp". `address`: what the provider calls the receiver, such as a',
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Message",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "report",
                        fields.ForeignKeyField(
                            "models.Report",
                            source_field="report_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="messages",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("incoming", fields.BooleanField()),
                    ("text_sealed", fields.BinaryField()),
                    ("media", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                    (
                        "author",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="author_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="messages_written",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "message",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`incoming`: from the reporter; else to them, from `author`, or from Kurir itself where that is null.",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Programme",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("code", fields.CharField(max_length=40)),
                    ("name_id", fields.CharField(max_length=200)),
                    ("name_en", fields.CharField(max_length=200)),
                    ("sector", fields.CharField(max_length=40)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "models.Organization",
                            source_field="organization_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="programmes",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("response_days", fields.SmallIntField()),
                    ("documents", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                    ("active", fields.BooleanField(default=True)),
                ],
                options={
                    "table": "programme",
                    "app": "models",
                    "unique_together": (("regency_code", "code"),),
                    "pk_attr": "id",
                    "table_description": "`code` is unique within the regency. `organization` decides on its referrals, within `response_days` working",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Recurrence",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "case",
                        fields.ForeignKeyField(
                            "models.Case",
                            source_field="case_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="recurrences",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharField(max_length=40)),
                    ("rule", fields.CharField(max_length=200)),
                    ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("minutes", fields.IntField()),
                    (
                        "urgency",
                        fields.CharEnumField(
                            description="EMERGENCY: EMERGENCY\nURGENT: URGENT\nNORMAL: NORMAL",
                            enum_type=Urgency,
                            max_length=9,
                        ),
                    ),
                    ("slots", fields.SmallIntField(default=1)),
                    ("title_sealed", fields.BinaryField(null=True)),
                    ("instructions_sealed", fields.BinaryField(null=True)),
                    (
                        "destination",
                        fields.ForeignKeyField(
                            "models.Facility",
                            source_field="destination_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="recurrences",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "created_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="created_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="recurrences_created",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("made_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "recurrence",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`rule`: an RRULE of RFC 5545, reckoned from `starts_at` by the regency's clock. Each occurrence is a task of",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Referral",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("number", fields.CharField(unique=True, max_length=20)),
                    ("status", fields.CharField(default=ReferralStatus.SENT, max_length=14)),
                    (
                        "programme",
                        fields.ForeignKeyField(
                            "models.Programme",
                            source_field="programme_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="referrals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "patient",
                        fields.ForeignKeyField(
                            "models.Patient",
                            source_field="patient_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="referrals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "case",
                        fields.ForeignKeyField(
                            "models.Case",
                            source_field="case_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="referrals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "report",
                        fields.ForeignKeyField(
                            "models.Report",
                            source_field="report_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="referrals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "region",
                        fields.ForeignKeyField(
                            "models.Region",
                            source_field="region_id",
                            db_constraint=True,
                            to_field="code",
                            related_name="referrals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "desk",
                        fields.ForeignKeyField(
                            "models.Region",
                            source_field="desk_id",
                            db_constraint=True,
                            to_field="code",
                            related_name="desk_referrals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "previous",
                        fields.ForeignKeyField(
                            "models.Referral",
                            source_field="previous_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="following",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "follows",
                        fields.CharEnumField(
                            null=True,
                            description="REOPENING: REOPENING\nAPPEAL: APPEAL",
                            enum_type=Follows,
                            max_length=9,
                        ),
                    ),
                    ("note_sealed", fields.BinaryField(null=True)),
                    ("consent", fields.BooleanField()),
                    ("consent_note_sealed", fields.BinaryField(null=True)),
                    (
                        "sent_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="sent_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="referrals_sent",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("asked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("decision_note_sealed", fields.BinaryField(null=True)),
                    ("waiting_since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "referral",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`region` is the patient's, kept for scoping; `desk` the region whose desk answers for it. `consent`, or",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Escalation",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "kind",
                        fields.CharEnumField(
                            description="REPORT_WAITING: REPORT_WAITING\nREFERRAL_LATE: REFERRAL_LATE\nINSURANCE_DUE: INSURANCE_DUE",
                            enum_type=EscalationKind,
                            max_length=14,
                        ),
                    ),
                    (
                        "report",
                        fields.ForeignKeyField(
                            "models.Report",
                            source_field="report_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="escalations",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    (
                        "case",
                        fields.ForeignKeyField(
                            "models.Case",
                            source_field="case_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="escalations",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    (
                        "referral",
                        fields.ForeignKeyField(
                            "models.Referral",
                            source_field="referral_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="escalations",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("times_told", fields.SmallIntField(default=0)),
                    ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "escalation",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "One open row per kind and subject: the report, referral or case. It is armed ahead: `due_at` says when people",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Letter",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("number", fields.CharField(unique=True, max_length=60)),
                    ("code", fields.CharField(unique=True, max_length=26)),
                    (
                        "referral",
                        fields.ForeignKeyField(
                            "models.Referral",
                            source_field="referral_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="letters",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "issued_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="issued_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="letters_issued",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "letter",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "A letter of recommendation that was issued for a referral. `number` is for people; `code` is printed on it, not",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="ReferralDocument",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    (
                        "referral",
                        fields.ForeignKeyField(
                            "models.Referral",
                            source_field="referral_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="papers",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("code", fields.CharField(max_length=40)),
                    (
                        "seen_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="seen_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="papers_seen",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "referral_document",
                    "app": "models",
                    "unique_together": (("referral", "code"),),
                    "pk_attr": "id",
                    "table_description": "That a document of the programme's list is there: who saw it, when. Without a row it is still missing.",
                },
                bases=["Table"],
            ),
            ops.AlterField(
                model_name="Alarm",
                name="reason",
                field=fields.CharEnumField(
                    description="NOBODY_LEFT: NOBODY_LEFT\nUNCLAIMED: UNCLAIMED\nWINDOW_PASSED: WINDOW_PASSED\nNOT_STARTED: NOT_STARTED\nNOT_VERIFIED: NOT_VERIFIED\nDID_NOT_COME: DID_NOT_COME",
                    enum_type=AlarmReason,
                    max_length=13,
                ),
            ),
            ops.AddField(
                model_name="Case",
                name="admitted_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Case",
                name="desk",
                field=fields.ForeignKeyField(
                    "models.Region",
                    null=True,
                    source_field="desk_id",
                    db_constraint=True,
                    to_field="code",
                    related_name="desk_cases",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
            ops.AddField(
                model_name="Case",
                name="discharged_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Case",
                name="insurance_due_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Case",
                name="insured_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Case",
                name="waiting_since",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Facility",
                name="insurance_rule",
                field=fields.CharEnumField(
                    default=InsuranceRule.CALENDAR_DAYS,
                    description="CALENDAR_DAYS: CALENDAR_DAYS\nWORKING_DAYS: WORKING_DAYS",
                    db_default="CALENDAR_DAYS",
                    enum_type=InsuranceRule,
                    max_length=13,
                ),
            ),
            ops.AlterModelOptions(
                name="InboundMessage",
                options={
                    "table": "inbound_message",
                    "app": "models",
                    "unique_together": (("channel", "provider_id"),),
                    "pk_attr": "id",
                    "table_description": "Unique on (channel, provider's message id). `content`: the message as sealed JSON, forgotten once it is dealt",
                },
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="attempts",
                field=fields.SmallIntField(default=0, db_default=0),
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="content_sealed",
                field=fields.BinaryField(null=True),
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="due_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="failed_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="failure",
                field=fields.CharField(null=True, max_length=200),
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="leased_until",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="InboundMessage",
                name="sender_index",
                field=fields.CharField(null=True, max_length=64),
            ),
            ops.AddField(
                model_name="Notification",
                name="message",
                field=fields.ForeignKeyField(
                    "models.Message",
                    source_field="message_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="notifications",
                    on_delete=OnDelete.CASCADE,
                ),
            ),
            ops.AddField(
                model_name="Patient",
                name="consent_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Patient",
                name="consent_by",
                field=fields.ForeignKeyField(
                    "models.Member",
                    source_field="consent_by_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="consents_recorded",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
            ops.AddField(
                model_name="Patient",
                name="family_card_index",
                field=fields.CharField(null=True, max_length=64),
            ),
            ops.AddField(
                model_name="Patient",
                name="family_card_sealed",
                field=fields.BinaryField(null=True),
            ),
            ops.AddField(
                model_name="Patient",
                name="landmark_sealed",
                field=fields.BinaryField(null=True),
            ),
            ops.AddField(
                model_name="Patient",
                name="name_tokens",
                field=ArrayField(null=True, default=list, element_type="TEXT"),
            ),
            ops.AddField(
                model_name="Patient",
                name="sex",
                field=fields.CharEnumField(
                    null=True, description="FEMALE: FEMALE\nMALE: MALE", enum_type=Sex, max_length=6
                ),
            ),
            ops.AddField(
                model_name="Report",
                name="desk",
                field=fields.ForeignKeyField(
                    "models.Region",
                    null=True,
                    source_field="desk_id",
                    db_constraint=True,
                    to_field="code",
                    related_name="desk_reports",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
            ops.AddField(
                model_name="Report",
                name="hotline",
                field=fields.ForeignKeyField(
                    "models.Hotline",
                    source_field="hotline_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="reports",
                    on_delete=OnDelete.SET_NULL,
                ),
            ),
            ops.AddField(
                model_name="Report",
                name="last_inbound_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Report",
                name="number",
                field=fields.IntField(null=True),
            ),
            ops.AddField(
                model_name="Report",
                name="sender_index",
                field=fields.CharField(null=True, max_length=64),
            ),
            ops.AddField(
                model_name="Report",
                name="sender_sealed",
                field=fields.BinaryField(null=True),
            ),
            ops.AddField(
                model_name="Report",
                name="separate",
                field=fields.BooleanField(default=False, db_default=False),
            ),
            ops.AddField(
                model_name="Report",
                name="via",
                field=fields.CharField(null=True, max_length=20),
            ),
            ops.AddField(
                model_name="Report",
                name="waiting_since",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Task",
                name="family_said_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Task",
                name="family_word",
                field=fields.CharEnumField(
                    null=True,
                    description="CAME: CAME\nDID_NOT_COME: DID_NOT_COME",
                    enum_type=FamilyWord,
                    max_length=12,
                ),
            ),
            ops.AddField(
                model_name="Task",
                name="recurrence",
                field=fields.ForeignKeyField(
                    "models.Recurrence",
                    source_field="recurrence_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="tasks",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
            ops.AddField(
                model_name="Task",
                name="waiting_since",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AlterField(
                model_name="TransitionLog",
                name="source",
                field=fields.CharField(null=True, max_length=14),
            ),
            ops.AlterField(
                model_name="TransitionLog",
                name="target",
                field=fields.CharField(max_length=14),
            ),
        ),
        together(
            ops.RunSQL("UPDATE case_file SET desk_id = region_id", reverse_sql="SELECT 1"),
            ops.RunSQL(
                "UPDATE case_file SET waiting_since = least(opened_at, (SELECT min(received_at) FROM report WHERE report.case_id = case_file.id))",
                reverse_sql="SELECT 1",
            ),
            ops.RunSQL("UPDATE patient SET name_tokens = '{}'", reverse_sql="SELECT 1"),
            ops.RunSQL("UPDATE report SET desk_id = region_id", reverse_sql="SELECT 1"),
            ops.RunSQL(
                "UPDATE report SET number = numbered.n FROM (SELECT id, row_number() OVER (ORDER BY received_at, id) AS n FROM report) numbered WHERE numbered.id = report.id",
                reverse_sql="SELECT 1",
            ),
            ops.RunSQL("UPDATE report SET waiting_since = received_at", reverse_sql="SELECT 1"),
            ops.RunSQL(
                "UPDATE task SET waiting_since = CASE WHEN task.created_at = c.opened_at THEN c.waiting_since"
                " ELSE task.created_at END FROM case_file c WHERE c.id = task.case_id",
                reverse_sql="SELECT 1",
            ),
        ),
        AsOne(
            ops.AlterField(
                model_name="Case",
                name="desk",
                field=fields.ForeignKeyField(
                    "models.Region",
                    source_field="desk_id",
                    db_constraint=True,
                    to_field="code",
                    related_name="desk_cases",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
            ops.AlterField(
                model_name="Case",
                name="waiting_since",
                field=fields.DatetimeField(auto_now=False, auto_now_add=False),
            ),
            ops.AlterField(
                model_name="Patient",
                name="name_tokens",
                field=ArrayField(default=list, element_type="TEXT"),
            ),
            ops.AlterField(
                model_name="Report",
                name="desk",
                field=fields.ForeignKeyField(
                    "models.Region",
                    source_field="desk_id",
                    db_constraint=True,
                    to_field="code",
                    related_name="desk_reports",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
            ops.AlterField(
                model_name="Report",
                name="number",
                field=fields.IntField(unique=True),
            ),
            ops.AlterField(
                model_name="Report",
                name="waiting_since",
                field=fields.DatetimeField(auto_now=False, auto_now_add=False),
            ),
            ops.AlterField(
                model_name="Task",
                name="waiting_since",
                field=fields.DatetimeField(auto_now=False, auto_now_add=False),
            ),
        ),
    ]
