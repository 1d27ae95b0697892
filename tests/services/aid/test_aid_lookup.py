"""Looking up aid: what an officer is told of whom, what is written down of it, and how often it is possible."""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidInput, LookedUpTooOften
from kurir_api.models import AidLookup, LookupKey, LookupOutcome, Member, Role
from kurir_api.services.aid.aid_lookup import Aid, Known, LookAidUp, aid_lookup
from kurir_api.services.visibility import visible_aid_lookups
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    VILLAGE,
    add_membership,
    make_aid_lookup,
    make_member,
    make_programme,
    make_registry_person,
    principal_for,
)
from tests.models.rows import broken_rule, change
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")

SUTINAH, WARSITO, NOBODY = "3302235507700001", "3302231205650002", "3302230101010003"
BERKOH = "33.02.24.1003"
WIB = ZoneInfo("Asia/Jakarta")
PURPOSE = "Pasien meminta bantuan sembako."


def by_id(national_id: str) -> LookAidUp:
    return LookAidUp(national_id=national_id, purpose=PURPOSE)


def by_name(name: str, village: str = VILLAGE) -> LookAidUp:
    return LookAidUp(name=name, region=village, purpose=PURPOSE)


async def desk(region: str = VILLAGE, role: Role = Role.DESK_OFFICER) -> Principal:
    return await principal_for(role, region=region)


async def outcomes() -> list[str]:
    return await AidLookup.all().order_by("at").values_list("outcome", flat=True)


async def test_an_officer_is_told_the_masked_name_the_decile_and_aid_that_ended_too() -> None:
    programme = await make_programme("PKH")
    await make_registry_person(SUTINAH, aid='[["PKH","2024-01-01","2024-12-31","DTSEN"]]')

    known = await aid_lookup(await desk(), by_id("3302 2355-0770.0001"))

    ended = Aid(programme, date(2024, 1, 1), date(2024, 12, 31), "DTSEN")
    assert known == Known("S****** W******", VILLAGE, 2, (ended,))


@pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
async def test_who_lives_outside_ones_desk_regions_is_not_found(role: Role) -> None:
    await make_registry_person(SUTINAH)
    await make_registry_person(WARSITO, "Warsito", BERKOH)
    await make_registry_person(WARSITO, "Warsito", OTHER_VILLAGE)

    assert await aid_lookup(await desk(VILLAGE, role), by_id(SUTINAH))
    assert await aid_lookup(await desk(VILLAGE, role), by_id(WARSITO)) is None
    assert await aid_lookup(await desk(VILLAGE, role), by_name("Warsito", BERKOH)) is None
    assert await aid_lookup(await desk(REGENCY, role), by_id(WARSITO))
    assert await aid_lookup(await desk(OTHER_REGENCY, role), by_id(SUTINAH)) is None


async def test_a_name_is_found_as_it_sounds_in_any_order_and_only_whole() -> None:
    await make_registry_person(SUTINAH, "Soetinah Wahjuni")
    officer = await desk(REGENCY)

    assert await aid_lookup(officer, by_name("wahyuni, Bu Sutinah"))
    assert await aid_lookup(officer, by_name("Sutinah")) is None
    assert await aid_lookup(officer, by_name("Sutinah Wahyuni", BERKOH)) is None


async def test_of_several_with_one_name_the_officer_hears_only_that_a_national_id_is_needed() -> None:
    await make_registry_person(SUTINAH)
    await make_registry_person(WARSITO)

    with pytest.raises(InvalidInput, match="nationalId: Several people of that village bear this name"):
        await aid_lookup(await desk(), by_name("Sutinah Wahyuni"))
    assert await aid_lookup(await desk(BERKOH), by_name("Sutinah Wahyuni")) is None

    assert await outcomes() == ["SEVERAL", "NOT_FOUND"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            LookAidUp(national_id=SUTINAH, purpose=" bantuan "),
            {"purpose": "Say what for, in at least 10 characters."},
        ),
        (LookAidUp(national_id=SUTINAH, purpose=""), {"purpose": "Must not be empty."}),
        (
            LookAidUp(national_id=SUTINAH, purpose=f"Bantuan untuk {SUTINAH}"),
            {"purpose": "Don't write a national id here."},
        ),
        (LookAidUp(purpose=PURPOSE), {"nationalId": "Give a national id, or a name and a village."}),
        (
            LookAidUp(national_id=SUTINAH, name="Sutinah", region=VILLAGE, purpose=PURPOSE),
            {"nationalId": "Give a national id, or a name and a village."},
        ),
        (LookAidUp(national_id="33022355", purpose=PURPOSE), {"nationalId": "A national id has 16 digits."}),
        (LookAidUp(name="Bu", region=VILLAGE, purpose=PURPOSE), {"name": "Give the whole name."}),
        (LookAidUp(name="Sutinah", region=REGENCY, purpose=PURPOSE), {"region": "Choose the village."}),
    ],
)
async def test_what_cant_be_looked_up_is_refused_and_not_counted(command: LookAidUp, said: dict[str, str]) -> None:
    assert await problems(aid_lookup(await desk(), command)) == said


async def test_every_look_up_leaves_a_row_that_names_nobody() -> None:
    await make_registry_person(SUTINAH)
    officer = await desk()

    await aid_lookup(officer, by_id(SUTINAH))
    await aid_lookup(officer, by_id(NOBODY))
    await aid_lookup(officer, by_name("Sutinah Wahyuni"))

    rows = await AidLookup.all().order_by("at")
    assert [(row.by, row.outcome, row.region_id) for row in rows] == [
        (LookupKey.NATIONAL_ID, LookupOutcome.FOUND, None),
        (LookupKey.NATIONAL_ID, LookupOutcome.NOT_FOUND, None),
        (LookupKey.NAME, LookupOutcome.FOUND, VILLAGE),
    ]
    assert {(row.member_id, row.regency_code, row.purpose) for row in rows} == {(officer.member_id, REGENCY, PURPOSE)}
    assert len({row.subject_index for row in rows}) == 3
    written = str(await get_connection("default").execute_query_dict("SELECT t::text FROM aid_lookup t"))
    assert not [word for word in ("utinah", "ahyuni", SUTINAH, NOBODY, "sembako") if word in written]


async def test_a_row_is_never_rewritten_but_its_purpose_may_be_sealed_anew() -> None:
    await make_aid_lookup(await make_member(role=Role.DESK_OFFICER))

    await change("aid_lookup", purpose_sealed="\\x01")
    for statement in ("UPDATE aid_lookup SET outcome = 'FOUND'", "DELETE FROM aid_lookup"):
        with pytest.raises(IntegrityError) as refused:
            await get_connection("default").execute_query(statement)
        assert broken_rule(refused.value) == "aid_lookup_never_rewritten"


async def test_of_forty_look_ups_at_once_thirty_are_answered_and_all_are_written_down() -> None:
    officer = await desk()

    answers = await asyncio.gather(*(aid_lookup(officer, by_id(NOBODY)) for _ in range(40)), return_exceptions=True)

    assert answers.count(None) == 30
    assert [type(answer) for answer in answers if answer] == [LookedUpTooOften] * 10
    assert sorted(await outcomes()) == ["LIMITED"] * 10 + ["NOT_FOUND"] * 30


@pytest.mark.parametrize(
    ("most", "within", "apart"),
    [(30, timedelta(hours=1), timedelta(minutes=1)), (200, timedelta(days=1), timedelta(minutes=5))],
)
async def test_look_ups_are_possible_again_when_the_oldest_that_counts_is_old(
    most: int, within: timedelta, apart: timedelta
) -> None:
    officer = await desk()
    oldest = datetime.now(UTC) - within + timedelta(minutes=3)
    for number in range(most):
        await make_aid_lookup(await Member.get(id=officer.member_id), at=oldest + number * apart)

    with pytest.raises(LookedUpTooOften) as refused:
        await aid_lookup(officer, by_id(NOBODY))

    local = (oldest + within).astimezone(WIB)
    assert refused.value.again == f"{local:%d-%m-%Y %H.%M}"
    assert refused.value.message("en").startswith("Too many look-ups. You can look people up again after ")
    assert await aid_lookup(await desk(), by_id(NOBODY)) is None  # another officer


async def test_a_look_up_takes_the_same_statements_whoever_is_asked_for() -> None:
    await make_registry_person(WARSITO, "Warsito", BERKOH)
    officer = await desk()

    async def sent(command: LookAidUp) -> list[str]:
        with Statements() as statements:
            await aid_lookup(officer, command)
        return statements.sent

    assert await sent(by_id(WARSITO)) == await sent(by_id(NOBODY))
    assert await sent(by_name("Warsito", BERKOH)) == await sent(by_name("Wasito", BERKOH))
    assert len(await sent(by_id(NOBODY))) <= 8


async def test_a_person_of_another_village_is_not_found_in_the_time_in_which_nobody_is() -> None:
    """300 look-ups of each, in turns and by officers enough for the limit; a median's noise is a few per cent."""
    people = [await make_registry_person(f"33022312056500{number:02}", "Warsito", BERKOH) for number in range(20, 40)]
    await make_registry_person(SUTINAH)
    took: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(25):
        officer = await desk()
        for number in range(24):
            foreign = number % 2 == 0
            asked = by_id(f"3302231205650{number % len(people) + (20 if foreign else 520):03}")
            began = time.perf_counter()
            assert await aid_lookup(officer, asked) is None
            took[foreign].append(time.perf_counter() - began)

    assert [len(times) for times in took.values()] == [300, 300]
    assert 0.8 < median(took[True]) / median(took[False]) < 1.25


async def test_a_look_up_stands_in_the_books_of_the_regency_in_whose_register_it_was_made() -> None:
    officer = await make_member(role=Role.VOLUNTEER, region=REGENCY)
    await add_membership(officer, Role.DESK_OFFICER, OTHER_REGENCY)
    principal = await principal_of_member(officer.id)

    await aid_lookup(principal, by_id(NOBODY))
    await aid_lookup(principal, by_name("Sutinah", OTHER_VILLAGE))

    rows = visible_aid_lookups(await principal_for(Role.ADMIN, region=OTHER_REGENCY))
    assert await rows.order_by("at").values_list("by", "regency_code") == [
        ("NATIONAL_ID", OTHER_REGENCY),
        ("NAME", OTHER_REGENCY),
    ]
    assert not await visible_aid_lookups(await principal_for(Role.ADMIN, region=REGENCY)).exists()


async def test_who_asks_in_two_registers_leaves_a_row_in_each_and_is_told_what_was_written_last() -> None:
    officer = await make_member(role=Role.DESK_OFFICER, region=REGENCY)
    await add_membership(officer, Role.DESK_OFFICER, OTHER_REGENCY)
    await make_registry_person(SUTINAH, updated_at=datetime.now(UTC) - timedelta(days=1))
    await make_registry_person(SUTINAH, village=OTHER_VILLAGE, updated_at=datetime.now(UTC))

    known = await aid_lookup(await principal_of_member(officer.id), by_id(SUTINAH))

    assert known is not None
    assert known.region_id == OTHER_VILLAGE
    assert sorted(await AidLookup.all().values_list("regency_code", "outcome")) == [
        (REGENCY, "FOUND"),
        (OTHER_REGENCY, "FOUND"),
    ]
