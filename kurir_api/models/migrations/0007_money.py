from orjson import loads
from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, together
from kurir_api.models.base import new_id
from kurir_api.models.cost import CostCategory
from kurir_api.models.ledger_entry import Account
from kurir_api.models.line_review import LineDecision
from kurir_api.models.rate import RateUnit


class Migration(migrations.Migration):
    dependencies = [("models", "0006_ranking_indexes")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="ClosedMonth",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("month", fields.DateField()),
                    ("digest", fields.CharField(max_length=64)),
                    ("closed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    (
                        "closed_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="closed_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="months_closed",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                ],
                options={
                    "table": "closed_month",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`month` is its first day; every month up to it is closed, too. `digest`: SHA-256, 64 hex digits, of the digest",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Need",
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
                            related_name="needs",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "task",
                        fields.ForeignKeyField(
                            "models.Task",
                            source_field="task_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="needs",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("amount", fields.BigIntField()),
                    ("pledged", fields.BigIntField(default=0)),
                    (
                        "estimated_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="estimated_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="needs_estimated",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "need",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "One per case, and one per task. `pledged` of its `amount`, both rupiah, is promised; `closed_at`: since when",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Pledge",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "need",
                        fields.ForeignKeyField(
                            "models.Need",
                            source_field="need_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="pledges",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "models.Organization",
                            source_field="organization_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="pledges",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("amount", fields.BigIntField()),
                    ("in_kind", fields.BooleanField(default=False)),
                    ("settled", fields.BigIntField(default=0)),
                    (
                        "made_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="made_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="pledges_made",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "pledge",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`settled` of its `amount`, both rupiah, went to costs. Withdrawn, its `amount` becomes what was settled.",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="LedgerEntry",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("transaction_id", fields.UUIDField()),
                    (
                        "account",
                        fields.CharEnumField(
                            description="EXPENSE: EXPENSE\nOWED: OWED\nFUNDS: FUNDS\nIN_KIND: IN_KIND\nGIVEN: GIVEN\nPLEDGED: PLEDGED\nCOVERED: COVERED",
                            enum_type=Account,
                            max_length=7,
                        ),
                    ),
                    ("amount", fields.BigIntField()),
                    ("booked_on", fields.DateField()),
                    ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "models.Organization",
                            source_field="organization_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="ledger_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="ledger_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "cost",
                        fields.ForeignKeyField(
                            "models.Cost",
                            source_field="cost_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="ledger_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "pledge",
                        fields.ForeignKeyField(
                            "models.Pledge",
                            source_field="pledge_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="ledger_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharField(null=True, max_length=40)),
                    (
                        "category",
                        fields.CharEnumField(
                            null=True,
                            description="FUEL: FUEL\nTOLL_PARKING: TOLL_PARKING\nMEAL: MEAL\nWAITING_COST: WAITING_COST\nLODGING: LODGING\nMEDICINE: MEDICINE\nDOCUMENT_FEE: DOCUMENT_FEE\nSTAPLES: STAPLES\nEQUIPMENT: EQUIPMENT\nOTHER: OTHER",
                            enum_type=CostCategory,
                            max_length=12,
                        ),
                    ),
                    ("region_id", fields.CharField(null=True, max_length=13)),
                    (
                        "reverses",
                        fields.ForeignKeyField(
                            "models.LedgerEntry",
                            source_field="reverses_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="reversals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                ],
                options={
                    "table": "ledger_entry",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Append-only. `amount` is whole rupiah, debits positive; those of one `transaction_id` sum up to zero.",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Rate",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "category",
                        fields.CharEnumField(
                            description="FUEL: FUEL\nTOLL_PARKING: TOLL_PARKING\nMEAL: MEAL\nWAITING_COST: WAITING_COST\nLODGING: LODGING\nMEDICINE: MEDICINE\nDOCUMENT_FEE: DOCUMENT_FEE\nSTAPLES: STAPLES\nEQUIPMENT: EQUIPMENT\nOTHER: OTHER",
                            enum_type=CostCategory,
                            max_length=12,
                        ),
                    ),
                    (
                        "unit",
                        fields.CharEnumField(
                            description="DAY: DAY\nNIGHT: NIGHT\nKILOMETRE: KILOMETRE\nITEM: ITEM\nCASE: CASE",
                            enum_type=RateUnit,
                            max_length=9,
                        ),
                    ),
                    ("amount", fields.BigIntField()),
                    ("max_units", fields.SmallIntField(null=True)),
                    ("yearly_cap", fields.BigIntField(null=True)),
                    ("care_class", fields.SmallIntField(null=True)),
                    ("valid_from", fields.DateField()),
                    ("valid_until", fields.DateField(null=True)),
                    ("source", fields.CharField(max_length=200)),
                ],
                options={
                    "table": "rate",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`amount` rupiah for each unit. `max_units` at most in a case, `yearly_cap` rupiah at most for a patient in a",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Receipt",
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
                            related_name="receipts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "cost",
                        fields.ForeignKeyField(
                            "models.Cost",
                            source_field="cost_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="receipts",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("sha256", fields.CharField(max_length=64)),
                    ("content_type", fields.CharField(max_length=40)),
                    ("size", fields.IntField()),
                    ("likeness", fields.CharField(max_length=64)),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "receipt",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "A cleaned picture or document of `member`'s, kept in the storage under the row's id; without `cost` it is not",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Statement",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("code", fields.CharField(unique=True, max_length=26)),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "models.Organization",
                            source_field="organization_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="statements",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("first_day", fields.DateField()),
                    ("last_day", fields.DateField()),
                    ("digest", fields.CharField(max_length=64)),
                    ("totals", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                    ("issued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    (
                        "issued_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="issued_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="statements_issued",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                ],
                options={
                    "table": "statement",
                    "app": "models",
                    "unique_together": (("organization", "first_day", "last_day", "digest"),),
                    "pk_attr": "id",
                    "table_description": "Of `organization` from `first_day` to `last_day`, both included. `code` is printed on it, not to be guessed.",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="WorkEntry",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "claim",
                        fields.ForeignKeyField(
                            "models.Claim",
                            source_field="claim_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="work_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "task",
                        fields.ForeignKeyField(
                            "models.Task",
                            source_field="task_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="work_entries",
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
                            related_name="work_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="work_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "models.Organization",
                            source_field="organization_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="work_entries",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("kind", fields.CharField(max_length=40)),
                    ("region_id", fields.CharField(max_length=13)),
                    ("tasks", fields.SmallIntField(default=1)),
                    ("minutes", fields.IntField()),
                    ("distance_m", fields.IntField()),
                    ("booked_on", fields.DateField()),
                    ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("reason_sealed", fields.BinaryField(null=True)),
                    (
                        "reverses",
                        fields.ForeignKeyField(
                            "models.WorkEntry",
                            source_field="reverses_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="reversals",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                ],
                options={
                    "table": "work_entry",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Append-only: what one completed claim counts. `tasks` is 1, or -1 where `reverses` takes an entry back; then",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="LineReview",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "ledger_entry",
                        fields.ForeignKeyField(
                            "models.LedgerEntry",
                            source_field="ledger_entry_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="reviews",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "work_entry",
                        fields.ForeignKeyField(
                            "models.WorkEntry",
                            source_field="work_entry_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="reviews",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "organization",
                        fields.ForeignKeyField(
                            "models.Organization",
                            source_field="organization_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="line_reviews",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "decision",
                        fields.CharEnumField(
                            description="CONFIRMED: CONFIRMED\nDISPUTED: DISPUTED",
                            enum_type=LineDecision,
                            max_length=9,
                        ),
                    ),
                    ("note_sealed", fields.BinaryField(null=True)),
                    (
                        "reviewed_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="reviewed_by_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="lines_reviewed",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    ("reviewed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "line_review",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "The last word about one line, which is an entry of either ledger.",
                },
                bases=["TenantTable"],
            ),
            ops.AddField(
                model_name="Case",
                name="care_class",
                field=fields.SmallIntField(null=True),
            ),
            ops.AddField(
                model_name="Claim",
                name="approach_m",
                field=fields.IntField(null=True),
            ),
            ops.AlterModelOptions(
                name="Cost",
                options={
                    "table": "cost",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "`amount` is whole rupiah, positive. `organization` is the one the member acted for in the claim. `quantity`: of",
                },
            ),
            ops.AddField(
                model_name="Cost",
                name="approved_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Cost",
                name="flags",
                field=ArrayField(null=True, default=list, element_type="TEXT"),
            ),
            ops.AddField(
                model_name="Cost",
                name="paid_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Cost",
                name="quantity",
                field=fields.SmallIntField(null=True),
            ),
            ops.AddField(
                model_name="Cost",
                name="review_note_sealed",
                field=fields.BinaryField(null=True),
            ),
            ops.AddField(
                model_name="Cost",
                name="reviewed_by",
                field=fields.ForeignKeyField(
                    "models.Member",
                    source_field="reviewed_by_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="costs_reviewed",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
        ),
        together(
            ops.RunSQL("UPDATE cost SET flags = '{}'", reverse_sql="SELECT 1"),
        ),
        AsOne(
            ops.AlterField(model_name="Cost", name="flags", field=ArrayField(default=list, element_type="TEXT")),
        ),
    ]
