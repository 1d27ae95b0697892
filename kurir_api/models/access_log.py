"""The access log: who read and wrote what of a patient, when and why; and where each regency's chain of it stands."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from kurir_api.models.base import TenantTable


class AccessAction(StrEnum):
    """What was done with the data. USED: by Kurir itself, to send something; nobody saw it."""

    READ = "READ"
    WRITTEN = "WRITTEN"
    USED = "USED"
    EXPORTED = "EXPORTED"
    ERASED = "ERASED"


class AccessBy(StrEnum):
    """What acted: a signed-in member, whoever holds a family link, an operator's command, Kurir by itself."""

    MEMBER = "MEMBER"
    FAMILY_LINK = "FAMILY_LINK"
    COMMAND = "COMMAND"
    KURIR = "KURIR"


class AccessEntry(TenantTable):
    """Append-only. `number` counts from 1 in the regency, without gaps. `digest`: a keyed digest of the row and
    of the digest before it, by which `kurir audit verify` finds what was altered, taken out or put in.

    `patient_id` and `member_id` are plain ids, which outlive what they are of. `reason`: the operation's root fields,
    or the command; `ground`: the "claim:id" or the like by which somebody who isn't of the desk was allowed.
    """

    number = fields.BigIntField()
    patient_id = fields.UUIDField()
    member_id: UUID | None = fields.UUIDField(null=True)
    by = fields.CharEnumField(AccessBy, max_length=11)
    action = fields.CharEnumField(AccessAction, max_length=8)
    field_names: "fields.Field[list[str]]" = ArrayField(element_type="text")
    reason = fields.CharField(max_length=200)
    ground = fields.CharField(max_length=50, null=True)
    at = fields.DatetimeField()
    digest = fields.CharField(max_length=80)

    class Meta:
        table = "access_log"
        unique_together = (("regency_code", "number"),)


class AccessHead(Model):
    """Where a regency's chain stands: the last row's `number` and `digest`. Whoever appends locks it."""

    regency_code = fields.CharField(max_length=5, primary_key=True)
    number = fields.BigIntField()
    digest = fields.CharField(max_length=80)

    class Meta:
        table = "access_head"
