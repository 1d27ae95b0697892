"""Inbound messages: what a provider delivered, stored before anything is done about it, and once."""

from tortoise import fields

from kurir_api.models.base import Table
from kurir_api.vault import Sealed


class InboundMessage(Table):
    """Unique on (channel, provider's message id). `content`: the message as sealed JSON, forgotten once it is dealt
    with. `due_at`: when a worker deals with it, null afterwards; leased meanwhile. `failure`: why it could not be
    dealt with, for good at `failed_at`.
    """

    channel = fields.CharField(max_length=20)
    provider_id = fields.CharField(max_length=200)
    received_at = fields.DatetimeField()
    content_sealed = fields.BinaryField(null=True)
    content = Sealed()
    sender_index = fields.CharField(max_length=64, null=True)
    due_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.SmallIntField(default=0, db_default=0)
    failure = fields.CharField(max_length=200, null=True)
    failed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inbound_message"
        unique_together = (("channel", "provider_id"),)
