"""The second regency: Kebumen's invented office and members; and the officer of Banyumas who decides on referrals."""

from collections.abc import Iterator
from random import Random

from kurir_api.demo.people import (
    AMBULANCE_LICENCE,
    OFFICE,
    REGENCY,
    Invented,
    invented_members,
    near,
    phone_of,
    possible_names,
)
from kurir_api.models import OrganizationKind, Region, RegionLevel, Role, lies_within
from kurir_api.services.places.load_places import regions

KEBUMEN = "33.05"
KUTOWINANGUN, BABADSARI = "33.05.10", "33.05.10.2007"
BABADSARI_CENTRE = (-7.70747, 109.75236)
"""Latitude and longitude, as in services/places."""
MEMBERS_OF_KEBUMEN = 25
FIRST_PHONE = 10_001
"""As `phone_of` counts: beyond all of Banyumas."""

DESK = "Rumah Harapan Kebumen"
AGENCY = "Dinas Sosial Kabupaten Kebumen"
BAZNAS = "BAZNAS Kabupaten Kebumen"
"""The last two are called as the owners of their programmes are in services/programmes."""
AMBULANCES = "Komunitas Ambulans Lukulo"
FOUNDATION = "Yayasan Sahabat Lukulo"
ORGANIZATIONS_OF_KEBUMEN: dict[str, OrganizationKind] = {
    DESK: OrganizationKind.REGENCY_AGENCY,
    AGENCY: OrganizationKind.REGENCY_AGENCY,
    BAZNAS: OrganizationKind.ZAKAT_CHARITY,
    AMBULANCES: OrganizationKind.COMMUNITY,
    FOUNDATION: OrganizationKind.FOUNDATION,
}
HELPING = (AMBULANCES, FOUNDATION)

POSTS: tuple[tuple[Role, str, str], ...] = (
    (Role.PROGRAMME_OFFICER, OFFICE, REGENCY),
    (Role.COORDINATOR, DESK, KEBUMEN),
    (Role.ADMIN, DESK, KEBUMEN),
    (Role.DESK_OFFICER, DESK, KEBUMEN),
    (Role.DESK_OFFICER, DESK, KUTOWINANGUN),
    (Role.DESK_OFFICER, DESK, BABADSARI),
    (Role.PROGRAMME_OFFICER, AGENCY, KEBUMEN),
    (Role.PROGRAMME_OFFICER, BAZNAS, KEBUMEN),
    (Role.PARTNER_REVIEWER, FOUNDATION, KEBUMEN),
)
"""Role, organisation and region of the first; the others are Kebumen's volunteers."""

(
    BANYUMAS_OFFICER,
    KEBUMEN_COORDINATOR,
    KEBUMEN_ADMIN,
    REGENCY_DESK,
    SUBDISTRICT_DESK,
    VILLAGE_DESK,
    KIS_OFFICER,
    BAZNAS_OFFICER,
    KEBUMEN_REVIEWER,
    KEBUMEN_VOLUNTEER,
) = (phone_of(FIRST_PHONE + number) for number in range(len(POSTS) + 1))
"""Their phones, in the order of their posts; this volunteer is always on duty."""


def desk_members() -> list[Invented]:
    """One more for Banyumas, and Kebumen's 25; the same on every call, ordered by phone, none called as another."""
    random = Random(MEMBERS_OF_KEBUMEN)  # noqa: S311 - invented people, not secrets
    taken = {one.name for one in invented_members()}
    names = random.sample([name for name in possible_names() if name not in taken], 1 + MEMBERS_OF_KEBUMEN)
    people = zip(names, _homes(random), strict=True)
    return [_invented(number, name, village, random) for number, (name, village) in enumerate(people)]


def _invented(number: int, name: str, village: Region, random: Random) -> Invented:
    """Of the volunteers every second one drives an ambulance; of all, three in four are on duty."""
    helper = (Role.VOLUNTEER, HELPING[number % len(HELPING)], KEBUMEN)
    role, organization, region = POSTS[number] if number < len(POSTS) else helper
    phone = phone_of(FIRST_PHONE + number)
    return Invented(
        name=name,
        phone=phone,
        locale="id" if role is Role.VOLUNTEER else "en",
        role=role,
        organization=organization,
        region=region,
        village=village.code,
        home=near(village, random),
        available=number % 4 > 0 or phone == KEBUMEN_VOLUNTEER,
        quiet=None,
        capabilities={AMBULANCE_LICENCE: random.randint(30, 900)} if organization == AMBULANCES else {},
    )


def _homes(random: Random) -> Iterator[Region]:
    """A village for each: of Banyumas for its officer; Babadsari for who sits there and the volunteer on duty; of the
    others every second one in that sub-district, and the rest anywhere in Kebumen.
    """
    yield next(one for one in regions(REGENCY) if one.level is RegionLevel.VILLAGE)
    villages = [one for one in regions(KEBUMEN) if one.level is RegionLevel.VILLAGE and one.latitude is not None]
    around = [one for one in villages if lies_within(one.code, KUTOWINANGUN)]
    babadsari = next(one for one in around if one.code == BABADSARI)
    for number in range(1, 1 + MEMBERS_OF_KEBUMEN):
        if phone_of(FIRST_PHONE + number) in {VILLAGE_DESK, KEBUMEN_VOLUNTEER}:
            yield babadsari
        else:
            yield random.choice(around if number % 2 else villages)
