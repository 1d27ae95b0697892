"""The partners of a regency, by their names."""

from collections.abc import Sequence
from dataclasses import dataclass

from kurir_api.errors import Problems
from kurir_api.models import Organization, OrganizationKind
from kurir_api.services.imports.base import Column, ImportKind, Line, Order, Put, Values
from kurir_api.services.imports.cells import chosen


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """What is written of a partner. `kind` None: what is on record stays; a new one is a community."""

    name: str
    kind: OrganizationKind | None


def _check(_: Order, values: Values, problems: Problems) -> OrganizationRow:
    return OrganizationRow(values["name"], chosen(problems, "kind", values["kind"], OrganizationKind))


async def _put(order: Order, lines: Sequence[Line[OrganizationRow]]) -> Put:
    """Three statements."""
    known = await organizations_by_name(order.regency or "")
    new: list[Organization] = []
    changed: list[Organization] = []
    for line in lines:
        organization = known.get(line.row.name.lower())
        if organization is None:
            kind = line.row.kind or OrganizationKind.COMMUNITY
            new.append(Organization(regency_code=order.regency, name=line.row.name, kind=kind))
        elif line.row.kind not in (None, organization.kind):
            organization.kind = line.row.kind
            changed.append(organization)
    if new:
        await Organization.bulk_create(new)
    if changed:
        await Organization.bulk_create(changed, on_conflict=["id"], update_fields=["kind"])
    return Put(added=len(new), changed=len(changed), same=len(lines) - len(new) - len(changed))


async def organizations_by_name(regency: str) -> dict[str, Organization]:
    """The regency's partners, of which there are hundreds at most, by their names in lower case."""
    return {row.name.lower(): row for row in await Organization.filter(regency_code=regency)}


KIND = ImportKind(
    columns=(Column("name", also=("nama",)), Column("kind", also=("jenis",), required=False, longest=40)),
    check=_check,
    key=lambda row: row.name.lower(),
    put=_put,
)
