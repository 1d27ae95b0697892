"""Finding people of the registry, in the same time whether there is nobody or somebody the caller may not know of."""

from collections.abc import Collection
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.models import RegistryPerson, regency_of
from kurir_api.services.names import sounds
from kurir_api.services.registry.keys import registry_keys
from kurir_api.services.visibility import DESK

# The index gives the next rows from the key on, which are there whoever has it: as much is read and sent for a person
# of another village as for nobody. Only what comes after tells them apart.
BY_ID = """
SELECT p.* FROM unnest($1::uuid[]) AS key
CROSS JOIN LATERAL (SELECT * FROM registry_person WHERE id >= key ORDER BY id LIMIT 1) p
"""
BY_NAME = "SELECT * FROM registry_person WHERE name_key >= $1 ORDER BY name_key LIMIT 2"


async def by_national_id(principal: Principal, national_id: str) -> list[RegistryPerson]:
    """The person with this national id, if in the caller's desk regions; of those in several registers, as after a
    move, the one written down last. One statement.
    """
    registers = await registry_keys(desk_regencies(principal))
    keys = {UUID(bytes=register.person(national_id)) for register in registers.values()}
    rows = await get_connection("default").execute_query_dict(BY_ID, [list(keys)])
    known = _known(principal, [row for row in rows if row["id"] in keys])
    return sorted(known, key=lambda person: person.updated_at)[-1:]


async def by_name(principal: Principal, name: str, village: str) -> list[RegistryPerson]:
    """Up to two people of this whole name as it sounds, if the village is in the caller's desk regions. One
    statement.
    """
    register = (await registry_keys([regency_of(village)]))[regency_of(village)]
    digest = register.name(village, sounds(name))
    key = int.from_bytes(digest, signed=True)
    rows = await get_connection("default").execute_query_dict(BY_NAME, [key])
    return _known(principal, [row for row in rows if row["name_key"] == key])


def _known(principal: Principal, rows: Collection[dict[str, object]]) -> list[RegistryPerson]:
    return [RegistryPerson(**row) for row in rows if principal.reaches(str(row["region_id"]), *DESK)]


def desk_regencies(principal: Principal) -> set[str]:
    """Those of the caller's desk regions; a province's officer asks in the regency they belong to."""
    regions = principal.regions(*DESK)
    return {regency_of(code) if "." in code else principal.regency_code for code in regions}
