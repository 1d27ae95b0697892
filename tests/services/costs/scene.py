"""A cost, and the people who decide on it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal, principal_of_member
from kurir_api.models import Account, Claim, ClaimStatus, Cost, CostStatus, LedgerEntry, Organization, Role
from kurir_api.services.costs.review_cost import ReviewCost, review_cost
from tests.factories import NOW, make_claim, make_cost, make_member, make_organization, make_task, principal_for


@dataclass(frozen=True)
class Scene:
    """A driver of Lazis Serayu who has done a task, its reviewer, and a coordinator of the regency."""

    lazis: Organization
    claim: Claim
    driver: Principal
    reviewer: Principal
    coordinator: Principal

    async def cost(self, amount: int = 50_000, status: CostStatus = CostStatus.SUBMITTED, **values: Any) -> Cost:
        """What the driver spent, as far as the people here have come with it."""
        cost = await make_cost(self.claim, amount, **values)
        steps = {
            CostStatus.SUBMITTED: [],
            CostStatus.RETURNED: [CostStatus.RETURNED],
            CostStatus.REJECTED: [CostStatus.REJECTED],
            CostStatus.ENDORSED: [CostStatus.ENDORSED],
            CostStatus.APPROVED: [CostStatus.ENDORSED, CostStatus.APPROVED],
            CostStatus.RECORDED: [CostStatus.ENDORSED, CostStatus.APPROVED],
            CostStatus.PAID: [CostStatus.ENDORSED, CostStatus.APPROVED, CostStatus.PAID],
            CostStatus.VOID: [CostStatus.ENDORSED, CostStatus.APPROVED, CostStatus.VOID],
        }
        for step in steps[status]:
            await self.decide(self.coordinator, cost, step, "Sesuai nota")
        await cost.refresh_from_db()
        return cost

    async def decide(
        self, by: Principal, cost: Cost, decision: CostStatus, note: str | None = None, key: str | None = None
    ) -> UUID:
        """One decision."""
        return await review_cost(by, ReviewCost(cost_id=cost.id, decision=decision, note=note, idempotency_key=key))


async def make_scene() -> Scene:
    """Without any cost yet."""
    lazis = await make_organization("Lazis Serayu")
    driver = await make_member(organization=lazis)
    long_ago = NOW - timedelta(days=400)
    claim = await make_claim(await make_task(), driver, ClaimStatus.COMPLETED, lazis, claimed_at=long_ago)
    return Scene(
        lazis,
        claim,
        await principal_of_member(driver.id),
        await principal_for(Role.PARTNER_REVIEWER, organization=lazis),
        await principal_for(Role.COORDINATOR),
    )


async def booked(cost: Cost) -> list[tuple[str, int]]:
    """The accounts and rupiah of every entry about the cost, in the order they were written."""
    return [
        (Account(account).value, amount)
        for account, amount in await LedgerEntry.filter(cost_id=cost.id)
        .order_by("id")
        .values_list("account", "amount")
    ]
