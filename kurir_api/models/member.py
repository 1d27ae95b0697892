"""Members: the people who help, and where they are."""

from typing import TYPE_CHECKING

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.vault import Sealed

if TYPE_CHECKING:
    from kurir_api.models.capability import Capability
    from kurir_api.models.membership import Membership


class Member(TenantTable):
    """A person, known by a phone number (E.164, sealed, unique by its blind index).

    Points are WGS 84 degrees, accuracy metres. Quiet hours are wall-clock times in the regency's zone
    and may span midnight; both or neither are set. `regency_code` is where the member was invited.
    `turned_up_at`: when he last went on duty or changed his hours; where nobody was left to ask he may be the one.
    """

    name = fields.CharField(max_length=120)
    phone_sealed = fields.BinaryField()
    phone_index = fields.CharField(max_length=64, unique=True)
    phone = Sealed(indexed=True)
    locale = fields.CharField(max_length=2, default="id")
    active = fields.BooleanField(default=True)
    available = fields.BooleanField(default=True)
    quiet_from = fields.TimeField(null=True)
    quiet_to = fields.TimeField(null=True)
    home_latitude = fields.FloatField(null=True)
    home_longitude = fields.FloatField(null=True)
    last_latitude = fields.FloatField(null=True)
    last_longitude = fields.FloatField(null=True)
    last_accuracy_m = fields.FloatField(null=True)
    last_fix_at = fields.DatetimeField(null=True)
    last_alerted_at = fields.DatetimeField(null=True)
    turned_up_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    memberships: fields.ReverseRelation["Membership"]
    capabilities: fields.ReverseRelation["Capability"]

    class Meta:
        table = "member"
