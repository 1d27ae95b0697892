"""Receipts as rows, without their files."""

from hashlib import sha256
from typing import Any

from kurir_api.models import Claim, Cost, Member, Receipt
from tests.factories import NOW, make_claim, make_cost, make_member, make_task


async def make_receipt(member: Member, content: str = "a slip", **values: Any) -> Receipt:
    """An unused receipt of the member's; of the same content it has the same hash."""
    defaults = {"content_type": "image/jpeg", "size": 1000, "likeness": "0" * 64, "created_at": NOW}
    return await Receipt.create(
        regency_code=member.regency_code,
        member=member,
        sha256=sha256(content.encode()).hexdigest(),
        **defaults | values,
    )


async def claim_of(member: Member | None = None) -> Claim:
    """A claim on a task of its own."""
    return await make_claim(await make_task(), member or await make_member())


async def cost_of(member: Member | None = None, **values: Any) -> Cost:
    """A cost on a task of its own."""
    return await make_cost(await claim_of(member), **values)
