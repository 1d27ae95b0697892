"""What a correction changes, and whether it must be endorsed again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.errors import InvalidTransition
from kurir_api.models import CostCategory, CostStatus, Receipt, TransitionLog
from kurir_api.services.costs.edit_cost import EditCost, edit_cost
from tests.factories import NOW, make_receipt
from tests.services.costs.scene import make_scene
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

S = CostStatus
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 60_000},
        {"quantity": 2},
        {"category": CostCategory.MEAL},
        {"spent_on": YESTERDAY},
        {"receipt_ids": ()},
        {"amount": 60_000, "note": "Salah ketik"},
    ],
)
async def test_facts_that_change_after_the_endorsement_are_submitted_again(changed: dict[str, Any]) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=S.ENDORSED)

    await edit_cost(scene.driver, EditCost(cost_id=cost.id, **changed))

    await cost.refresh_from_db()
    assert cost.status == S.SUBMITTED
    assert {name: getattr(cost, name) for name in changed if name != "receipt_ids"} == {
        name: value for name, value in changed.items() if name != "receipt_ids"
    }


@pytest.mark.parametrize(
    ("status", "after", "action"),
    [(S.ENDORSED, S.ENDORSED, "annotate"), (S.RETURNED, S.SUBMITTED, "edit"), (S.SUBMITTED, S.SUBMITTED, "edit")],
)
async def test_a_new_note_alone_keeps_an_endorsement_and_answers_a_question(
    status: CostStatus, after: CostStatus, action: str
) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=status)

    await edit_cost(scene.driver, EditCost(cost_id=cost.id, note=" Nota hilang "))

    await cost.refresh_from_db()
    log = await TransitionLog.filter(subject_id=cost.id).order_by("-id").first()
    assert (cost.status, cost.note, log and log.action) == (after, "Nota hilang", action)


async def test_the_receipts_become_those_that_are_named() -> None:
    scene = await make_scene()
    cost = await scene.cost()
    member = await cost.member
    dropped, kept, new = await make_receipt(cost), await make_receipt(cost), await make_receipt(member=member)

    await edit_cost(scene.driver, EditCost(cost_id=cost.id, receipt_ids=(new.id, kept.id)))

    assert await Receipt.filter(cost_id=cost.id).order_by("id").values_list("id", flat=True) == [kept.id, new.id]
    assert (await Receipt.get(id=dropped.id)).cost_id is None
    await cost.refresh_from_db()
    assert cost.flags == []


@pytest.mark.parametrize("status", [S.APPROVED, S.PAID, S.REJECTED, S.VOID])
async def test_what_is_decided_is_not_edited(status: CostStatus) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=status)

    for changed in ({"amount": 1}, {"note": "Nota hilang"}):
        refusal = await refused(edit_cost(scene.driver, EditCost(cost_id=cost.id, **changed)), InvalidTransition)
        assert (refusal.current, refusal.allowed) == (status, ("SUBMITTED", "RETURNED", "ENDORSED"))


async def test_every_field_that_cannot_be_used_is_named() -> None:
    scene = await make_scene()
    cost = await scene.cost()
    command = EditCost(
        cost_id=cost.id,
        amount=0,
        quantity=10_001,
        spent_on=(datetime.now(UTC) + timedelta(days=2)).date(),
        note="x" * 2_001,
    )

    assert await problems(edit_cost(scene.driver, command)) == {
        "amount": "Give Rp 1 to Rp 1,000,000,000.",
        "quantity": "Give how many units, such as days: 1 to 10,000.",
        "note": "At most 2000 characters.",
        "spentOn": "That day has not come yet.",
    }


async def test_a_receipt_that_is_not_ones_own_is_refused() -> None:
    scene = await make_scene()
    cost, foreign = await scene.cost(), await make_receipt()

    said = await problems(edit_cost(scene.driver, EditCost(cost_id=cost.id, receipt_ids=(foreign.id,))))

    assert said == {"receiptIds": "There is no such receipt; send the picture again."}


async def test_corrected_in_time_it_is_flagged_no_more() -> None:
    scene = await make_scene()
    cost = await scene.cost(flags=["NO_RECEIPT", "PERIOD_CLOSED"], spent_on=NOW.date())
    receipt = await make_receipt(member=await cost.member)

    await edit_cost(scene.driver, EditCost(cost_id=cost.id, receipt_ids=(receipt.id,)))

    await cost.refresh_from_db()
    assert cost.flags == []
