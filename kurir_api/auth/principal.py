"""The Principal: a signed-in member with everything their memberships let them do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from tortoise.expressions import Q

from kurir_api.errors import Unauthenticated, UnknownMember
from kurir_api.models import Member, Membership, Role, lies_within


@dataclass(frozen=True, slots=True)
class Scope:
    """One membership: a role for an organisation, within a region and all below it."""

    organization_id: UUID
    role: Role
    region_code: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling. `locale` is "id" or "en"; `place` latitude and longitude: the phone's last fix, else home.
    `session_id`: the session they signed in to, where that is one of ours.
    """

    member_id: UUID
    locale: str
    regency_code: str
    scopes: tuple[Scope, ...]
    place: tuple[float, float] | None = None
    session_id: UUID | None = None

    @classmethod
    def of(cls, memberships: Iterable[Membership], session_id: UUID | None = None) -> Self:
        """The principal of one member's memberships, each with `member` loaded. Raises UnknownMember if none."""
        memberships = list(memberships)
        if not memberships:
            raise UnknownMember
        member = memberships[0].member
        scopes = tuple(Scope(m.organization_id, m.role, m.region_id) for m in memberships)
        return cls(member.id, member.locale, member.regency_code, scopes, _place(member), session_id)

    def has_any(self, roles: Iterable[Role]) -> bool:
        """Whether any membership has one of the roles, anywhere."""
        return any(scope.role in roles for scope in self.scopes)

    def regions(self, *roles: Role) -> frozenset[str]:
        """The region codes of the memberships with one of the roles (any role when none is named)."""
        return frozenset(scope.region_code for scope in self.scopes if not roles or scope.role in roles)

    def organizations(self, *roles: Role) -> frozenset[UUID]:
        """The organisations for which the member has one of the roles (any role when none is named)."""
        return frozenset(scope.organization_id for scope in self.scopes if not roles or scope.role in roles)

    def reaches(self, region_code: str, *roles: Role) -> bool:
        """Whether a membership with one of the roles covers the region."""
        return any(lies_within(region_code, scope) for scope in self.regions(*roles))

    def decides_on(self, organization_id: UUID, region_code: str) -> bool:
        """Whether a membership as the organisation's programme officer covers the region."""
        return any(
            scope.role is Role.PROGRAMME_OFFICER
            and scope.organization_id == organization_id
            and lies_within(region_code, scope.region_code)
            for scope in self.scopes
        )


def _place(member: Member) -> tuple[float, float] | None:
    if member.last_latitude is not None and member.last_longitude is not None:
        return member.last_latitude, member.last_longitude
    if member.home_latitude is not None and member.home_longitude is not None:
        return member.home_latitude, member.home_longitude
    return None


async def principal_of_member(member_id: UUID) -> Principal:
    """The principal of an active member. Raises UnknownMember."""
    return await _principal(Q(member_id=member_id))


async def principal_of_session(member_id: UUID, session_id: UUID) -> Principal:
    """The principal of an active member, while their session goes on. Raises Unauthenticated. One statement."""
    going = Q(member_id=member_id, member__sessions__id=session_id, member__sessions__ended_at__isnull=True)
    try:
        return await _principal(going, session_id)
    except UnknownMember as error:
        raise Unauthenticated from error


async def principal_of_phone(phone: str) -> Principal:
    """The principal of the active member with this number (E.164). Raises UnknownMember."""
    return await _principal(Q(member__phone_index__in=Member.phone.indexes(phone)))


async def _principal(member: Q, session_id: UUID | None = None) -> Principal:
    return Principal.of(await Membership.filter(member, member__active=True).select_related("member"), session_id)
