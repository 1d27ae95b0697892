"""What a phone was sent: one row for each node, as it was the last time."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from kurir_api.models.sync import Sync


class Synced(Model):
    """`kind`: the name of the node's type. `version`: of the row and of what else decided how it looked. `seq`: the
    number under which it was sent last, or the greatest that there is, if that answer didn't arrive. `gone`: it was
    sent as deleted.
    """

    id = fields.BigIntField(primary_key=True)
    sync: fields.ForeignKeyRelation[Sync] = fields.ForeignKeyField(
        "models.Sync", related_name="sent", on_delete=fields.CASCADE
    )
    kind = fields.CharField(max_length=20)
    node_id = fields.UUIDField()
    version = fields.TextField()
    seq = fields.BigIntField()
    gone = fields.BooleanField(default=False)

    sync_id: UUID

    class Meta:
        table = "synced"
        unique_together = (("sync", "kind", "node_id"),)
