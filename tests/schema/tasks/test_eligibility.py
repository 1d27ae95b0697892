"""Every reason against a member, asked in all four ways: `viewerEligibility`, `candidates`, a wave, and a claim."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.dispatch.eligibility import CHECKS, EligibilityReason
from kurir_api.dispatch.waves import plan_wave, run_due_waves
from kurir_api.models import Alert, AlertStatus, ClaimStatus, Member, Role, Task, Urgency, WaveStatus, Weekday
from tests.api import Api
from tests.factories import (
    REGENCY,
    add_membership,
    make_alert,
    make_claim,
    make_member,
    make_shift,
    make_task,
    make_wave,
)
from tests.ids import id_of

R = EligibilityReason
HOUR = timedelta(hours=1)
LICENSED = ("AMBULANCE_LICENCE",)
ELSEWHERE = "33.02.24"
FORBIDS_CLAIM = {check.reason for check in CHECKS if check.forbids_claim}

ASKED = """query ($id: ID!) { task(id: $id) {
  viewerEligibility { eligible reasons } candidates(first: 100) { member { id } eligible reasons }
} }"""


@dataclass(frozen=True)
class Answers:
    """What the four say. `viewer`, `candidate`: the reasons. `alerted`: for this task now. `claim`: the answer."""

    viewer: list[str]
    candidate: list[str]
    alerted: bool
    claim: str


async def task_of_tomorrow(now: datetime, **values: Any) -> Task:
    return await make_task(starts_at=now + 22 * HOUR, slots=2, **values)


async def volunteer(**values: Any) -> Member:
    """Who can be asked to an ambulance run, but for what is said."""
    return await make_member(**{"capabilities": LICENSED} | values)


async def nothing(task: Task, now: datetime) -> Member:
    return await volunteer()


async def capability_missing(task: Task, now: datetime) -> Member:
    return await volunteer(capabilities=("FIRST_AID",))


async def capability_expired(task: Task, now: datetime) -> Member:
    return await volunteer(capabilities={"AMBULANCE_LICENCE": (now - 48 * HOUR).date()})


async def switched_off(task: Task, now: datetime) -> Member:
    return await volunteer(available=False)


async def off_shift(task: Task, now: datetime) -> Member:
    member = await volunteer()
    await make_shift(member, Weekday((now.weekday() + 3) % 7), "08:00", "16:00")
    return member


async def quiet_hours(task: Task, now: datetime) -> Member:
    local = now + 7 * HOUR
    return await volunteer(
        quiet_from=(local - 2 * HOUR).time().replace(tzinfo=UTC),
        quiet_to=(local + 2 * HOUR).time().replace(tzinfo=UTC),
    )


async def busy(task: Task, now: datetime) -> Member:
    member = await volunteer()
    await make_claim(await task_of_tomorrow(now), member)
    return member


async def out_of_range(task: Task, now: datetime) -> Member:
    return await volunteer(home=(task.latitude, task.longitude + 1))


async def no_location(task: Task, now: datetime) -> Member:
    return await volunteer(home=None)


async def stale_location(task: Task, now: datetime) -> Member:
    fix = {"last_latitude": -7.4, "last_longitude": 109.2, "last_fix_at": now - timedelta(minutes=31)}
    return await volunteer(home=None, **fix)


async def alert_budget_spent(task: Task, now: datetime) -> Member:
    member = await volunteer()
    for _ in range(4):
        await make_alert(await make_wave(await task_of_tomorrow(now)), member, created_at=now - HOUR)
    return member


async def declined(task: Task, now: datetime) -> Member:
    member = await volunteer()
    wave = await make_wave(task, status=WaveStatus.EXHAUSTED)
    await make_alert(wave, member, status=AlertStatus.DECLINED, created_at=now - HOUR)
    return member


async def gave_it_back(task: Task, now: datetime) -> Member:
    member = await volunteer()
    await make_claim(task, member, ClaimStatus.RELEASED)
    return member


async def out_of_region(task: Task, now: datetime) -> Member:
    member = await volunteer(region=ELSEWHERE)
    await add_membership(member, Role.PARTNER_REVIEWER, REGENCY)  # who may see the task, but doesn't volunteer there
    return member


async def already_claimed(task: Task, now: datetime) -> Member:
    member = await volunteer()
    await make_claim(task, member)
    return member


CASES: list[tuple[Callable[[Task, datetime], Awaitable[Member]], EligibilityReason | None, str]] = [
    (nothing, None, "ClaimTaskSuccess"),
    (capability_missing, R.CAPABILITY_MISSING, "NotEligible"),
    (capability_expired, R.CAPABILITY_EXPIRED, "NotEligible"),
    (switched_off, R.OFF_DUTY, "ClaimTaskSuccess"),
    (off_shift, R.OFF_DUTY, "ClaimTaskSuccess"),
    (quiet_hours, R.QUIET_HOURS, "ClaimTaskSuccess"),
    (alert_budget_spent, R.ALERT_BUDGET_SPENT, "ClaimTaskSuccess"),
    (busy, R.BUSY, "ScheduleConflict"),
    (out_of_range, R.OUT_OF_RANGE, "ClaimTaskSuccess"),
    (no_location, R.NO_LOCATION, "ClaimTaskSuccess"),
    (stale_location, R.STALE_LOCATION, "ClaimTaskSuccess"),
    (declined, R.ALREADY_DECLINED, "ClaimTaskSuccess"),
    (gave_it_back, R.ALREADY_DECLINED, "ClaimTaskSuccess"),
    (out_of_region, R.OUT_OF_REGION, "NotEligible"),
    (already_claimed, R.ALREADY_CLAIMED, "NotEligible"),
]
"""Who, the one reason against them, and what a claim of theirs gets."""


async def asked(api: Api, member: Member, task: Task, now: datetime) -> Answers:
    """The four answers. Fails when a refused claim names other reasons than `viewerEligibility` did."""
    coordinator = await make_member(role=Role.COORDINATOR)
    viewer = (await api.data(member, ASKED, id=id_of(task)))["task"]["viewerEligibility"]
    candidates = (await api.data(coordinator, ASKED, id=id_of(task)))["task"]["candidates"]
    [candidate] = [one for one in candidates if one["member"]["id"] == id_of(member)]
    assert [viewer["eligible"], candidate["eligible"]] == [not viewer["reasons"], not candidate["reasons"]]
    await plan_wave(task, now)
    await run_due_waves(now)
    alerted = await Alert.filter(task=task, member=member, created_at=now).exists()
    claim = await api.do(member, "claimTask", taskId=id_of(task))
    assert claim.get("reasons", viewer["reasons"]) == viewer["reasons"]
    return Answers(viewer["reasons"], candidate["reasons"], alerted, claim["__typename"])


@pytest.mark.parametrize(("who", "reason", "claim"), CASES, ids=[who.__name__ for who, _, _ in CASES])
async def test_the_member_the_coordinator_the_wave_and_the_claim_agree(
    api: Api, who: Callable[[Task, datetime], Awaitable[Member]], reason: EligibilityReason | None, claim: str
) -> None:
    now = datetime.now(UTC)
    task = await task_of_tomorrow(now)
    member = await who(task, now)

    answers = await asked(api, member, task, now)

    against = [reason.value] if reason else []
    assert answers == Answers(
        viewer=against if reason in FORBIDS_CLAIM else [], candidate=against, alerted=reason is None, claim=claim
    )


def test_every_reason_there_is_is_among_the_cases() -> None:
    assert {reason for _, reason, _ in CASES} - {None} == set(EligibilityReason) == {check.reason for check in CHECKS}


@pytest.mark.parametrize("who", [quiet_hours, alert_budget_spent])
async def test_an_emergency_goes_through_for_all_four(
    api: Api, who: Callable[[Task, datetime], Awaitable[Member]]
) -> None:
    now = datetime.now(UTC)
    task = await task_of_tomorrow(now, urgency=Urgency.EMERGENCY)
    member = await who(task, now)

    assert await asked(api, member, task, now) == Answers([], [], alerted=True, claim="ClaimTaskSuccess")
