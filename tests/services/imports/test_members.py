"""The people of a regency by files."""

from datetime import date
from pathlib import Path

import pytest

from kurir_api.models import Capability, Member, Membership, Role
from kurir_api.services.members.invite_member import known_capabilities
from tests.counting import Statements
from tests.factories import OTHER_REGENCY, REGENCY, VILLAGE, make_member, make_organization, make_regions
from tests.services.imports.files import imported

pytestmark = pytest.mark.usefixtures("db")

HEADER = "name,phone,organization,role,region,capabilities,locale,latitude,longitude\n"
DUTA = (
    f"Duta Prakosa,0813-2700-0111,Lazis,VOLUNTEER;coordinator,{VILLAGE},FIRST_AID:2027-03-31;AMBULANCE_LICENCE,"
    "en,-7.4,109.2\n"
)


@pytest.fixture(autouse=True)
async def lazis(db: None) -> None:
    """The regency's only partner."""
    await make_regions()
    await make_organization("Lazis", regency_code=REGENCY)


async def members(folder: Path, content: str) -> tuple[object, dict[int, str]]:
    """The counts, and what is said of refused lines, when Banyumas imports it."""
    found = await imported(folder, "members", HEADER + content, regency=REGENCY)
    return found.counts, found.said()


async def test_a_new_member_has_everything_that_is_written(tmp_path: Path) -> None:
    assert await members(tmp_path, DUTA) == ((1, 1, 0, 0, 0), {})

    member = await Member.get()
    memberships = await Membership.all().order_by("role").values_list("role", "region_id", "regency_code")
    capabilities = await Capability.all().order_by("code").values_list("code", "valid_until")
    assert (member.name, member.phone, member.locale) == ("Duta Prakosa", "+6281327000111", "en")
    assert (member.regency_code, member.home_latitude, member.active) == (REGENCY, -7.4, True)
    assert memberships == [("COORDINATOR", VILLAGE, REGENCY), ("VOLUNTEER", VILLAGE, REGENCY)]
    assert capabilities == [("AMBULANCE_LICENCE", None), ("FIRST_AID", date(2027, 3, 31))]


async def test_a_second_time_everybody_is_the_same(tmp_path: Path) -> None:
    await members(tmp_path, DUTA)

    assert await members(tmp_path, DUTA) == ((1, 0, 0, 1, 0), {})


@pytest.mark.parametrize("phone", ["81327000111", "6281327000111", "+62 813-2700-0111", "0813 2700 0111"])
async def test_phones_as_excel_leaves_them_are_understood(tmp_path: Path, phone: str) -> None:
    await members(tmp_path, f"Duta,{phone},Lazis,VOLUNTEER,,,,,\n")

    assert (await Member.get()).phone == "+6281327000111"


async def test_who_is_known_elsewhere_gets_a_further_membership_and_keeps_the_rest(tmp_path: Path) -> None:
    other = await make_organization("Wreda", regency_code=OTHER_REGENCY)
    known = await make_member(
        "Endang", Role.ADMIN, OTHER_REGENCY, phone="+6281327000111", organization=other, active=False
    )

    assert await members(tmp_path, "Lain,081327000111,Lazis,VOLUNTEER,,,en,-7.4,109.2\n") == ((1, 0, 1, 0, 0), {})

    member = await Member.get()
    assert (member.id, member.name, member.locale, member.active) == (known.id, "Endang", known.locale, False)
    assert member.home_latitude == known.home_latitude
    assert await Membership.all().order_by("role").values_list("role", "region_id") == [
        ("ADMIN", OTHER_REGENCY),
        ("VOLUNTEER", REGENCY),
    ]


async def test_a_licence_is_renewed(tmp_path: Path) -> None:
    await members(tmp_path, DUTA)

    assert await members(tmp_path, DUTA.replace("2027", "2028")) == ((1, 0, 1, 0, 0), {})
    assert (await Capability.get(code="FIRST_AID")).valid_until == date(2028, 3, 31)


async def test_rows_that_name_what_is_not_there_or_lies_elsewhere_are_refused(tmp_path: Path) -> None:
    content = (
        f"A,0813-2700-0112,Nobody,VOLUNTEER,33.02.99,,,,\n"
        f"B,0813-2700-0113,Lazis,BOSS,{OTHER_REGENCY},JUGGLING,fr,,\n"
        "C,8.13E+10,Lazis,VOLUNTEER,33,,,,\n"
        "D,0813-2700-0114,Lazis,VOLUNTEER,,FIRST_AID;FIRST_AID:soon,,,\n"
    )

    counts, said = await members(tmp_path, content)

    assert counts == (4, 0, 0, 0, 4)
    assert said == {
        2: "organization: No organisation has this name; import or add it first; region: Unknown region code",
        3: "region: Not a part of 33.02; locale: Write id or en; "
        f"capabilities: Known codes: {', '.join(known_capabilities())}; role: Choose one of: {', '.join(Role)}",
        4: "region: Not a part of 33.02; "
        "phone: Excel has rounded this number; make the column Text and fill it in again from its source",
        5: "capabilities: Write it like 2026-12-25 or 25/12/2026; capabilities: Name each code once",
    }
    assert not await Member.exists()


async def test_hundreds_of_people_take_as_many_statements_as_one(tmp_path: Path) -> None:
    rows = [f"Orang {n},0813270{n:05},Lazis,VOLUNTEER,{VILLAGE},FIRST_AID,,,\n" for n in range(1, 300)]
    with Statements() as one:
        await members(tmp_path, rows[0])
    with Statements() as many:
        assert await members(tmp_path, "".join(rows[1:])) == ((298, 298, 0, 0, 0), {})

    assert len(many) == len(one)
