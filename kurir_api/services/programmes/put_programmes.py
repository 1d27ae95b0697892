"""Put programmes into a regency's list, as they are given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from kurir_api.models import Organization, OrganizationKind, Programme, new_id

COLUMNS = ("name_id", "name_en", "sector", "organization_id", "response_days", "documents", "active")


@dataclass(frozen=True, kw_only=True)
class GivenProgramme:
    """`owner`: the organisation's name, and of what kind it is if it is new. `response_days`: working days, 1 to 200.
    `documents`: as in models.Programme. What is None stays as it is; a new programme goes by its Indonesian name in
    English, too, needs no documents and is active.
    """

    code: str
    name_id: str
    name_en: str | None
    sector: str
    owner: str
    owner_kind: OrganizationKind
    response_days: int
    documents: Sequence[Mapping[str, Any]] | None = None
    active: bool | None = None


class Put(NamedTuple):
    """How many were added, changed, and there already just so."""

    added: int
    changed: int
    same: int


async def put_programmes(regency_code: str, given: Sequence[GivenProgramme]) -> Put:
    """Each code at most once. Owners that are missing are added. Four statements at most, in the caller's
    transaction.
    """
    owners = await _owners(regency_code, given)
    known = {row.code: row for row in await _of(regency_code, given).select_for_update()}
    written = []
    for one in given:
        before = known.get(one.code)
        row = _row(regency_code, one, owners[one.owner.casefold()], before)
        if before is None or any(getattr(row, column) != getattr(before, column) for column in COLUMNS):
            written.append(row)
    await Programme.bulk_create(written, on_conflict=["regency_code", "code"], update_fields=COLUMNS)
    added = sum(one.code not in known for one in given)
    return Put(added, len(written) - added, len(given) - len(written))


def _of(regency_code: str, given: Iterable[GivenProgramme]) -> Any:
    return Programme.filter(regency_code=regency_code, code__in=[one.code for one in given])


def _row(regency_code: str, one: GivenProgramme, owner_id: UUID, before: Programme | None) -> Programme:
    """The programme as it is to be."""
    kept = before or Programme(name_en=one.name_id, documents=[], active=True)
    return Programme(
        id=new_id(),
        regency_code=regency_code,
        code=one.code,
        name_id=one.name_id,
        name_en=one.name_en or kept.name_en,
        sector=one.sector,
        organization_id=owner_id,
        response_days=one.response_days,
        documents=kept.documents if one.documents is None else [dict(document) for document in one.documents],
        active=kept.active if one.active is None else one.active,
    )


async def _owners(regency_code: str, given: Iterable[GivenProgramme]) -> dict[str, UUID]:
    """The ids of the organisations, by name in small letters."""
    wanted = {one.owner.casefold(): one for one in given}
    found = await Organization.filter(regency_code=regency_code)
    owners = {row.name.casefold(): row.id for row in found}
    new = [
        Organization(id=new_id(), regency_code=regency_code, name=one.owner, kind=one.owner_kind)
        for name, one in wanted.items()
        if name not in owners
    ]
    await Organization.bulk_create(new)
    return owners | {row.name.casefold(): row.id for row in new}
