"""Partners promise together what a case needs: never more, whoever comes at the same time."""

import asyncio
import random

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import (
    Account,
    CaseStatus,
    LedgerEntry,
    Member,
    Need,
    Notification,
    Organization,
    Pledge,
    Role,
    TaskStatus,
)
from kurir_api.services.needs.pledge import MakePledge
from kurir_api.services.needs.pledge import pledge as make
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_closed_month,
    make_need,
    make_organization,
    make_task,
    principal_for,
)
from tests.services.needs.books import agree, pledged
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


def of(need: Need, organization: Organization, amount: int = 100_000) -> MakePledge:
    """A promise for the need."""
    return MakePledge(case_id=need.case_id, task_id=need.task_id, organization_id=organization.id, amount=amount)


async def test_a_promise_is_counted_and_booked(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need()

    pledge = await pledged(reviewer, need, lazis, 100_000)

    assert (pledge.amount, pledge.settled, pledge.in_kind, pledge.organization_id) == (100_000, 0, False, lazis.id)
    assert pledge.made_by_id == reviewer.member_id
    await need.refresh_from_db()
    assert (need.pledged, need.closed_at) == (100_000, None)
    entries = await LedgerEntry.filter(pledge_id=pledge.id).order_by("amount")
    assert [(entry.account, entry.amount, entry.organization_id, entry.region_id) for entry in entries] == [
        (Account.PLEDGED, -100_000, lazis.id, VILLAGE),
        (Account.COVERED, 100_000, None, VILLAGE),
    ]


async def test_the_last_promise_closes_the_need(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need(amount=150_000)
    await pledged(reviewer, need, lazis, 100_000)
    await pledged(reviewer, need, lazis, 50_000, in_kind=True)

    await need.refresh_from_db()
    assert need.pledged == 150_000
    assert need.closed_at is not None


async def test_a_promise_for_a_task_leaves_the_needs_of_the_case(reviewer: Principal, lazis: Organization) -> None:
    task = await make_task()
    need, of_case = await make_need(task=task), await make_need(await task.case)

    await pledged(reviewer, need, lazis, 100_000)

    assert [(await Need.get(id=one.id)).pledged for one in (need, of_case)] == [100_000, 0]


async def test_a_coordinator_promises_for_any_partner_of_the_regency(
    coordinator: Principal, lazis: Organization
) -> None:
    need = await make_need()
    assert (await pledged(coordinator, need, lazis, 1)).organization_id == lazis.id
    elsewhere = await make_organization(regency_code=OTHER_REGENCY)
    assert await problems(make(coordinator, of(need, elsewhere))) == {
        "organizationId": "Not found; choose from the list."
    }


async def test_nobody_promises_for_another_partner(reviewer: Principal) -> None:
    await refused(make(reviewer, of(await make_need(), await make_organization())), NotAllowed)


async def test_a_desk_officer_promises_nothing(lazis: Organization) -> None:
    await refused(make(await principal_for(Role.DESK_OFFICER), of(await make_need(), lazis)), NotAllowed)


async def test_a_coordinator_of_another_sub_district_knows_of_no_need(lazis: Organization) -> None:
    elsewhere = await principal_for(Role.COORDINATOR, region="33.02.24")
    await refused(make(elsewhere, of(await make_need(), lazis)), NotFound)


async def test_a_reviewer_of_another_regency_knows_of_no_need(lazis: Organization) -> None:
    elsewhere = await principal_for(Role.PARTNER_REVIEWER, region=OTHER_REGENCY)
    await refused(make(elsewhere, of(await make_need(), lazis)), NotFound)


async def test_for_a_reviewer_a_case_without_needs_does_not_exist(reviewer: Principal, lazis: Organization) -> None:
    command = MakePledge(case_id=(await make_case()).id, organization_id=lazis.id, amount=1)
    await refused(make(reviewer, command), NotFound)


@pytest.mark.parametrize("region", [SUBDISTRICT, VILLAGE])
async def test_a_coordinator_reads_that_nothing_is_estimated_yet(region: str, lazis: Organization) -> None:
    coordinator = await principal_for(Role.COORDINATOR, region=region)
    command = MakePledge(case_id=(await make_case()).id, organization_id=lazis.id, amount=1)
    assert await problems(make(coordinator, command)) == {
        "caseId": "Nobody has estimated what this case needs; ask its coordinator, or choose one of its tasks."
    }


async def test_a_reviewer_who_sees_a_need_of_the_case_reads_that_there_is_no_other(
    reviewer: Principal, lazis: Organization
) -> None:
    need = await make_need()
    command = MakePledge(case_id=need.case_id, task_id=(await make_task()).id, organization_id=lazis.id, amount=1)
    assert await problems(make(reviewer, command)) == {
        "taskId": "Nobody has estimated what this task needs; choose from the list of needs."
    }


async def test_more_than_remains_is_refused_with_what_does(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need(amount=500_000)
    await pledged(reviewer, need, lazis, 350_000)
    assert await problems(make(reviewer, of(need, lazis, 150_001))) == {
        "amount": "Rp 150,000 remains to be pledged; give at most as much."
    }


async def test_nobody_promises_for_a_closed_case(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need(await make_case(status=CaseStatus.CLOSED, outcome="DIED", closed_at=NOW))
    assert await problems(make(reviewer, of(need, lazis))) == {
        "caseId": "This case is closed; nothing is needed any more."
    }
    assert (await Need.get(id=need.id)).pledged == 0


@pytest.mark.parametrize("status", [TaskStatus.CANCELLED, TaskStatus.EXPIRED, TaskStatus.FAILED])
async def test_nor_for_a_task_that_will_not_be_done(
    reviewer: Principal, lazis: Organization, status: TaskStatus
) -> None:
    need = await make_need(task=await make_task(status=status))
    assert await problems(make(reviewer, of(need, lazis))) == {
        "taskId": "This task will not be done any more; choose another, or the case as a whole."
    }


async def test_reviewers_hear_of_what_a_coordinator_promises_for_them(
    coordinator: Principal, lazis: Organization
) -> None:
    two = [await principal_for(Role.PARTNER_REVIEWER, organization=lazis) for _ in range(2)]
    gone = await principal_for(Role.PARTNER_REVIEWER, organization=lazis)
    await Member.filter(id=gone.member_id).update(active=False)
    await principal_for(Role.VOLUNTEER, organization=lazis)
    await principal_for(Role.PARTNER_REVIEWER)

    await pledged(coordinator, await make_need(task=await make_task()), lazis, 150_000)

    told = await Notification.all().order_by("member_id")
    assert [one.member_id for one in told] == sorted(one.member_id for one in two)
    assert {(one.kind, one.task_id, one.regency_code) for one in told} == {("PLEDGE_MADE", None, "33.02")}
    assert [one.data for one in told] == [
        {"rupiah": 150_000, "partner": "Lazis Serayu", "time_zone": "Asia/Jakarta"}
    ] * 2


async def test_nobody_is_told_of_what_a_reviewer_of_the_partner_promised(
    reviewer: Principal, lazis: Organization
) -> None:
    await principal_for(Role.PARTNER_REVIEWER, organization=lazis)
    await pledged(reviewer, await make_need(), lazis, 1)
    assert await Notification.all().count() == 0


@pytest.mark.parametrize("amount", [0, -1, 1_000_000_001])
async def test_an_amount_is_1_to_1_000_000_000(reviewer: Principal, lazis: Organization, amount: int) -> None:
    assert await problems(make(reviewer, of(await make_need(), lazis, amount))) == {
        "amount": "Give Rp 1 to Rp 1,000,000,000."
    }


async def test_the_same_key_promises_once(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need()
    command = MakePledge(case_id=need.case_id, organization_id=lazis.id, amount=100_000, idempotency_key="k")

    first, *again = await asyncio.gather(*(make(reviewer, command) for _ in range(4)))

    assert again == [first] * 3
    assert await Pledge.all().count() == 1
    await agree(need)


async def test_a_promise_is_booked_in_the_first_open_month(reviewer: Principal, lazis: Organization) -> None:
    closed = await make_closed_month()
    pledge = await pledged(reviewer, await make_need(), lazis, 1)
    assert all(entry.booked_on > closed.month for entry in await LedgerEntry.filter(pledge_id=pledge.id))


@pytest.mark.parametrize("seed", range(5))
async def test_promises_at_the_same_time_close_the_need_exactly_and_never_pass_it(
    lazis: Organization, seed: int
) -> None:
    chance = random.Random(seed)
    need = await make_need(amount=100)
    partners = [await make_organization() for _ in range(4)]
    callers = [await principal_for(Role.PARTNER_REVIEWER, organization=partner) for partner in partners]

    async def promise(amount: int) -> int:
        n = chance.randrange(4)
        try:
            await pledged(callers[n], need, partners[n], amount)
        except InvalidInput:
            return 0
        return amount

    # The single rupiah at the end fill what the larger ones leave.
    amounts = [chance.randint(1, 60) for _ in range(12)]
    made = sum(await asyncio.gather(*(promise(amount) for amount in amounts)))
    made += sum(await asyncio.gather(*(promise(1) for _ in range(101))))

    assert made == 100
    await agree(need)
    assert need.closed_at is not None
