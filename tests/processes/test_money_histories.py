"""Whatever many people do with the same money at the same time, the books are right to the rupiah.

The suite plays a hundred histories; KURIR_HISTORIES=10000 plays more. KURIR_SEED
makes the same choices again; who comes first is up to the machine.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from datetime import date

import pytest
from tortoise.connection import get_connection

from kurir_api.models import Cost, CostStatus, Pledge
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.contributions.statement import StatementContent, statements
from kurir_api.services.contributions.totals import Period
from kurir_api.services.costs.balances import cost_shares
from tests.factories import REGENCY
from tests.processes.treasury import CLOSINGS, MOST_UNITS, YEARLY_CAP, Cast, Player, make_cast

HISTORIES = int(os.environ.get("KURIR_HISTORIES", "100"))
SEED = os.environ.get("KURIR_SEED") or str(random.randrange(10**6))
AT_ONCE = 16
ALWAYS = Period(date(2000, 1, 1), date(2099, 12, 31))
MOST = 10 * HISTORIES
"""So many are played if something didn't happen yet: by chance, of a hundred one in twenty closes no month."""
MONTHS = max(12, int(1.3 * CLOSINGS * HISTORIES))
"""There are more to close than are likely closed."""

EVERYTHING_HAPPENED = {
    "log_cost done",
    "edit_cost done",
    "pledge done",
    "withdraw_pledge done",
    "estimate_need done",
    "correct_work done",
    "close_month done",
    *(f"review_cost {decision}" for decision in ("ENDORSED", "APPROVED", "RETURNED", "REJECTED", "PAID", "VOID")),
}

# How many rupiah and units are approved where a limit is; FUEL by patient and year, WAITING_COST by case.
GRANTED = """
SELECT cost.category, sum(cost.amount)::bigint AS rupiah,
       sum(greatest(cost.quantity, ceil(cost.amount / rate.amount::numeric)))::bigint AS units
FROM cost JOIN task ON task.id = cost.task_id JOIN case_file ON case_file.id = task.case_id
JOIN rate ON rate.category = cost.category
WHERE cost.status IN ('APPROVED', 'PAID') AND NOT cost.in_kind
GROUP BY cost.category, case_file.patient_id, CASE WHEN cost.category = 'WAITING_COST' THEN case_file.id END,
         CASE WHEN cost.category = 'FUEL' THEN extract(year FROM cost.spent_on) END
"""

# Of every partner, what its members' costs say of what was approved, and how much of it isn't paid yet.
SPENT = """
SELECT organization.id, coalesce(sum(cost.amount), 0)::bigint AS approved,
       coalesce(sum(cost.amount) FILTER (WHERE cost.status = 'APPROVED'), 0)::bigint AS owed
FROM organization LEFT JOIN cost ON cost.organization_id = organization.id AND cost.status IN ('APPROVED', 'PAID')
GROUP BY organization.id
"""

# Who paid back what is PAID.
PAID_BY = """
SELECT entry.cost_id, entry.organization_id, -sum(entry.amount)::bigint AS amount
FROM ledger_entry entry JOIN cost ON cost.id = entry.cost_id
WHERE entry.account = 'FUNDS' AND cost.status = 'PAID' GROUP BY 1, 2 HAVING sum(entry.amount) <> 0
"""

# Of every cost, by account, what its state says, and what the books say.
DIFFERENT = """
SELECT cost.id, cost.status, sides.* FROM cost CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount) FILTER (WHERE account = 'FUNDS'), 0) AS funds,
           coalesce(sum(amount) FILTER (WHERE account = 'GIVEN'), 0) AS given,
           coalesce(sum(amount) FILTER (WHERE account = 'PLEDGED'), 0) AS pledged,
           coalesce(sum(amount) FILTER (WHERE account = 'COVERED'), 0) AS covered,
           count(*) FILTER (WHERE account = 'OWED' AND amount > 0 AND reverses_id IS NULL
               AND NOT EXISTS (SELECT FROM ledger_entry back WHERE back.reverses_id = entry.id)) AS payments
    FROM ledger_entry entry WHERE cost_id = cost.id
) sides
WHERE funds <> CASE WHEN status = 'PAID' THEN -cost.amount ELSE 0 END
   OR given <> CASE WHEN status = 'RECORDED' THEN -cost.amount ELSE 0 END
   OR pledged + covered <> 0
   OR pledged NOT BETWEEN 0 AND CASE WHEN status IN ('APPROVED', 'PAID', 'RECORDED') THEN cost.amount ELSE 0 END
   OR payments <> CASE WHEN status = 'PAID' THEN 1 ELSE 0 END
"""

NEEDS = """
SELECT need.id FROM need LEFT JOIN pledge ON pledge.need_id = need.id
GROUP BY need.id HAVING need.pledged <> coalesce(sum(pledge.amount), 0) OR need.pledged > need.amount
"""


async def query(sql: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = await get_connection("default").execute_query_dict(sql)
    return rows


async def check(cast: Cast) -> None:
    """Everything that is to hold whenever nobody is in the middle of something."""
    assert await faults_of_books(REGENCY) == []
    assert await query(DIFFERENT) == []
    assert await query(NEEDS) == []
    for row in await query(GRANTED):
        spent, most = (row["rupiah"], YEARLY_CAP) if row["category"] == "FUEL" else (row["units"], MOST_UNITS)
        assert spent <= most, row
    paid = await Cost.filter(status=CostStatus.PAID).values_list("id", flat=True)
    shares = await cost_shares(paid)
    assert {(row["cost_id"], row["organization_id"]): row["amount"] for row in await query(PAID_BY)} == {
        (cost_id, organization_id): amount
        for cost_id, borne in shares.items()
        for organization_id, amount in borne.items()
    }
    await check_statements(await statements(cast.partners, ALWAYS))


async def check_statements(told: Sequence[StatementContent]) -> None:
    """The partners' statements say what the costs and pledges say, and together that nothing came from nowhere."""
    spent = {row["id"]: (row["approved"], row["owed"]) for row in await query(SPENT)}
    for one in told:
        assert (one.money.approved, one.money.outstanding) == spent[one.organization.id]
        assert one.totals.cost == one.money.approved
        assert one.money.outstanding_before == 0
        assert one.money.approved - one.money.outstanding == (
            one.money.reimbursed_by_itself + one.money.reimbursed_by_others
        )
    assert sum(one.money.reimbursed_by_others - one.money.paid_for_others for one in told) == 0
    assert sum(one.money.borne_by_others - one.money.borne_for_others for one in told) == 0
    given = await Cost.filter(status=CostStatus.RECORDED).values_list("amount", flat=True)
    assert sum(one.totals.in_kind for one in told) == sum(given)
    assert {line.pledge_id: (line.amount, line.settled) for one in told for line in one.pledges} == {
        pledge.id: (pledge.amount, pledge.settled) for pledge in await Pledge.all()
    }


async def rounds(dice: random.Random, done: Collection[str]) -> AsyncIterator[range]:
    """The histories' numbers, in rounds of random length, until everything happened."""
    first = 0
    while first < HISTORIES or (first < MOST and not EVERYTHING_HAPPENED.issubset(done)):
        after = min(HISTORIES if first < HISTORIES else MOST, first + dice.randint(50, 600))
        yield range(first, after)
        first = after


@pytest.mark.usefixtures("db")
async def test_the_books_are_right_after_any_history_that_many_play_at_once() -> None:
    cast = await make_cast(MONTHS)
    player = Player(cast, SEED)
    try:
        async for numbers in rounds(random.Random(SEED), player.done):
            waiting = iter(numbers)
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(play(player, waiting))
            await check(cast)
    except BaseException as error:
        error.add_note(f"KURIR_SEED={SEED} KURIR_HISTORIES={HISTORIES} makes the same choices; done: {player.done}")
        raise
    assert EVERYTHING_HAPPENED - set(player.done) == set()


async def play(player: Player, waiting: Iterator[int]) -> None:
    """One history after the other, as long as there are any."""
    for number in waiting:
        await player.history(number)
