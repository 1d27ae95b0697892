"""The first steps of a new office: its places, its own organisation, and somebody who can invite all others."""

from dataclasses import dataclass
from uuid import UUID

from tortoise.transactions import in_transaction

from kurir_api.errors import Problems
from kurir_api.models import Member, Membership, Organization, OrganizationKind, Region, Role, new_id
from kurir_api.services.members.invite_member import LONGEST_NAME, LONGEST_PHONE, member_with
from kurir_api.services.phones import optional_e164
from kurir_api.services.places.check_regency import known_regencies
from kurir_api.services.places.load_places import KNOWN_REGENCIES, load_holidays, load_places
from kurir_api.services.programmes.load_programmes import load_programmes
from kurir_api.services.texts import fitting

LONGEST_ORGANIZATION = 200


@dataclass(frozen=True, kw_only=True)
class SetUpOffice:
    """The regency's code, what its office is called, and the name and phone of its first administrator."""

    regency: str
    office: str
    name: str
    phone: str


async def set_up_office(command: SetUpOffice) -> UUID:
    """The administrator's id. Again, it brings the places up to date, adds programmes that are missing, and changes
    nothing else. Places that aren't among ours are there already: they were imported.

    For the operator, who needs nobody's leave. Raises InvalidInput.
    """
    problems = Problems()
    office = fitting(problems, "office", command.office, LONGEST_ORGANIZATION, required=True)
    name = fitting(problems, "name", command.name, LONGEST_NAME, required=True)
    fitting(problems, "phone", command.phone, LONGEST_PHONE, required=True)
    phone = optional_e164(problems, "phone", command.phone)
    await _check_regency(problems, command.regency)
    await _check_centre(problems, command.regency)
    problems.refuse()
    async with in_transaction():
        await (load_places(command.regency) if command.regency in KNOWN_REGENCIES else load_holidays())
        organization = await _organization(command.regency, office or "", OrganizationKind.REGENCY_AGENCY)
        await load_programmes(command.regency)
        member = await member_with(phone or "")
        if member is None:
            member = Member(id=new_id(), regency_code=command.regency, name=name)
            member.phone = phone
            await member.save(force_create=True)
        await Membership.get_or_create(
            member=member,
            organization=organization,
            role=Role.ADMIN,
            region_id=command.regency,
            defaults={"regency_code": command.regency},
        )
    return member.id


async def add_organization(regency: str, name: str, kind: OrganizationKind) -> UUID:
    """The id of the regency's partner of that name, which is new, or was there and stays as it is.

    For the operator. Raises InvalidInput.
    """
    problems = Problems()
    fitted = fitting(problems, "name", name, LONGEST_ORGANIZATION, required=True)
    await _check_regency(problems, regency)
    problems.refuse()
    return (await _organization(regency, fitted or "", kind)).id


async def _check_regency(problems: Problems, regency: str) -> None:
    """It is one of ours, or its places were imported."""
    known = {*KNOWN_REGENCIES, *await known_regencies()}
    if regency not in known:
        said = ", ".join(sorted(known))
        problems.add("regency", id=f"Kode yang dikenal: {said}.", en=f"Known codes: {said}.")


async def _check_centre(problems: Problems, regency: str) -> None:
    """A task is at the centre of the smallest region around the patient that has one: the regency must."""
    if await Region.filter(code=regency, latitude__isnull=True).exists():
        problems.add(
            "regency",
            id="Isi dulu lintang dan bujur kabupatennya: kurir import regions.",
            en="Import its latitude and longitude first: kurir import regions.",
        )


async def _organization(regency: str, name: str, kind: OrganizationKind) -> Organization:
    known = await Organization.filter(regency_code=regency, name__iexact=name).first()
    return known or await Organization.create(regency_code=regency, name=name, kind=kind)
