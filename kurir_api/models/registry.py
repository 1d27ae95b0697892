"""The social registry: who is in it, and which aid they get; without names or national ids."""

from tortoise import fields
from tortoise.models import Model


class RegistryPerson(Model):
    """Imported, never edited. `id` is the keyed index of regency and national id; `name_key` that of village and the
    whole name as it sounds. `region_id`: the village's code, without a foreign key, for which a million
    rows would wait.

    `aid`: JSON, a list of [programme's code, since ("2026-01-01" or null), until, source], as short as can be: a
    million rows are written and logged.
    `updated_at`: when an import last changed the row, and `line`: from which line of its file.
    """

    id = fields.UUIDField(primary_key=True)
    regency_code = fields.CharField(max_length=5)
    region_id = fields.CharField(max_length=13)
    name_key = fields.BigIntField()
    masked_name = fields.CharField(max_length=120)
    decile = fields.SmallIntField(null=True)
    aid = fields.TextField()
    line = fields.IntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "registry_person"
