"""An office or a partner brings somebody into the network."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, Problems
from kurir_api.models import (
    Capability,
    Member,
    Membership,
    Organization,
    Region,
    Role,
    Session,
    SessionEnd,
    lies_within,
    new_id,
    regency_of,
)
from kurir_api.services.alone import alone_with
from kurir_api.services.phones import optional_e164
from kurir_api.services.texts import cleaned, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_organizations
from kurir_api.task_kinds import task_kinds

LONGEST_NAME = 120
LONGEST_PHONE = 40
FIRST_AID = "FIRST_AID"
BY_COORDINATORS = (Role.VOLUNTEER, Role.DESK_OFFICER, Role.PARTNER_REVIEWER)


@dataclass(frozen=True, kw_only=True)
class NewCapability:
    """What the member is able or licensed to do; `valid_until` is the last valid day, None: no end."""

    code: str
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class InviteMember(Command):
    """`phone` as people write it; `region` is the code of where the role reaches."""

    name: str
    phone: str
    organization_id: UUID
    role: Role
    region: str
    capabilities: tuple[NewCapability, ...] = ()


@use_case
async def invite_member(principal: Principal, command: InviteMember) -> UUID:
    """The id of the member with the membership and capabilities asked for; they can sign in at once.

    Somebody whose number is known keeps the name by which they are known and, when a partner invites, the
    capabilities on record. Who had been taken out is in again. The same invitation again changes nothing.

    Raises InvalidInput, NotAllowed.
    """
    phone = await _check(principal, command)
    if not may_invite(principal, command.organization_id, command.role, command.region):
        raise NotAllowed
    member = await _member(principal, command, phone)
    await Membership.get_or_create(
        member_id=member.id,
        organization_id=command.organization_id,
        role=command.role,
        region_id=command.region,
        defaults={"regency_code": regency_of(command.region)},
    )
    # What an office has on record is not a partner's to change.
    office = principal.reaches(command.region, Role.ADMIN, Role.COORDINATOR)
    keep = Capability.update_or_create if office else Capability.get_or_create
    for capability in command.capabilities:
        await keep(
            member_id=member.id,
            code=capability.code,
            defaults={"regency_code": member.regency_code, "valid_until": capability.valid_until},
        )
    return member.id


def known_capabilities() -> list[str]:
    """The capabilities somebody may need: those any kind of task requires, and first aid; in order."""
    required = {code for kind in task_kinds().values() for code in kind.required_capabilities}
    return sorted(required | {FIRST_AID})


async def _check(principal: Principal, command: InviteMember) -> str:
    """The number in E.164. Raises InvalidInput with everything that can't be used."""
    problems = Problems()
    fitting(problems, "name", command.name, LONGEST_NAME, required=True)
    fitting(problems, "phone", command.phone, LONGEST_PHONE, required=True)
    phone = optional_e164(problems, "phone", command.phone)
    region = await Region.get_or_none(code=command.region)
    if region is None:
        problems.add("region", id="Kode wilayah tidak dikenal.", en="Unknown region code.")
    organization = await visible_organizations(principal).get_or_none(id=command.organization_id)
    if organization is None or (region is not None and not _works_in(organization, region)):
        problems.add(
            "organizationId",
            id="Pilih organisasi dari kabupaten wilayah ini.",
            en="Choose an organisation of this region's regency.",
        )
    check_capabilities(command.capabilities, problems)
    problems.refuse()
    return phone or ""


def _works_in(organization: Organization, region: Region) -> bool:
    regency = organization.regency_code
    return lies_within(region.code, regency) or lies_within(regency, region.code)


def check_capabilities(capabilities: tuple[NewCapability, ...], problems: Problems) -> None:
    """Note under `capabilities` what nobody is asked for, and what is named twice."""
    codes = [capability.code for capability in capabilities]
    known = known_capabilities()
    if not set(codes) <= set(known):
        said = ", ".join(known)
        problems.add("capabilities", id=f"Kode yang dikenal: {said}.", en=f"Known codes: {said}.")
    elif len(codes) != len(set(codes)):
        problems.add("capabilities", id="Sebut setiap kode satu kali.", en="Name each code once.")


def may_invite(principal: Principal, organization_id: UUID, role: Role, region: str) -> bool:
    """Who may invite whom.

    An administrator anybody in its region; a coordinator those who work there with it, reviewers only if that is the
    regency; a partner's reviewer volunteers of its own organisation.
    """
    for scope in principal.scopes:
        if not lies_within(region, scope.region_code):
            continue
        if scope.role is Role.ADMIN:
            return True
        if scope.role is Role.COORDINATOR and role in BY_COORDINATORS:
            # A reviewer sees what its organisation did anywhere in the regency.
            everywhere = lies_within(regency_of(region), scope.region_code)
            if everywhere or role is not Role.PARTNER_REVIEWER:
                return True
        own = scope.organization_id == organization_id
        if scope.role is Role.PARTNER_REVIEWER and own and role is Role.VOLUNTEER:
            return True
    return False


async def member_with(phone: str) -> Member | None:
    """Whoever has the number (E.164). Until the transaction ends nobody else becomes the one."""
    indexes = Member.phone.indexes(phone)
    await alone_with(indexes)
    return await Member.get_or_none(phone_index__in=indexes)


async def _let_back(principal: Principal, member: Member) -> None:
    """Somebody who was taken out of the network is in it again, with those of their former roles that the caller
    could give them.
    """
    if not await Member.filter(id=member.id, active=False).update(active=True):
        return
    former = await Membership.filter(member_id=member.id)
    # Whatever they were signed in to: they sign in anew.
    going = Session.filter(member_id=member.id, ended_at__isnull=True)
    await going.update(ended_at=datetime.now(UTC), end_reason=SessionEnd.BY_OFFICE)
    gone = [one.id for one in former if not may_invite(principal, one.organization_id, one.role, one.region_id)]
    await Membership.filter(id__in=gone).delete()


async def _member(principal: Principal, command: InviteMember, phone: str) -> Member:
    """Whoever has the number, or a new member."""
    known = await member_with(phone)
    if known is not None:
        await _let_back(principal, known)
        return known
    member = Member(id=new_id(), regency_code=regency_of(command.region), name=cleaned(command.name))
    member.phone = phone
    await member.save(force_create=True)
    return member
