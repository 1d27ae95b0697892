from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne
from kurir_api.models.alarm import AlarmReason
from kurir_api.models.base import new_id


class Migration(migrations.Migration):
    dependencies = [("models", "0002_constraints")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="Alarm",
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
                            related_name="alarms",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    (
                        "reason",
                        fields.CharEnumField(
                            description="NOBODY_LEFT: NOBODY_LEFT\nUNCLAIMED: UNCLAIMED\nWINDOW_PASSED: WINDOW_PASSED\nNOT_STARTED: NOT_STARTED\nNOT_VERIFIED: NOT_VERIFIED",
                            enum_type=AlarmReason,
                            max_length=13,
                        ),
                    ),
                    ("raised_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("times_told", fields.SmallIntField(default=0)),
                    ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    (
                        "ended_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="ended_by_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="alarms_ended",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                ],
                options={
                    "table": "alarm",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "One open alarm per task and reason. It is armed ahead: `due_at` says when the coordinators are told, for the",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="DispatchSetting",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("kind", fields.CharField(null=True, max_length=40)),
                    ("policy", fields.CharField(max_length=20)),
                    ("weekly_alerts", fields.SmallIntField(default=4)),
                ],
                options={
                    "table": "dispatch_setting",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "For one `kind` of task, or null for all others. `policy` is the name of a file in dispatch/policies;",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Drill",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="drills",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("received_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "drill",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`received_at`: when the app or a reply confirmed it; null: not, or not yet.",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="DutyShift",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="duty_shifts",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("weekday", fields.SmallIntField()),
                    ("starts", fields.TimeField(auto_now=False, auto_now_add=False)),
                    ("ends", fields.TimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "duty_shift",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "From `starts` until `ends` on `weekday` (0 is Monday), wall-clock in the regency's zone; `ends` at or before",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="InboundMessage",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("channel", fields.CharField(max_length=20)),
                    ("provider_id", fields.CharField(max_length=200)),
                    ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "inbound_message",
                    "app": "models",
                    "unique_together": (("channel", "provider_id"),),
                    "pk_attr": "id",
                    "table_description": "Unique on (channel, provider's message id).",
                },
                bases=["Table"],
            ),
            ops.AddField(
                model_name="Alert",
                name="answered_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Alert",
                name="fallback_due_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Alert",
                name="opened_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Alert",
                name="received_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Claim",
                name="reminded_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Member",
                name="turned_up_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Notification",
                name="channel",
                field=fields.CharField(default="push", db_default="push", max_length=10),
            ),
            ops.AddField(
                model_name="Task",
                name="published_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Wave",
                name="looked_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Wave",
                name="run",
                field=fields.SmallIntField(default=1, db_default=1),
            ),
        ),
    ]
