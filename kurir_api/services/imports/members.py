"""The people of a regency, one row each: who is known by the phone gets a further membership; nobody loses any."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kurir_api.dispatch.geo import Point
from kurir_api.errors import Problems
from kurir_api.models import Capability, Member, Membership, Region, Role, lies_within, new_id, regency_of
from kurir_api.services.alone import alone_with
from kurir_api.services.imports.base import Column, ImportKind, Line, Order, Put, Refused, Values, refused
from kurir_api.services.imports.cells import a_day, chosen
from kurir_api.services.imports.organizations import organizations_by_name
from kurir_api.services.imports.points import LATITUDE, LONGITUDE, a_point
from kurir_api.services.members.invite_member import LONGEST_NAME, LONGEST_PHONE, NewCapability, check_capabilities
from kurir_api.services.phones import optional_e164

LOCALES = ("id", "en")
Place = tuple[object, str, str]
"""An organisation's id, a role and a region's code."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person with the roles to have in one organisation and region. `locale` and `home` are for new members: others
    have chosen their own.
    """

    name: str
    phone: str
    organization: str
    roles: tuple[Role, ...]
    region: str
    capabilities: tuple[NewCapability, ...]
    locale: str
    home: Point | None

    @property
    def index(self) -> str:
        """Under which a new member's phone is found."""
        return Member.phone.index(self.phone)


def _check(order: Order, values: Values, problems: Problems) -> MemberRow:
    regency = order.regency or ""
    region = values["region"] or regency
    if not lies_within(region, regency):
        problems.add("region", id=f"Bukan bagian dari {regency}.", en=f"Not a part of {regency}.")
    locale = values["locale"].lower() or LOCALES[0]
    if locale not in LOCALES:
        problems.add("locale", id="Tulis id atau en.", en="Write id or en.")
    capabilities = tuple(_capability(problems, written) for written in _parts(values["capabilities"]))
    check_capabilities(capabilities, problems)
    roles = [chosen(problems, "role", written, Role) for written in _parts(values["role"])]
    if not roles:
        problems.add("role", id="Harus diisi.", en="Must not be empty.")
    return MemberRow(
        name=values["name"],
        phone=_phone(problems, values["phone"]),
        organization=values["organization"].lower(),
        roles=tuple(dict.fromkeys(role for role in roles if role)),
        region=region,
        capabilities=capabilities,
        locale=locale,
        home=a_point(problems, values),
    )


def _phone(problems: Problems, text: str) -> str:
    if "E+" in text.upper():
        problems.add(
            "phone",
            id="Excel membulatkan nomor ini; jadikan kolomnya Teks, lalu isi lagi dari sumbernya.",
            en="Excel has rounded this number; make the column Text and fill it in again from its source.",
        )
        return ""
    return optional_e164(problems, "phone", text) or ""


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _capability(problems: Problems, written: str) -> NewCapability:
    """CODE, or CODE:its last valid day."""
    code, _, until = written.partition(":")
    return NewCapability(code=code.strip().upper(), valid_until=a_day(problems, "capabilities", until.strip()))


async def _put(order: Order, lines: Sequence[Line[MemberRow]]) -> Put:
    """Eight statements at most."""
    places, no = await _places(order, lines)
    lines = [line for line in lines if line.number in places]
    members, new = await _members([line.row for line in lines])
    touched = {*new}
    touched |= await _add_memberships(members, {line.row.index: places[line.number] for line in lines})
    touched |= await _keep_capabilities(members, {line.row.index: line.row.capabilities for line in lines})
    changed = len(touched) - len(new)
    return Put(added=len(new), changed=changed, same=len(lines) - len(touched), refused=tuple(no))


async def _places(order: Order, lines: Sequence[Line[MemberRow]]) -> tuple[dict[int, list[Place]], list[Refused]]:
    """By line where the person is to work; and the lines that name what isn't there."""
    organizations = await organizations_by_name(order.regency or "")
    codes = {line.row.region for line in lines}
    regions = {region.code for region in await Region.filter(code__in=codes)}
    places: dict[int, list[Place]] = {}
    no: list[Refused] = []
    for line in lines:
        problems = Problems()
        organization = organizations.get(line.row.organization)
        if organization is None:
            problems.add(
                "organization",
                id="Tidak ada organisasi bernama ini; impor atau tambahkan dahulu.",
                en="No organisation has this name; import or add it first.",
            )
        if line.row.region not in regions:
            problems.add("region", id="Kode wilayah tidak dikenal.", en="Unknown region code.")
        if problems.found or organization is None:
            no.append(refused(line.number, problems, KIND.columns))
        else:
            places[line.number] = [(organization.id, role, line.row.region) for role in line.row.roles]
    return places, no


async def _members(rows: Sequence[MemberRow]) -> tuple[dict[str, Member], set[str]]:
    """By phone index the members, who are all there now, and which of them are new."""
    wanted = {row.index: row for row in rows}
    found = {index: first for first, row in wanted.items() for index in Member.phone.indexes(row.phone)}
    await alone_with(found)
    known = {found[member.phone_index]: member for member in await Member.filter(phone_index__in=found)}
    missing = [_member(row) for index, row in wanted.items() if index not in known]
    if not missing:
        return known, set()
    # Somebody may be invited meanwhile: whoever has the number then is the one.
    await Member.bulk_create(missing, ignore_conflicts=True)
    made = {member.phone_index: member for member in missing}
    there = {member.phone_index: member for member in await Member.filter(phone_index__in=made)}
    return known | there, {index for index, member in there.items() if member.id == made[index].id}


def _member(row: MemberRow) -> Member:
    member = Member(id=new_id(), regency_code=regency_of(row.region), name=row.name, locale=row.locale)
    member.phone = row.phone
    if row.home:
        member.home_latitude, member.home_longitude = row.home.latitude, row.home.longitude
    return member


async def _add_memberships(members: dict[str, Member], places: dict[str, list[Place]]) -> set[str]:
    """By phone index, who works somewhere new."""
    rows = Membership.filter(member_id__in=[member.id for member in members.values()])
    known = {(row.member_id, row.organization_id, row.role, row.region_id) for row in await rows}
    new = [
        (
            index,
            Membership(
                member_id=members[index].id,
                organization_id=organization,
                role=role,
                region_id=region,
                regency_code=regency_of(region),
            ),
        )
        for index, wanted in places.items()
        for organization, role, region in wanted
        if (members[index].id, organization, role, region) not in known
    ]
    if new:
        await Membership.bulk_create([membership for _, membership in new], ignore_conflicts=True)
    return {index for index, _ in new}


async def _keep_capabilities(members: dict[str, Member], wanted: dict[str, tuple[NewCapability, ...]]) -> set[str]:
    """By phone index, whose capabilities are other than before."""
    rows = Capability.filter(member_id__in=[member.id for member in members.values()])
    known: dict[tuple[object, str], date | None] = {(row.member_id, row.code): row.valid_until for row in await rows}
    other = [
        (index, capability)
        for index, capabilities in wanted.items()
        for capability in capabilities
        if known.get((members[index].id, capability.code), date.min) != capability.valid_until
    ]
    if other:
        await Capability.bulk_create(
            _capabilities(members, other),
            on_conflict=["member_id", "code"],
            update_fields=["valid_until"],
        )
    return {index for index, _ in other}


def _capabilities(members: dict[str, Member], of: Iterable[tuple[str, NewCapability]]) -> list[Capability]:
    return [
        Capability(
            member_id=members[index].id,
            regency_code=members[index].regency_code,
            code=capability.code,
            valid_until=capability.valid_until,
        )
        for index, capability in of
    ]


KIND = ImportKind(
    columns=(
        Column("name", also=("nama",), longest=LONGEST_NAME),
        Column("phone", also=("telepon", "nomor_telepon", "hp"), longest=LONGEST_PHONE),
        Column("organization", also=("organisasi", "organisation")),
        Column("role", also=("peran",), longest=120),
        Column("region", also=("wilayah",), required=False, longest=13),
        Column("capabilities", also=("keahlian",), required=False, longest=1_000),
        Column("locale", also=("bahasa",), required=False, longest=2),
        Column(LATITUDE.name, also=(*LATITUDE.also, "home_latitude"), required=False, longest=LATITUDE.longest),
        Column(LONGITUDE.name, also=(*LONGITUDE.also, "home_longitude"), required=False, longest=LONGITUDE.longest),
    ),
    check=_check,
    key=lambda row: row.index,
    put=_put,
)
