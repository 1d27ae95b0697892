"""Patients: whom everything is for."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.region import Region
from kurir_api.vault import Sealed


class Sex(StrEnum):
    """As on the id card."""

    FEMALE = "FEMALE"
    MALE = "MALE"


class Patient(TenantTable):
    """One patient per national id in a regency.

    National id, family card, diagnosis, phone, address and landmark are stored sealed; the first two and the phone
    are found by blind index, and only the last four digits of the first two are ever shown. `name_tokens`: a keyed
    index for each word of the name as it sounds, by which likely duplicates are found. `consent_note` says why data
    was recorded without consent; `consent_by` wrote down either, at `consent_at`. Since `consent_withdrawn_at` nobody
    reads what is sealed. Since `erased_at` nothing is left but the row's id, region and what it is counted by.
    """

    name = fields.CharField(max_length=120)
    national_id_sealed = fields.BinaryField(null=True)
    national_id_index = fields.CharField(max_length=64, null=True)
    national_id = Sealed(indexed=True)
    family_card_sealed = fields.BinaryField(null=True)
    family_card_index = fields.CharField(max_length=64, null=True)
    family_card = Sealed(indexed=True)
    name_tokens: "fields.Field[list[str]]" = ArrayField(element_type="text", default=list)
    birth_date = fields.DateField(null=True)
    sex = fields.CharEnumField(Sex, max_length=6, null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True)
    phone = Sealed(indexed=True)
    address_sealed = fields.BinaryField(null=True)
    address = Sealed()
    landmark_sealed = fields.BinaryField(null=True)
    landmark = Sealed()
    diagnosis_sealed = fields.BinaryField(null=True)
    diagnosis = Sealed()
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="patients", on_delete=fields.RESTRICT
    )
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    consent = fields.BooleanField()
    consent_note_sealed = fields.BinaryField(null=True)
    consent_note = Sealed()
    consent_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="consents_recorded", null=True, on_delete=fields.RESTRICT
    )
    consent_at = fields.DatetimeField(null=True)
    consent_withdrawn_at = fields.DatetimeField(null=True)
    erased_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    region_id: str
    consent_by_id: UUID | None

    class Meta:
        table = "patient"

    @property
    def withheld(self) -> bool:
        """Whether nobody may read what is sealed."""
        return self.consent_withdrawn_at is not None

    @property
    def masked_national_id(self) -> str | None:
        """Twelve asterisks and the last four digits."""
        return _masked(self.national_id)

    @property
    def masked_family_card(self) -> str | None:
        """Twelve asterisks and the last four digits."""
        return _masked(self.family_card)


def _masked(digits: str | None) -> str | None:
    return None if digits is None else f"{'*' * 12}{digits[-4:]}"
