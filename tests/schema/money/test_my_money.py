"""myMoney through the API."""

from kurir_api.models import CostStatus, Role
from tests.api import Api
from tests.factories import make_claim, make_cost, make_member, make_task

MONEY = """query ($since: Date) { myMoney(since: $since) {
  advanced returned approved paid givenInKind rejected missing { amount status } nextStep
} }"""


async def test_a_volunteer_reads_what_became_of_the_money(api: Api) -> None:
    driver = await make_member()
    claim = await make_claim(await make_task(), driver)
    await make_cost(claim, 85_000, status=CostStatus.PAID)
    await make_cost(claim, 15_000, status=CostStatus.RETURNED)

    assert (await api.data(driver, MONEY))["myMoney"] == {
        "advanced": 100_000,
        "returned": 15_000,
        "approved": 0,
        "paid": 85_000,
        "givenInKind": 0,
        "rejected": 0,
        "missing": [{"amount": 15_000, "status": "RETURNED"}],
        "nextStep": "Perbaiki 1 biaya yang dikembalikan, lalu kirim lagi.",
    }
    assert (await api.data(driver, MONEY, since="2026-11-24"))["myMoney"]["advanced"] == 0


async def test_who_spent_nothing_reads_zeros_in_the_own_language(api: Api) -> None:
    money = (await api.data(await make_member(role=Role.ADMIN, locale="en"), MONEY))["myMoney"]
    assert money == {
        "advanced": 0,
        "returned": 0,
        "approved": 0,
        "paid": 0,
        "givenInKind": 0,
        "rejected": 0,
        "missing": [],
        "nextStep": None,
    }
