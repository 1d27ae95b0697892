"""What the demo's office covers, what partners promise, and costs that wait for somebody."""

from datetime import date, datetime
from functools import partial
from uuid import UUID

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.demo.people import REGENCY, WIB, invented_members
from kurir_api.models import CostCategory, CostStatus, Organization, RateUnit, Role
from kurir_api.services.costs.log_cost import LogCost, log_cost
from kurir_api.services.costs.review_cost import ReviewCost, review_cost
from kurir_api.services.needs.estimate_need import EstimateNeed, estimate_need
from kurir_api.services.needs.pledge import MakePledge, pledge
from kurir_api.services.rates.set_rate import SetRate, set_rate

DECREE = "Contoh: Keputusan Bupati Nomor 1 Tahun 2026"
NEEDED = 750_000
PROMISES = {"Lazis Serayu": 400_000, "Bakti Usaha Batik Kranji": 150_000}
"""Rupiah that partners promise for a case that needs more."""


async def add_rates(coordinator: Principal) -> None:
    """What the regency covers: invented, with the decree that says so."""
    covered = partial(SetRate, region=REGENCY, valid_from=date(datetime.now(WIB).year, 1, 1), source=DECREE)
    for rate in (
        covered(
            category=CostCategory.WAITING_COST,
            unit=RateUnit.DAY,
            amount=50_000,
            max_units=14,
            yearly_cap=1_500_000,
            care_class=3,
        ),
        covered(category=CostCategory.MEAL, unit=RateUnit.DAY, amount=45_000, max_units=30),
        covered(category=CostCategory.FUEL, unit=RateUnit.ITEM, amount=200_000),
    ):
        await set_rate(coordinator, rate)


async def add_money(case_id: UUID, task_id: UUID, driver: Principal, coordinator: Principal) -> None:
    """The case's need, shared in part; of the driver's costs one is new, one sent back, one approved."""
    await estimate_need(coordinator, EstimateNeed(case_id=case_id, amount=NEEDED))
    for name, amount in PROMISES.items():
        partner = await Organization.get(regency_code=REGENCY, name=name)
        promise = MakePledge(case_id=case_id, organization_id=partner.id, amount=amount)
        await pledge(await _reviewer_of(name), promise)
    today = datetime.now(WIB).date()

    async def spent(category: CostCategory, amount: int, note: str) -> UUID:
        return await log_cost(
            driver, LogCost(task_id=task_id, category=category, amount=amount, spent_on=today, note=note)
        )

    await spent(CostCategory.FUEL, 120_000, "Pertalite, pergi pulang")
    toll = await spent(CostCategory.TOLL_PARKING, 15_000, "Parkir rumah sakit")
    meal = await spent(CostCategory.MEAL, 40_000, "Makan siang pendamping")
    decisions = (
        (toll, CostStatus.RETURNED, "Lampirkan karcis parkirnya."),
        (meal, CostStatus.ENDORSED, "Atas nama mitra."),
        (meal, CostStatus.APPROVED, None),
    )
    for cost_id, decision, note in decisions:
        await review_cost(coordinator, ReviewCost(cost_id=cost_id, decision=decision, note=note))


async def _reviewer_of(name: str) -> Principal:
    reviewers = (one for one in invented_members() if one.role is Role.PARTNER_REVIEWER and one.organization == name)
    return await principal_of_phone(next(reviewers).phone)
