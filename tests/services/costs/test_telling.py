"""Members hear what became of their costs: once for all of them, and nothing that was written about them."""

import pytest

from kurir_api.dispatch.texts import render
from kurir_api.models import CostStatus, Notification
from kurir_api.services.costs.telling import tell_of_costs
from tests.factories import NOW, make_claim, make_cost, make_member, make_task

pytestmark = pytest.mark.usefixtures("db")


async def test_each_member_hears_once_how_many_and_how_much() -> None:
    sri, agus = await make_member(), await make_member()
    of_sri, of_agus = await make_claim(await make_task(), sri), await make_claim(await make_task(), agus)
    costs = [
        await make_cost(of_sri, 300_000, "Sutinah, RT 2"),
        await make_cost(of_agus, 20_000),
        await make_cost(of_sri, 50_000),
    ]

    await tell_of_costs(costs, CostStatus.APPROVED, NOW)

    told = {one.member_id: one for one in await Notification.all()}
    assert len(told) == await Notification.all().count() == 2
    text = render(told[sri.id].kind, "id", told[sri.id].data)
    assert text == ("Biaya disetujui: Rp350.000 (2 biaya)", "Menunggu pembayaran")
    assert render(told[agus.id].kind, "en", told[agus.id].data).title == "Costs approved: Rp 20,000 (1 cost)"
    assert told[agus.id].data["cost_id"] == str(costs[1].id)
    assert told[sri.id].data == {"costs": 2, "rupiah": 350_000, "time_zone": "Asia/Jakarta"}
    assert (told[sri.id].task_id, told[sri.id].regency_code, told[sri.id].due_at) == (None, "33.02", NOW)


@pytest.mark.parametrize(
    ("decision", "kind"),
    [
        (CostStatus.ENDORSED, "COST_ENDORSED"),
        (CostStatus.APPROVED, "COST_APPROVED"),
        (CostStatus.RECORDED, "COST_RECORDED"),
        (CostStatus.RETURNED, "COST_RETURNED"),
        (CostStatus.REJECTED, "COST_REJECTED"),
        (CostStatus.PAID, "COST_PAID"),
        (CostStatus.VOID, "COST_VOIDED"),
    ],
)
async def test_every_decision_has_words_of_its_own(decision: CostStatus, kind: str) -> None:
    cost = await make_cost(await make_claim(await make_task(), await make_member()))
    await tell_of_costs([cost], decision, NOW)
    assert (await Notification.get()).kind == kind


async def test_of_no_costs_nobody_hears() -> None:
    await tell_of_costs([], CostStatus.PAID, NOW)
    assert not await Notification.exists()
