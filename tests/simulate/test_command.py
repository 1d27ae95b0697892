"""`kurir simulate`, as an operator runs it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from kurir_api.cli import kurir
from kurir_api.models import TaskStatus
from kurir_api.settings import Settings
from kurir_api.simulate.command import Options, checked, simulated
from tests.factories import NOW, make_member, make_task

SMALL = ("--members", "20", "--tasks-per-week", "6", "--weeks", "2", "--processes", "1")


def simulate(*options: str, **environment: str) -> Result:
    """What `kurir simulate` prints, and its exit status."""
    return CliRunner().invoke(kurir, ["simulate", *options], env=environment)


def test_every_policy_is_a_column_nearest_first() -> None:
    result = simulate(*SMALL)

    title, empty, head, *lines, note = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert title == "Kabupaten Banyumas: 20 members, 6 tasks a week, 2 weeks, seed 1"
    assert (empty, head.split()) == ("", ["goal", "nearest", "adaptive", "broadcast"])
    assert len(lines) == 21
    assert note.startswith('"never": ')


def test_the_same_seed_prints_the_same_and_another_does_not() -> None:
    first = simulate(*SMALL, "--seed", "7")

    assert simulate(*SMALL, "--seed", "7").stdout == first.stdout
    assert simulate(*SMALL, "--seed", "8").stdout.splitlines()[1:] != first.stdout.splitlines()[1:]


def test_the_policies_are_those_asked_for_in_that_order_each_once() -> None:
    result = simulate(*SMALL, "--policy", "broadcast", "--policy", "nearest", "--policy", "broadcast")

    assert result.stdout.splitlines()[2].split() == ["goal", "broadcast", "nearest"]


@pytest.mark.parametrize("regency", ["kebumen", "Kebumen", "Kabupaten Kebumen", "33.05"])
def test_a_regency_goes_by_name_or_code(regency: str) -> None:
    result = simulate(*SMALL, "--policy", "nearest", "--regency", regency)

    assert result.stdout.startswith("Kabupaten Kebumen: 20 members")


def test_several_seeds_are_put_together_and_adaptive_is_compared_with_nearest() -> None:
    result = simulate(*SMALL, "--seeds", "2")

    assert result.stdout.startswith("Kabupaten Banyumas: 20 members, 6 tasks a week, 2 weeks, seeds 1 to 2\n")
    comparison = result.stdout.partition("adaptive against nearest, means over 2 seeds, seed by seed\n\n")[2]
    assert comparison.split()[:8] == ["nearest", "adaptive", "difference", "95", "%", "interval", "adaptive", "is"]
    assert len(comparison.splitlines()) == 9


def test_the_bound_is_a_column_of_people_who_never_tire() -> None:
    result = simulate(*SMALL, "--policy", "broadcast", "--bound")

    lines = result.stdout.splitlines()
    assert lines[2].split() == ["goal", "broadcast", "bound"]
    claimed, at_best = (float(cell) for cell in lines[4].split() if cell not in {"claimed", "%"})
    assert claimed < at_best


def test_csv_has_a_line_for_each_policy_and_measure_and_the_comparison() -> None:
    result = simulate(*SMALL, "--seeds", "2", "--format", "csv")

    lines = result.stdout.splitlines()
    assert lines[0] == "policy,measure,unit,value,low,high,goal,met"
    assert len(lines) == 1 + 3 * 21 + 8
    assert lines[-1].startswith('adaptive - nearest,"urgent: time to claim, p90",s,')


def test_a_chart_is_written_beside_the_table(tmp_path: Path) -> None:
    result = simulate(*SMALL, "--chart", str(tmp_path / "waits.svg"))

    svg = (tmp_path / "waits.svg").read_text()
    assert result.exit_code == 0
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - ours
    assert all(f">{name}" in svg for name in ("nearest", "adaptive", "broadcast"))
    assert "Kabupaten Banyumas: 20 members, 6 tasks a week, 2 weeks, seed 1" in svg


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            ["--regency", "cilacap"],
            "There is no regency 'cilacap'; there are Kabupaten Banyumas (33.02), Kabupaten Kebumen (33.05).",
        ),
        (["--policy", "farthest"], "There is no policy 'farthest'; there are adaptive, broadcast, nearest."),
        (["--members", "0"], "--members must be from 1 to 100,000, not 0."),
        (["--members", "-3"], "--members must be from 1 to 100,000, not -3."),
        (["--weeks", "-1"], "--weeks must be from 1 to 520, not -1."),
        (["--tasks-per-week", "0"], "--tasks-per-week must be more than 0 and at most 100,000, not 0."),
        (["--tasks-per-week", "nan"], "--tasks-per-week must be more than 0 and at most 100,000, not nan."),
        (["--weekly-alerts", "0"], "--weekly-alerts must be from 1 to 1,000, not 0."),
        (["--seeds", "0"], "--seeds must be from 1 to 1,000, not 0."),
        (["--processes", "0"], "--processes must be from 1 to 1,000, not 0."),
        (["--format", "xml"], "There is no format 'xml'; there are text, csv."),
        (["--chart", "waits.png"], "The chart is an SVG: call it something.svg, not waits.png."),
        (["--chart", "/nowhere/waits.svg"], "/nowhere/waits.svg can't be written (No such file or directory)."),
        (["--since", "2026-11-01"], "--since and --until are for --replay."),
        (
            ["--replay", "--weeks", "4"],
            "--members, --tasks-per-week, --weeks and --weekly-alerts are not for --replay.",
        ),
        (["--replay", "--since", "yesterday"], "--since must be a day such as 2026-11-01, not 'yesterday'."),
        (["--replay", "--until", "2026-13-01"], "--until must be a day such as 2026-11-01, not '2026-13-01'."),
        (
            ["--replay", "--since", "2026-11-02", "--until", "2026-11-02"],
            "--since must be before --until and in the past.",
        ),
        (["--replay", "--since", "2999-01-01"], "--since must be before --until and in the past."),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(options: list[str], why: str) -> None:
    result = simulate(*options)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{why}\n")


@pytest.mark.parametrize(
    ("options", "start", "end"),
    [
        (Options(replay=True), NOW - timedelta(days=30), NOW),
        (
            Options(replay=True, since="2026-11-01", until="2026-11-08"),
            datetime(2026, 10, 31, 17, tzinfo=UTC),
            datetime(2026, 11, 7, 17, tzinfo=UTC),
        ),
        (
            Options(replay=True, until="2026-11-08"),
            datetime(2026, 10, 8, 17, tzinfo=UTC),
            datetime(2026, 11, 7, 17, tzinfo=UTC),
        ),
    ],
)
def test_a_past_time_is_of_local_days_thirty_unless_said(options: Options, start: datetime, end: datetime) -> None:
    order = checked(options, NOW)

    assert (order.invented, order.start, order.end) == (None, start, end)


@pytest.mark.usefixtures("db")
class TestReplay:
    """Over the real database."""

    async def replayed(self, **values: object) -> str:
        order = checked(Options(replay=True, processes=1, **values), NOW)  # type: ignore[arg-type]
        return simulated(order, await order.past(NOW))

    async def test_what_happened_stands_beside_the_policies_and_nobody_is_named(self, tmp_path: Path) -> None:
        member = await make_member(name="Wahyuni", capabilities=("AMBULANCE_LICENCE",))
        for days_ago in range(1, 8):
            at = NOW - timedelta(days=days_ago)
            await make_task(published_at=at, starts_at=at + timedelta(hours=8), status=TaskStatus.EXPIRED)
        await make_member(home=None)

        text = await self.replayed(chart=tmp_path / "past.svg")

        title, _, head, *_ = text.splitlines()
        assert title == (
            "Kabupaten Banyumas, 2026-10-24 to 2026-11-23: 7 slots, 1 member, seed 1 (0 tasks and 1 member left out)"
        )
        assert head.split() == ["goal", "nearest", "adaptive", "broadcast", "happened"]
        everything = text + (tmp_path / "past.svg").read_text()
        assert not any(word in everything for word in ("Wahyuni", "Sutinah", "Relawan", str(member.id)))

    async def test_an_empty_month_is_said_to_be(self) -> None:
        await make_member()

        assert await self.replayed() == (
            "Kabupaten Banyumas, 2026-10-24 to 2026-11-23: 0 slots, 1 member, seed 1: there is nothing to replay.\n"
        )

    async def test_without_members_nobody_is_asked(self) -> None:
        at = NOW - timedelta(days=3)
        await make_task(published_at=at, starts_at=at + timedelta(hours=8), status=TaskStatus.EXPIRED)

        lines = (await self.replayed()).splitlines()

        assert lines[4].split() == ["claimed", "0.0", "%", "0.0", "%", "0.0", "%", "0.0", "%"]


def test_the_command_replays_the_database_it_is_set_up_for(settings: Settings) -> None:
    office = {"KURIR_DATABASE_URL": settings.database_url or "", "KURIR_DATA_DIR": str(settings.data_dir)}

    result = simulate("--replay", "--since", "2026-11-01", "--until", "2026-11-08", **office)

    assert (result.exit_code, result.stdout) == (
        0,
        "Kabupaten Banyumas, 2026-11-01 to 2026-11-08: 0 slots, 0 members, seed 1: there is nothing to replay.\n",
    )
