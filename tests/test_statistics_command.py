"""`kurir statistics`, as an operator runs it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kurir_api.models import Role
from kurir_api.settings import Settings
from tests.factories import (
    make_case,
    make_claim,
    make_cost,
    make_ledger_entries,
    make_member,
    make_programme,
    make_referral,
    make_regions,
    make_task,
    make_work_entry,
)
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")


async def asked(settings: Settings, *words: str) -> Ended:
    """What the command leaves."""
    return await run(KURIR, "statistics", *words, env=environment(settings), cwd=settings.data_dir)


async def test_shows_exact_figures_and_writes_tables_and_charts(settings: Settings, tmp_path: Path) -> None:
    claim = await make_claim(await make_task(await make_case()), await make_member())
    await make_work_entry(claim, booked_on=date(2026, 10, 3))
    await make_ledger_entries(await make_cost(claim, 50_001, spent_on=date(2026, 10, 3)))
    programme = await make_programme(name_id="PKH")
    desk = await make_member(role=Role.DESK_OFFICER)
    await make_referral(programme, sent_by=desk, sent_at=datetime(2026, 10, 3, tzinfo=UTC), status="ACCEPTED")
    folders = (f"--csv={tmp_path / 'csv'}", f"--charts={tmp_path / 'charts'}")

    said = await asked(settings, "33.02", "--from=2026-10-01", "--to=2026-11-15", *folders)

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "Kabupaten Banyumas, 2026-10-01 to 2026-11-15",
        "",
        "patients helped           1",
        "tasks completed           1",
        "Rp spent             50,001",
        "cases opened              0",
        "cases open now            1",
        "members now               2",
        "median min to claim       -",
        "alerts per claim          -",
        "",
        "month    reports  cases  helped  tasks      Rp",
        "2026-10        0      0       1      1  50,001",
        "2026-11        0      0       0      0       0",
        "",
        "year  reports  cases  helped  tasks      Rp",
        "2026        0      0       1      1  50,001",
        "",
        "kind           helped  tasks  h:min    km      Rp  in kind Rp",
        "Ambulance run       1      1   1:30  12.0  50,001           0",
        "",
        "category      Rp  in kind Rp",
        "Fuel      50,001           0",
        "",
        "programme  referrals  granted  overdue",
        "PKH                1        0        0",
    ]
    assert sorted(file.name for file in (tmp_path / "csv").iterdir()) == [
        f"statistik-33.02_2026-10-01_2026-11-15_{table}.csv"
        for table in ("categories", "kinds", "months", "programmes", "waiting")
    ]
    assert len(list((tmp_path / "charts").glob("*.svg"))) == 7


async def test_hours_are_written_like_the_other_numbers(settings: Settings) -> None:
    claim = await make_claim(await make_task(await make_case()), await make_member())
    await make_work_entry(claim, 75_000, booked_on=date(2026, 10, 3))

    said = await asked(settings, "33.02", "--from=2026-10-01", "--to=2026-10-31")

    assert "1,250:00" in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("33.99", "--from=2026-01-01", "--to=2026-01-31"),
            "There is no region '33.99'; write its code, such as 33.02.",
        ),
        (
            ("33.02", "--from=yesterday", "--to=2026-01-31"),
            "--from: 'yesterday' is no day; write it like 2026-11-23.",
        ),
        (("33.02", "--from=2026-02-01", "--to=2026-01-31"), "--to: 2026-01-31 is before --from; swap the two."),
        (
            ("33.02", "--from=9999-01-01", "--to=9999-12-31"),
            "--from: 9999-01-01 is not of the years 2000 to 2999.",
        ),
        (("33.02", "--from=2010-01-01", "--to=2026-01-31"), "--to: At most 10 years; choose a shorter period."),
    ],
    ids=["region", "no day", "backwards", "far off", "too long"],
)
async def test_refuses_what_it_cannot_do_with_status_2(settings: Settings, words: tuple[str, ...], said: str) -> None:
    await make_regions()

    assert await asked(settings, *words) == Ended(2, "", f"{said}\n")


async def test_says_when_a_folder_can_not_be_written(settings: Settings, tmp_path: Path) -> None:
    await make_regions()
    (tmp_path / "taken").touch()

    ended = await asked(settings, "33.02", "--from=2026-01-01", "--to=2026-01-31", f"--csv={tmp_path / 'taken'}")

    assert (ended.code, ended.out) == (2, "")
    assert "can't be written" in ended.err
