"""Hotlines: the addresses at which messages reach an office."""

from tortoise import fields

from kurir_api.models.base import TenantTable


class Hotline(TenantTable):
    """`channel`: as `intake` calls it, such as "whatsapp". `address`: what the provider calls the receiver, such as a
    phone number's id, a page's, a device's. Unique together: so a message says which regency it is for.
    """

    channel = fields.CharField(max_length=20)
    address = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "hotline"
        unique_together = (("channel", "address"),)
