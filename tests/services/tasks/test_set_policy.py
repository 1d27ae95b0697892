"""Which policy a regency follows, and what the next wave makes of it."""

import pytest

from kurir_api.dispatch.choosing import next_wave
from kurir_api.dispatch.facts import load_facts
from kurir_api.dispatch.policies import policies
from kurir_api.errors import InvalidInput
from kurir_api.models import DispatchSetting, Task, Urgency
from kurir_api.services.tasks.set_policy import SetPolicy, set_policy
from kurir_api.task_kinds import task_kinds
from tests.factories import NOW, OTHER_REGENCY, REGENCY, SUBDISTRICT, make_member, make_regions, make_task

pytestmark = pytest.mark.usefixtures("db")
ALL, KIND = None, "POST_CARE"


@pytest.fixture(autouse=True)
async def regions(db: None) -> None:
    await make_regions()


async def setting(policy: str = "nearest", regency: str = REGENCY, **values: str | int) -> int:
    """Set it; the limit that holds afterwards."""
    return await set_policy(SetPolicy(regency=regency, policy=policy, **values))  # type: ignore[arg-type]


async def settings() -> list[tuple[str, str | None, str, int]]:
    found = await DispatchSetting.all().order_by("regency_code", "kind")
    return [(one.regency_code, one.kind, one.policy, one.weekly_alerts) for one in found]


async def limit_for(task: Task) -> int:
    """The weekly alerts of a member with regard to the task."""
    [facts] = await load_facts([(await make_member()).id], [task.id], NOW)
    return facts.weekly_alerts


async def test_the_first_setting_of_a_regency_has_the_usual_limit() -> None:
    assert await setting("adaptive") == 4
    assert await settings() == [(REGENCY, ALL, "adaptive", 4)]


async def test_a_further_setting_takes_the_place_of_the_last_and_keeps_its_limit() -> None:
    await setting("adaptive", weekly_alerts=7)

    assert await setting("broadcast") == 7
    assert await settings() == [(REGENCY, ALL, "broadcast", 7)]


async def test_a_kind_begins_with_the_limit_of_the_others_and_then_has_its_own() -> None:
    await setting("adaptive", weekly_alerts=7)

    assert await setting("broadcast", kind=KIND) == 7
    assert await setting("broadcast", kind=KIND, weekly_alerts=2) == 2
    assert await settings() == [(REGENCY, KIND, "broadcast", 2), (REGENCY, ALL, "adaptive", 7)]


async def test_each_regency_has_its_own() -> None:
    await setting("adaptive", weekly_alerts=2)
    await setting("broadcast", OTHER_REGENCY)

    assert await settings() == [(REGENCY, ALL, "adaptive", 2), (OTHER_REGENCY, ALL, "broadcast", 4)]


async def test_the_next_wave_follows_it_for_its_kind_only() -> None:
    for _ in range(9):
        await make_member(capabilities=("AMBULANCE_LICENCE",))
    normal = [await make_task(kind=kind, urgency=Urgency.NORMAL) for kind in (KIND, "AMBULANCE_RUN")]
    await setting("broadcast", kind=KIND)

    assert [len((await next_wave(task, NOW)).candidates) for task in normal] == [9, 3]


async def test_the_limit_of_a_kind_goes_before_that_of_all_kinds() -> None:
    task, other = await make_task(kind=KIND), await make_task()
    assert [await limit_for(task), await limit_for(other)] == [4, 4]

    await setting(weekly_alerts=6)
    await setting(kind=KIND, weekly_alerts=1)

    assert [await limit_for(task), await limit_for(other)] == [1, 6]


def known(*names: str) -> tuple[str, str]:
    said = ", ".join(names)
    return f"Yang ada: {said}.", f"There are: {said}."


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"policy": "fastest"}, "policy", known(*sorted(policies()))),
        ({"policy": ""}, "policy", known(*sorted(policies()))),
        ({"kind": "TAXI"}, "kind", known(*task_kinds())),
        ({"regency": "33.99"}, "regency", ("Kode yang dikenal: 33.02, 33.05.", "Known codes: 33.02, 33.05.")),
        ({"regency": SUBDISTRICT}, "regency", ("Kode yang dikenal: 33.02, 33.05.", "Known codes: 33.02, 33.05.")),
        ({"weekly_alerts": 0}, "weeklyAlerts", ("Antara 1 dan 1000.", "Between 1 and 1000.")),
        ({"weekly_alerts": 1001}, "weeklyAlerts", ("Antara 1 dan 1000.", "Between 1 and 1000.")),
    ],
)
async def test_what_does_not_exist_is_refused_with_what_does_and_nothing_is_set(
    values: dict[str, str | int], path: str, words: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await setting(**values)  # type: ignore[arg-type]

    [problem] = refused.value.problems
    assert (problem.path, problem.message("id"), problem.message("en")) == ((path,), *words)
    assert await settings() == []
