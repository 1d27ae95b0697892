"""What was done without a connection, and told later: it counts if it was possible then and still is."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidInput, InvalidTransition, Refusal
from kurir_api.models import Claim, ClaimStatus, Role, Task, TransitionLog, WorkEntry
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.revoke_claim import revoke_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.moments import CLOCK_SKEW
from tests.factories import make_claim, make_member, make_task, principal_for

pytestmark = pytest.mark.usefixtures("db")

MINUTE = timedelta(minutes=1)
ACTIONS = {
    accept_offer: ("OFFERED", "HELD"),
    decline_offer: ("OFFERED", "DECLINED"),
    start_claim: ("HELD", "IN_PROGRESS"),
    release_claim: ("HELD", "RELEASED"),
    complete_claim: ("IN_PROGRESS", "COMPLETED"),
}
"""From which state each leads, and to which."""


async def claimed(status: ClaimStatus, ago: timedelta) -> tuple[Principal, Claim, datetime]:
    """A driver, their claim, and since when they have it, or were offered it."""
    driver = await make_member(capabilities=("AMBULANCE_LICENCE",))
    now = datetime.now(UTC)
    task = await make_task(starts_at=now, status="FILLED")
    assigned_by = {"assigned_by": await make_member()} if status is ClaimStatus.OFFERED else {}
    claim = await make_claim(
        task, driver, status, claimed_at=now - ago, expires_at=now + timedelta(hours=1), **assigned_by
    )
    return await principal_of_member(driver.id), claim, now - ago


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (timedelta(0), True),
        (-CLOCK_SKEW, True),
        (-CLOCK_SKEW - MINUTE, False),
        (timedelta(hours=2) + CLOCK_SKEW - MINUTE, True),
        (timedelta(hours=2) + CLOCK_SKEW + MINUTE, False),
        (timedelta(days=-3650), False),
        (timedelta(days=3650), False),
    ],
)
async def test_it_counts_from_the_claim_until_now_give_or_take_a_phones_clock(at: timedelta, counts: bool) -> None:
    driver, claim, since = await claimed(ClaimStatus.HELD, timedelta(hours=2))

    if counts:
        await start_claim(driver, ClaimAction(claim_id=claim.id, at=since + at))
        started_at = (await Claim.get(id=claim.id)).started_at
        assert started_at is not None
        assert since <= started_at <= datetime.now(UTC)
    else:
        with pytest.raises(InvalidInput):
            await start_claim(driver, ClaimAction(claim_id=claim.id, at=since + at))
        assert (await Claim.get(id=claim.id)).status == "HELD"


async def test_what_was_offered_is_not_begun_before_it_was_accepted() -> None:
    driver, claim, since = await claimed(ClaimStatus.OFFERED, timedelta(hours=2))
    await accept_offer(driver, ClaimAction(claim_id=claim.id, at=since + 60 * MINUTE))

    with pytest.raises(InvalidInput):
        await start_claim(driver, ClaimAction(claim_id=claim.id, at=since + 30 * MINUTE))

    await start_claim(driver, ClaimAction(claim_id=claim.id, at=since + 61 * MINUTE))
    assert (await Claim.get(id=claim.id)).started_at == since + 61 * MINUTE


async def test_what_was_taken_away_meanwhile_is_refused_with_what_became_of_it() -> None:
    driver, claim, since = await claimed(ClaimStatus.HELD, timedelta(hours=2))
    kus = await principal_for(Role.COORDINATOR)
    await revoke_claim(kus, ClaimAction(claim_id=claim.id, note="Tidak ada kabar"))

    with pytest.raises(InvalidTransition) as refused:
        await start_claim(driver, ClaimAction(claim_id=claim.id, at=since + MINUTE))

    assert (refused.value.current, refused.value.allowed) == ("REVOKED", ("HELD",))


async def test_no_time_worked_is_negative_however_the_clocks_go() -> None:
    driver, claim, since = await claimed(ClaimStatus.HELD, timedelta(hours=2))
    await start_claim(driver, ClaimAction(claim_id=claim.id, at=since + 10 * MINUTE))

    await complete_claim(driver, ClaimAction(claim_id=claim.id, at=since + 7 * MINUTE))

    assert (await WorkEntry.get()).minutes == 0


async def test_any_history_told_in_any_order_and_told_twice_counts_as_it_would_have(figure, full: bool) -> None:
    told = counted = 0
    for seed in range(200 if full else 8):
        random = Random(seed)
        status = random.choice((ClaimStatus.OFFERED, ClaimStatus.HELD))
        driver, claim, since = await claimed(status, timedelta(hours=2))
        queue = []
        likely, clock = str(status), since
        for number in range(7):
            acts = [act for act, (source, _) in ACTIONS.items() if source == likely or random.random() < 0.25]
            act = random.choice(acts or list(ACTIONS))
            likely, clock = ACTIONS[act][1], clock + random.randint(1, 20) * MINUTE
            at = clock if random.random() < 0.7 else since + random.randint(-15, 140) * MINUTE
            queue.append((act, ClaimAction(claim_id=claim.id, at=at, idempotency_key=str(number))))
        answers = []

        for act, command in queue:
            source, target = ACTIONS[act]
            last = await TransitionLog.filter(subject_id=claim.id).order_by("-id").first()
            earliest = max(since, last.at if last else since) - CLOCK_SKEW
            assert command.at is not None
            possible = status == source and earliest <= command.at <= datetime.now(UTC) + CLOCK_SKEW
            answers.append(await outcome(act, driver, command))
            status = ClaimStatus(target) if possible else status
            assert (await Claim.get(id=claim.id)).status == status
            assert (answers[-1] == str(claim.id)) == possible
            told, counted = told + 1, counted + possible

        before = [row async for row in TransitionLog.filter(subject_id=claim.id).order_by("id").values()]
        again = random.sample(list(enumerate(queue)), len(queue))
        assert all([await outcome(act, driver, command) == answers[n] for n, (act, command) in again])
        assert [row async for row in TransitionLog.filter(subject_id=claim.id).order_by("id").values()] == before
        times = [row["at"] for row in before]
        assert times == sorted(times)
        assert (await Task.get(id=claim.task_id)).slots_taken == (
            status in {"OFFERED", "HELD", "IN_PROGRESS", "COMPLETED"}
        )
    figure(
        "offline: an action counts if it was possible then and still is",
        f"{counted} of {told} told counted, the others refused, as foreseen; told again: 0 effects",
    )


async def outcome(act, driver: Principal, command: ClaimAction) -> str:
    """The claim's id, or what the refusal says."""
    try:
        return str(await act(driver, command))
    except Refusal as refusal:
        return refusal.message("en")
