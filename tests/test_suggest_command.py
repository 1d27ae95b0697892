"""`kurir suggest`, as an operator runs it."""

from datetime import timedelta

import pytest

from kurir_api.settings import Settings
from tests.factories import FAR_OFF, make_case, make_member, make_patient, make_regions, make_task
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment
from tests.schema.refusals import everything

pytestmark = pytest.mark.usefixtures("db")

LICENSED = ("AMBULANCE_LICENCE",)


async def suggest(settings: Settings, region: str) -> Ended:
    """What the command leaves."""
    return await run(KURIR, "suggest", f"--region={region}", env=environment(settings), cwd=settings.data_dir)


async def test_shows_who_could_take_what_and_what_that_saves_and_changes_nothing(settings: Settings) -> None:
    case = await make_case(await make_patient(name="Sutinah"))
    await make_task(case, number=4821, starts_at=FAR_OFF, title="Antar Bu Sutinah")
    await make_task(case, number=4822, latitude=-7.3725, starts_at=FAR_OFF + timedelta(hours=1), slots=2)
    await make_task(case, number=4823, kind="SHELTER_STAY", starts_at=FAR_OFF, ends_at=FAR_OFF + timedelta(days=2))
    await make_member("Ana Setyowati", home=(-7.3745, 109.2215), capabilities=LICENSED)
    await make_member("Budi", home=(-7.3925, 109.2215), capabilities=LICENSED)
    before = await everything()

    said = await suggest(settings, "33.02")

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "task  kind           where         when                             member              km  min",
        "4821  Ambulance run  Karangnangka  Thu 1 Jan 07:00-11:00            Budi               1.1    3",
        "4822  Ambulance run  Karangnangka  Thu 1 Jan 08:00-12:00            Ana Setyowati      0.2    1",
        "4823  Shelter stay   Karangnangka  Thu 1 Jan 07:00-Sat 3 Jan 07:00  nobody for 1 slot",
        "4822  Ambulance run  Karangnangka  Thu 1 Jan 08:00-12:00            nobody for 1 slot",
        "",
        "            filled         km  min",
        "suggested   2 of 4 slots  1.3    4",
        "one by one  2 of 4 slots  3.1    9",
    ]
    assert await everything() == before


async def test_says_so_when_no_task_is_open(settings: Settings) -> None:
    await make_regions()

    assert await suggest(settings, "33.02.23") == Ended(0, "No task is open here.\n", "")


async def test_refuses_a_region_that_there_is_not(settings: Settings) -> None:
    assert await suggest(settings, "99.99") == Ended(
        1,
        "",
        "Perbaiki isian: region: Wilayah ini tidak dikenal; tulis kodenya, seperti 33.02.\n"
        "Correct the input: region: There is no such region; write its code, such as 33.02.\n",
    )
