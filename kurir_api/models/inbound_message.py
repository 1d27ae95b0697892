"""Inbound messages: what a provider delivered, so that a redelivery changes nothing."""

from tortoise import fields

from kurir_api.models.base import Table


class InboundMessage(Table):
    """Unique on (channel, provider's message id)."""

    channel = fields.CharField(max_length=20)
    provider_id = fields.CharField(max_length=200)
    received_at = fields.DatetimeField()

    class Meta:
        table = "inbound_message"
        unique_together = (("channel", "provider_id"),)
