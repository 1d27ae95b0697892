"""Look-ups of aid: who asked, when, why; never whom in clear."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.vault import Sealed


class LookupKey(StrEnum):
    """By what a person was looked up."""

    NATIONAL_ID = "NATIONAL_ID"
    NAME = "NAME"


class LookupOutcome(StrEnum):
    """What the caller was told. NOT_FOUND says nothing of whether there is such a person elsewhere."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    SEVERAL = "SEVERAL"
    LIMITED = "LIMITED"


class AidLookup(TenantTable):
    """Append-only. `subject_index`: the keyed index of what was asked, by which look-ups of one person are found by
    whoever knows whom to look for. `region_id`: the village asked for, where it was by name. Of LIMITED ones, which
    came too often, nothing was looked up. One row for each register that was asked, that of `regency_code`; all of
    one look-up have the same `at`.
    """

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="aid_lookups", on_delete=fields.RESTRICT
    )
    by = fields.CharEnumField(LookupKey, max_length=11)
    subject_index = fields.CharField(max_length=64)
    region_id = fields.CharField(max_length=13, null=True)
    purpose_sealed = fields.BinaryField()
    purpose = Sealed()
    outcome = fields.CharEnumField(LookupOutcome, max_length=9)
    at = fields.DatetimeField()

    member_id: UUID

    class Meta:
        table = "aid_lookup"
