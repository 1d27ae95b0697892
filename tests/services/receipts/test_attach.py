"""attach_receipts: a cost gets exactly the receipts that its member names."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidInput
from kurir_api.models import Cost, Member, Receipt, new_id
from kurir_api.services.receipts.attach import attach_receipts
from tests.factories import make_cost, make_member
from tests.services.receipts.making import claim_of, cost_of, make_receipt
from tests.services.refusals import problems


async def attach(member: Member, cost: Cost, *receipts: Receipt | UUID) -> None:
    """As a use case does."""
    async with in_transaction():
        ids = [receipt.id if isinstance(receipt, Receipt) else receipt for receipt in receipts]
        await attach_receipts(member.id, cost, ids)


async def receipts_of(cost: Cost) -> set[UUID]:
    return set(await Receipt.filter(cost_id=cost.id).values_list("id", flat=True))


async def test_unused_receipts_become_the_costs(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    one, two, other = [await make_receipt(member, content) for content in ("one", "two", "three")]
    await attach(member, cost, one, two, one)

    assert await receipts_of(cost) == {one.id, two.id}
    assert (await Receipt.get(id=other.id)).cost_id is None


async def test_again_it_changes_nothing(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    receipt = await make_receipt(member)
    await attach(member, cost, receipt)
    await attach(member, cost, receipt)

    assert await receipts_of(cost) == {receipt.id}


async def test_those_not_named_again_are_unused_as_if_just_sent(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    one, two = [await make_receipt(member, content) for content in ("one", "two")]
    await attach(member, cost, one)
    await attach(member, cost, two)
    given_back = await Receipt.get(id=one.id)

    assert await receipts_of(cost) == {two.id}
    assert given_back.cost_id is None
    assert given_back.created_at > datetime.now(UTC) - timedelta(minutes=1)


async def test_none_takes_all_away(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    await attach(member, cost, await make_receipt(member))
    await attach(member, cost)

    assert await receipts_of(cost) == set()


async def test_one_given_back_whose_bytes_are_unused_already_is_forgotten(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    first = await make_receipt(member)
    await attach(member, cost, first)
    again = await make_receipt(member)
    await attach(member, cost)

    assert await Receipt.all().values_list("id", flat=True) == [again.id]


async def test_of_two_given_back_with_the_same_bytes_one_remains(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    first = await make_receipt(member)
    await attach(member, cost, first)
    await attach(member, cost, first, await make_receipt(member))
    await attach(member, cost)

    assert await Receipt.all().values_list("id", "cost_id") == [(first.id, None)]


NONE_SUCH = {"receiptIds": "There is no such receipt; send the picture again."}
USED = {"receiptIds": "This receipt belongs to another cost already; send a picture of another one."}


async def test_another_members_receipt_looks_like_none(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    own, foreign = await make_receipt(member), await make_receipt(await make_member())

    assert await problems(attach(member, cost, own, foreign)) == NONE_SUCH
    assert await problems(attach(member, cost, own, new_id())) == NONE_SUCH


async def test_another_costs_receipt_is_refused(db: None) -> None:
    member = await make_member()
    receipt, claim = await make_receipt(member), await claim_of(member)
    await attach(member, await make_cost(claim), receipt)

    assert await problems(attach(member, await make_cost(claim), receipt)) == USED


async def test_of_one_receipt_wanted_by_two_costs_at_once_one_gets_it(db: None) -> None:
    member = await make_member()
    receipt, claim = await make_receipt(member), await claim_of(member)
    costs = [await make_cost(claim) for _ in range(5)]
    answers = await asyncio.gather(*(attach(member, cost, receipt) for cost in costs), return_exceptions=True)

    assert [type(answer) for answer in answers if answer is not None] == [InvalidInput] * 4
    assert (await Receipt.get()).cost_id in {cost.id for cost in costs}


async def test_ten_are_enough(db: None) -> None:
    member = await make_member()
    cost = await cost_of(member)
    receipts = [await make_receipt(member, str(number)) for number in range(11)]

    said = {"receiptIds": "At most 10 receipts for one cost; split the cost."}
    assert await problems(attach(member, cost, *receipts)) == said
    await attach(member, cost, *receipts[:10])
    assert len(await receipts_of(cost)) == 10
