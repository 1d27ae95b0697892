"""Patients: whom everything is for."""

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.region import Region
from kurir_api.vault import Sealed


class Patient(TenantTable):
    """One patient per national id in a regency.

    National id, diagnosis, phone and address are stored sealed; national id and phone are found by blind
    index, and only the national id's last four digits are ever shown. `consent_note` says why data was
    recorded without consent.
    """

    name = fields.CharField(max_length=120)
    national_id_sealed = fields.BinaryField(null=True)
    national_id_index = fields.CharField(max_length=64, null=True)
    national_id = Sealed(indexed=True)
    birth_date = fields.DateField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True)
    phone = Sealed(indexed=True)
    address_sealed = fields.BinaryField(null=True)
    address = Sealed()
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
    created_at = fields.DatetimeField(auto_now_add=True)

    region_id: str

    class Meta:
        table = "patient"

    @property
    def masked_national_id(self) -> str | None:
        """Twelve asterisks and the last four digits."""
        return None if self.national_id is None else f"{'*' * 12}{self.national_id[-4:]}"
