"""The documents that apps may send in production."""

from tortoise import fields
from tortoise.models import Model


class TrustedDocument(Model):
    """GraphQL text by the SHA-256 of its UTF-8, in small hexadecimal digits. `name`: of the file it came from."""

    sha256 = fields.CharField(primary_key=True, max_length=64)
    document = fields.TextField()
    name = fields.CharField(max_length=200)
    added_at = fields.DatetimeField()

    class Meta:
        table = "trusted_document"
