"""The invented partners and members of the demo: always the same, made from lists of common names."""

from dataclasses import dataclass
from datetime import time
from random import Random
from zoneinfo import ZoneInfo

from kurir_api.models import OrganizationKind, Region, RegionLevel, Role, regency_of
from kurir_api.services.places.load_places import regions

REGENCY = "33.02"
WIB = ZoneInfo("Asia/Jakarta")
MEMBERS = 139
"""As many as the partners of Banyumas had in April 2019."""

OFFICE = "Dinas Sosial Kabupaten Banyumas"
AMBULANCES = "Komunitas Ambulans Satria Serayu"
ORGANIZATIONS: dict[str, OrganizationKind] = {
    OFFICE: OrganizationKind.REGENCY_AGENCY,
    "Dinas Kesehatan Kabupaten Banyumas": OrganizationKind.REGENCY_AGENCY,
    "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Banyumas": OrganizationKind.REGENCY_AGENCY,
    "Kantor Kementerian Agama Kabupaten Banyumas": OrganizationKind.VERTICAL_AGENCY,
    "Lazis Serayu": OrganizationKind.ZAKAT_CHARITY,
    "Lumbung Zakat Kamandaka": OrganizationKind.ZAKAT_CHARITY,
    "Yayasan Pelita Serayu": OrganizationKind.FOUNDATION,
    "Yayasan Sahabat Ginjal Satria": OrganizationKind.FOUNDATION,
    "Bakti Usaha Batik Kranji": OrganizationKind.CSR,
    "Ikatan Bakti Sosial Kamandaka": OrganizationKind.SOCIAL_ORGANIZATION,
    "Rumah Singgah Melati Serayu": OrganizationKind.WELFARE_INSTITUTION,
    "Panti Lansia Tunas Serayu": OrganizationKind.WELFARE_INSTITUTION,
    AMBULANCES: OrganizationKind.COMMUNITY,
    "Komunitas Dapur Guyub Serayu": OrganizationKind.COMMUNITY,
}
REVIEWED = (
    AMBULANCES,
    "Lazis Serayu",
    "Yayasan Sahabat Ginjal Satria",
    "Rumah Singgah Melati Serayu",
    "Komunitas Dapur Guyub Serayu",
    "Bakti Usaha Batik Kranji",
)
KARANGNANGKA = "33.02.23.2005"
BEJI = "33.02.23.2004"
KEDUNGBANTENG = "33.02.23"

AMBULANCE_LICENCE = "AMBULANCE_LICENCE"
CAPABILITIES = {AMBULANCE_LICENCE: 0.34, "FIRST_AID": 0.3, "PSYCHOSOCIAL_TRAINING": 0.14, "SHELTER_HOST": 0.1}
"""The share of volunteers with each."""
EXPIRING = frozenset({AMBULANCE_LICENCE, "FIRST_AID"})
ON_DUTY = 0.67
WITH_QUIET_HOURS = 0.2

MEN = (
    """
Agus Arif Bambang Budi Darsono Eko Fajar Gunawan Hadi Heru Imam Joko Kusno Mugiono Riyanto Rohmat Rudi Sarno
Slamet Sugeng Supri Sutrisno Tarsono Teguh Untung Wahyu Warsito
""",
    """
Adi Cahyono Hadiwijaya Haryanto Hidayat Kurniawan Nugroho Pambudi Permana Prabowo Prasetyo Purnomo Purwanto
Raharjo Santoso Saputra Setiawan Sudarmo Sulistyo Susilo Wibowo Wicaksono Widodo Yulianto
""",
)
WOMEN = (
    """
Anisa Dewi Dian Endang Farida Hartini Indah Kartini Lestari Maryati Murni Nining Parti Ratna Rini Siti Suharti
Sumarni Suryati Titin Tuti Wulan Yanti Yuli
""",
    """
Anggraeni Aprilia Astuti Fitriani Handayani Hapsari Kusuma Mulyani Nurhayati Pratiwi Puspita Rahayu Rahmawati
Setyaningsih Sukmawati Susanti Utami Wijayanti
""",
)

EVENING, DAWN = time(21, 0), time(4, 30)
HOME_SPREAD_DEGREES = 0.005  # about 550 m around the village's centre


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A member to be made. `region`: how far the role reaches. `home`: (latitude, longitude). `quiet`: from, to.

    `capabilities` last so many days from today, None: no end.
    """

    name: str
    phone: str
    locale: str
    role: Role
    organization: str
    region: str
    village: str
    home: tuple[float, float]
    available: bool
    quiet: tuple[time, time] | None
    capabilities: dict[str, int | None]

    @property
    def regency(self) -> str:
        """Its code."""
        return regency_of(self.region)


STAFF: tuple[tuple[Role, str, str], ...] = (
    *((Role.COORDINATOR, OFFICE, REGENCY),) * 3,
    *((Role.DESK_OFFICER, OFFICE, REGENCY),) * 2,
    (Role.DESK_OFFICER, OFFICE, KEDUNGBANTENG),
    (Role.ADMIN, OFFICE, REGENCY),
    *((Role.PARTNER_REVIEWER, organization, REGENCY) for organization in REVIEWED),
)
"""Role, organisation and region of the first members; all others are volunteers."""


def phone_of(number: int) -> str:
    """The phone number of the number-th invented member, from 1, E.164: valid in form, and nobody's."""
    return f"+62811{number:08}"


def _first(role: Role) -> str:
    return phone_of([*(held for held, _, _ in STAFF), Role.VOLUNTEER].index(role) + 1)


COORDINATOR, DESK_OFFICER = _first(Role.COORDINATOR), _first(Role.DESK_OFFICER)
REVIEWER, VOLUNTEER = _first(Role.PARTNER_REVIEWER), _first(Role.VOLUNTEER)
"""The phones of those whom the demo lets you be; this reviewer and this volunteer are of one partner."""


def invented_members() -> list[Invented]:
    """The 139, the same on every call, ordered by phone."""
    random = Random(MEMBERS)  # noqa: S311 - invented people, not secrets
    people = zip(_names(random), _homes(random), strict=True)
    return [_invented(number, name, village, random) for number, (name, village) in enumerate(people, 1)]


def _invented(number: int, name: str, village: Region, random: Random) -> Invented:
    phone = phone_of(number)
    anyone = (Role.VOLUNTEER, random.choice(list(ORGANIZATIONS)), REGENCY)
    role, organization, region = STAFF[number - 1] if number <= len(STAFF) else anyone
    able = [code for code, share in CAPABILITIES.items() if role is Role.VOLUNTEER and random.random() < share]
    always = phone == VOLUNTEER
    return Invented(
        name=name,
        phone=phone,
        locale="en" if role is Role.COORDINATOR else "id",
        role=role,
        organization=AMBULANCES if always else organization,
        region=region,
        village=village.code,
        home=near(village, random),
        available=random.random() < ON_DUTY or always,
        quiet=(EVENING, DAWN) if random.random() < WITH_QUIET_HOURS and not always else None,
        capabilities={
            code: random.randint(30, 900) if code in EXPIRING else None for code in (CAPABILITIES if always else able)
        },
    )


def _names(random: Random) -> list[str]:
    return random.sample(possible_names(), MEMBERS)


def possible_names() -> list[str]:
    """Every first name with every last one that goes with it."""
    return [f"{given} {last}" for first, lasts in (MEN, WOMEN) for given in first.split() for last in lasts.split()]


def _homes(random: Random) -> list[Region]:
    """139 villages: at least one in every sub-district, and the demo's volunteer beside Karangnangka."""
    villages = [region for region in regions(REGENCY) if region.level is RegionLevel.VILLAGE]
    random.shuffle(villages)
    one_each = {village.code[:-5]: village for village in villages if village.code != BEJI}
    others = [village for village in villages if village.code != BEJI and village not in one_each.values()]
    chosen = [*one_each.values(), *others][: MEMBERS - 1]
    random.shuffle(chosen)
    chosen.insert(len(STAFF), next(village for village in villages if village.code == BEJI))
    return chosen


def near(village: Region, random: Random) -> tuple[float, float]:
    """A point close to the village's centre, (latitude, longitude)."""
    latitude, longitude = (
        round(centre + random.uniform(-HOME_SPREAD_DEGREES, HOME_SPREAD_DEGREES), 5)
        for centre in (village.latitude, village.longitude)
        if centre is not None
    )
    return latitude, longitude
