"""Fill an empty database with the demo: the places of two regencies, invented members, a few live cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_phone
from kurir_api.demo.cases import add_cases
from kurir_api.demo.desk import add_desk
from kurir_api.demo.history import add_history
from kurir_api.demo.kebumen import (
    KEBUMEN,
    KEBUMEN_ADMIN,
    KEBUMEN_COORDINATOR,
    KEBUMEN_VOLUNTEER,
    KIS_OFFICER,
    ORGANIZATIONS_OF_KEBUMEN,
    VILLAGE_DESK,
    desk_members,
)
from kurir_api.demo.people import (
    COORDINATOR,
    DESK_OFFICER,
    ORGANIZATIONS,
    REGENCY,
    REVIEWER,
    VOLUNTEER,
    WIB,
    Invented,
    invented_members,
)
from kurir_api.models import Capability, Device, Member, Membership, Organization, new_id
from kurir_api.services.accesses import accounted
from kurir_api.services.places.load_places import load_places
from kurir_api.services.programmes.load_programmes import load_programmes
from kurir_api.settings import Settings, SettingsError

LOCK = 0x64656D6F  # "demo", in PostgreSQL's advisory locks: two processes that start at once load it once

YOU = {
    "volunteer": VOLUNTEER,
    "coordinator": COORDINATOR,
    "desk_officer": DESK_OFFICER,
    "reviewer": REVIEWER,
    "kebumen_coordinator": KEBUMEN_COORDINATOR,
    "kebumen_admin": KEBUMEN_ADMIN,
    "kebumen_volunteer": KEBUMEN_VOLUNTEER,
    "village_desk": VILLAGE_DESK,
    "officer": KIS_OFFICER,
}
"""The phones of those whom one may be, by the field of `Demo`."""

Tokens = Callable[[UUID], str]
"""A member's bearer token."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the invented members whom one may be. `post` says as what."""

    id: UUID
    name: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Whom one may be, how many minutes a token lasts, and where the data is, in words.

    The first four are Banyumas's, the others Kebumen's: `village_desk` sits in Babadsari, `officer` decides on
    referrals to KIS PBI.
    """

    volunteer: Person
    coordinator: Person
    desk_officer: Person
    reviewer: Person
    kebumen_coordinator: Person
    kebumen_admin: Person
    kebumen_volunteer: Person
    village_desk: Person
    officer: Person
    token_minutes: int
    kept: str


def refuse_production(settings: Settings) -> None:
    """Raise SettingsError in production."""
    if settings.production:
        raise SettingsError("KURIR_ENVIRONMENT: the demo's invented people don't belong in production")


async def load(settings: Settings) -> Demo:
    """Load the demo, all of it or nothing, unless it is there: then one statement finds it, and nothing changes.

    The database must be migrated and open. Raises SettingsError in production: invented people have no place there.
    """
    refuse_production(settings)
    demo = await _find(settings)
    if demo is None:
        async with in_transaction(), accounted("demo", within=True):
            await get_connection("default").execute_query("SELECT pg_advisory_xact_lock($1)", [LOCK])
            demo = await _find(settings) or await _load(settings)
    return demo


async def _load(settings: Settings) -> Demo:
    for regency in (REGENCY, KEBUMEN):
        await load_places(regency)
    await _add_people(datetime.now(UTC))
    for regency in (REGENCY, KEBUMEN):
        await load_programmes(regency)
    await add_history(await principal_of_phone(COORDINATOR))
    await add_cases()
    await add_desk()
    demo = await _find(settings)
    if demo is None:
        raise RuntimeError("The demo's people can't be found by the phone numbers they were given")
    return demo


async def _find(settings: Settings) -> Demo | None:
    """Whom one may be, if the demo was loaded with this office's keys."""
    posts = {
        one.phone: f"{one.role.lower().replace('_', ' ')}, {one.organization}"
        for one in (*invented_members(), *desk_members())
        if one.phone in YOU.values()
    }
    numbers = {index: phone for phone in posts for index in Member.phone.indexes(phone)}
    found = await Member.filter(phone_index__in=list(numbers)).values_list("id", "name", "phone_index")
    people = {numbers[index]: Person(member_id, name, posts[numbers[index]]) for member_id, name, index in found}
    if len(people) < len(posts):
        return None
    return Demo(
        **{field: people[phone] for field, phone in YOU.items()},
        token_minutes=settings.token_minutes,
        kept=f"in {settings.data_dir.absolute()}" if settings.database_url is None else "at KURIR_DATABASE_URL",
    )


async def _add_people(now: datetime) -> None:
    """Organisations, and members with memberships, capabilities and phones: a statement for each table."""
    organizations = {
        name: Organization(id=new_id(), regency_code=regency, name=name, kind=kind)
        for regency, kinds in ((REGENCY, ORGANIZATIONS), (KEBUMEN, ORGANIZATIONS_OF_KEBUMEN))
        for name, kind in kinds.items()
    }
    people = [(one, _member(one)) for one in (*invented_members(), *desk_members())]
    today = now.astimezone(WIB).date()
    await Organization.bulk_create(organizations.values())
    await Member.bulk_create([member for _, member in people])
    await Membership.bulk_create(
        Membership(
            regency_code=one.regency,
            member_id=member.id,
            organization_id=organizations[one.organization].id,
            role=one.role,
            region_id=one.region,
        )
        for one, member in people
    )
    await Capability.bulk_create(
        Capability(
            regency_code=one.regency,
            member_id=member.id,
            code=code,
            valid_until=None if days is None else today + timedelta(days=days),
        )
        for one, member in people
        for code, days in one.capabilities.items()
    )
    await Device.bulk_create(
        Device(
            regency_code=one.regency,
            member_id=member.id,
            token=f"demo-{one.phone}",
            platform="android",
            locale=one.locale,
            registered_at=now,
        )
        for one, member in people
    )


def _member(one: Invented) -> Member:
    quiet_from, quiet_to = one.quiet or (None, None)
    latitude, longitude = one.home
    member = Member(
        id=new_id(),
        regency_code=one.regency,
        name=one.name,
        locale=one.locale,
        available=one.available,
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        home_latitude=latitude,
        home_longitude=longitude,
    )
    member.phone = one.phone
    return member
