"""How often who asked, and the documents that are trusted."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from kurir_api.database.rules import check, together

# What it holds is over in minutes, and may be lost with the server: so it is not written to the log.
COUNTS = """
CREATE UNLOGGED TABLE rate_count (
    key bytea PRIMARY KEY,
    count bigint NOT NULL,
    ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX rate_count_ends_at ON rate_count (ends_at);
"""


class Migration(migrations.Migration):
    """How often who asked, and the documents that are trusted."""

    dependencies = [("models", "0013_sessions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="TrustedDocument",
            fields=[
                ("sha256", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("document", fields.TextField(unique=False)),
                ("name", fields.CharField(max_length=200)),
                ("added_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "trusted_document",
                "app": "models",
                "pk_attr": "sha256",
                "table_description": "GraphQL text by the SHA-256 of its UTF-8, in small hexadecimal digits. `name`: "
                "of the file it came from.",
            },
            bases=["Model"],
        ),
        together(
            ops.RunSQL(COUNTS, reverse_sql="DROP TABLE rate_count"),
            check(
                "trusted_document",
                "trusted_document_hash_is_its_own",
                "sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')",
            ),
        ),
    ]
