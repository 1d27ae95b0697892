"""What is remembered of answers: by one statement, and the same as the simulator remembers."""

from datetime import timedelta
from math import exp
from uuid import UUID

import pytest

from kurir_api.dispatch.history import LOOKED_BACK, NOTHING, History, Record, load_history
from kurir_api.models import Alert, AlertStatus, Member, Task, Wave, WaveStatus, subdistrict_of
from kurir_api.services.places.load_places import load_places
from kurir_api.simulate.world import World
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_alert,
    make_case,
    make_member,
    make_patient,
    make_task,
    make_wave,
)
from tests.simulate.worlds import played

pytestmark = pytest.mark.usefixtures("db")
NEXT_DOOR = 0.0
SHARE_AT_7_KM = exp(-1)


async def task_in(region: str) -> Task:
    return await make_task(await make_case(await make_patient(region=region)))


async def asked(member: Member, *, wave: WaveStatus = WaveStatus.EXHAUSTED, region: str = VILLAGE, **values) -> None:
    """The member was alerted next door for another task, a day ago."""
    sent = await make_wave(await task_in(region), status=wave)
    await make_alert(sent, member, **{"distance_m": NEXT_DOOR, "created_at": NOW - timedelta(days=1)} | values)


async def record_of(member: Member) -> Record:
    return (await load_history(await make_task(), [member.id], NOW)).of(member.id)


@pytest.mark.parametrize(
    ("alert", "wave", "record"),
    [
        (AlertStatus.ACCEPTED, WaveStatus.FILLED, Record(1, 1.0)),
        (AlertStatus.ACCEPTED, WaveStatus.WAITING, Record(1, 1.0)),
        (AlertStatus.DECLINED, WaveStatus.WAITING, Record(0, 1.0)),
        (AlertStatus.SENT, WaveStatus.EXHAUSTED, Record(0, 1.0)),
        (AlertStatus.OPENED, WaveStatus.EXHAUSTED, Record(0, 1.0)),
        (AlertStatus.RECEIVED, WaveStatus.FILLED, Record(0, 0.5)),
        (AlertStatus.SENT, WaveStatus.WAITING, Record(0, 0.0)),
        (AlertStatus.SENT, WaveStatus.CANCELLED, Record(0, 0.0)),
    ],
)
async def test_an_alert_counts_when_it_was_answered_or_its_wave_is_over_and_half_when_another_was_faster(
    alert: AlertStatus, wave: WaveStatus, record: Record
) -> None:
    member = await make_member()
    await asked(member, wave=wave, status=alert)

    assert await record_of(member) == record


@pytest.mark.parametrize("status", [AlertStatus.SUPPRESSED, AlertStatus.FAILED])
async def test_an_alert_that_was_never_sent_does_not_count(status: AlertStatus) -> None:
    member = await make_member()
    await asked(member, status=status)

    assert await load_history(await make_task(), [member.id], NOW) == History()


async def test_a_distant_alert_counts_as_much_as_yeses_may_be_expected_there() -> None:
    member = await make_member()
    await asked(member, distance_m=7_000.0)
    await asked(member, distance_m=14_000.0, status=AlertStatus.ACCEPTED)

    assert await record_of(member) == Record(1, pytest.approx(SHARE_AT_7_KM + SHARE_AT_7_KM**2))


async def test_alerts_of_more_than_180_days_ago_are_forgotten() -> None:
    member = await make_member()
    await asked(member, created_at=NOW - LOOKED_BACK)
    await asked(member, created_at=NOW - LOOKED_BACK - timedelta.resolution)

    assert await record_of(member) == Record(0, 1.0)


async def test_each_member_has_a_record_of_his_own_and_others_have_none() -> None:
    one, other, third = [await make_member() for _ in range(3)]
    await asked(one, status=AlertStatus.ACCEPTED)
    await asked(other)
    await asked(third)

    history = await load_history(await make_task(), [one.id, other.id], NOW)

    assert history.members == {one.id: Record(1, 1.0), other.id: Record(0, 1.0)}
    assert history.of(third.id) == NOTHING


async def test_the_area_is_everybodys_alerts_for_tasks_of_the_sub_district() -> None:
    one, other = await make_member(), await make_member()
    await asked(one, region=VILLAGE, status=AlertStatus.ACCEPTED)
    await asked(other, region=SUBDISTRICT)
    await asked(other, region="33.02.24.1003")
    await asked(other, region=OTHER_VILLAGE)

    assert (await load_history(await make_task(), [], NOW)).area == Record(1, 2.0)


async def test_the_waves_that_asked_people_since_the_task_last_began_to_look_are_counted() -> None:
    task = await make_task()
    one, other = await make_member(), await make_member()
    before = await make_wave(task, 1, run=1, status=WaveStatus.EXHAUSTED)
    await make_alert(before, one)
    assert (await load_history(task, [], NOW)).waves == 1

    first = await make_wave(task, 2, run=2, status=WaveStatus.EXHAUSTED)
    second = await make_wave(task, 3, run=2, status=WaveStatus.EXHAUSTED)
    await make_wave(task, 4, run=2, status=WaveStatus.PLANNED)
    assert (await load_history(task, [], NOW)).waves == 0

    for wave, member in [(first, one), (first, other), (second, one)]:
        await make_alert(wave, member)
    assert (await load_history(task, [], NOW)).waves == 2


async def test_all_of_it_is_one_statement() -> None:
    task, members = await make_task(), [await make_member() for _ in range(5)]

    with Statements() as statements:
        await load_history(task, [member.id for member in members], NOW)

    assert len(statements) == 1


async def test_it_is_what_the_simulator_remembers_of_the_same_alerts() -> None:
    world = played(weeks=3)
    await load_places("33.02")
    members, tasks = await stored(world)
    at = max(alert.at for run in world.runs for alert in run.alerts) + timedelta(days=1)

    for run in world.runs:
        history = await load_history(tasks[run.need.id], [member.id for member in members.values()], at)
        assert history.area == nearly(world.record(at, subdistrict_of(run.need.region_id)))
    for person_id, member in members.items():
        assert history.of(member.id) == nearly(world.record(at, person_id))
    assert sum(history.of(member.id).yes for member in members.values()) > 5


async def stored(world: World) -> tuple[dict[UUID, Member], dict[UUID, Task]]:
    """The alerts as rows, with the members by the people's ids and the tasks by the needs'."""
    members = {person.id: await make_member() for person in {a.person for run in world.runs for a in run.alerts}}
    tasks = {need.id: await task_in(need.region_id) for need in {run.need for run in world.runs}}
    for run in world.runs:
        before = await Wave.filter(task=tasks[run.need.id]).count()
        rows = {
            id(wave): await make_wave(tasks[run.need.id], number, run=run.number, status=wave.status)
            for number, wave in enumerate(run.waves, before + 1)
        }
        await Alert.bulk_create(
            Alert(
                regency_code="33.02",
                wave=rows[id(alert.wave)],
                task=tasks[run.need.id],
                member=members[alert.person.id],
                rank=rank,
                distance_m=alert.distance_m,
                status=alert.status,
                explanation={},
                created_at=alert.at,
            )
            for rank, alert in enumerate(run.alerts, 1)
        )
    return members, tasks


def nearly(record: Record) -> Record:
    """But for rounding."""
    return Record(record.yes, pytest.approx(record.asked))
