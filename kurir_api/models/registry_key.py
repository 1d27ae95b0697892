"""Registry keys: under what the digests of a regency's register were made, once the office's index key is another."""

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.vault import Sealed


class RegistryKey(TenantTable):
    """One per regency. `secret`: 64 bytes as hex, the key of persons and that of names: of neither the texts are
    kept, so the digests can't be made anew.
    """

    regency_code = fields.CharField(max_length=5, unique=True)
    secret_sealed = fields.BinaryField()
    secret = Sealed()

    class Meta:
        table = "registry_key"
