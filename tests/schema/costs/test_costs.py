"""costs, and what of a cost each of its readers sees."""

from typing import Any

import pytest

from kurir_api.models import ClaimStatus, Cost, CostStatus, Member, Role, Task
from tests.api import Api
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    add_membership,
    make_case,
    make_claim,
    make_cost,
    make_ledger_entries,
    make_member,
    make_organization,
    make_patient,
    make_receipt,
    make_task,
)
from tests.ids import id_of

COSTS = """query (
  $status: [CostStatus!], $organization: ID, $member: ID, $region: String, $flagged: Boolean, $first: Int
) {
  costs(
    status: $status, organization: $organization, member: $member, region: $region, flagged: $flagged, first: $first
  ) { edges { node { amount } } }
}"""
ALL = """{ costs { edges { node {
  note reviewNote receiptCount receipts { sha256 url thumbnailUrl } shares { amount organization { name } }
} } } }"""


async def spent(amount: int, member: Member | None = None, task: Task | None = None, **values: Any) -> Cost:
    """What a member spent on a task."""
    claim = await make_claim(task or await make_task(), member or await make_member(), ClaimStatus.COMPLETED)
    return await make_cost(claim, amount, **values)


async def amounts(api: Api, caller: Member, **variables: object) -> list[int]:
    edges = (await api.data(caller, COSTS, **variables))["costs"]["edges"]
    return [edge["node"]["amount"] for edge in edges]


async def seen(api: Api, caller: Member) -> Any:
    """Everything the caller sees of the one cost there is."""
    [edge] = (await api.data(caller, ALL))["costs"]["edges"]
    return edge["node"]


async def test_a_member_sees_their_own_costs_a_reviewer_the_partners_a_coordinator_the_regions(api: Api) -> None:
    driver, lazis = await make_member(), await make_organization("Lazis Serayu")
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)
    await spent(1, driver)
    await spent(2, await make_member(organization=lazis))
    await spent(3, await make_member(organization=lazis))

    assert await amounts(api, driver) == [1]
    assert await amounts(api, reviewer) == [3, 2]
    assert await amounts(api, await make_member(role=Role.COORDINATOR)) == [3, 2, 1]
    assert await amounts(api, await make_member(role=Role.DESK_OFFICER)) == []
    assert await amounts(api, await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)) == []


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"status": ["SUBMITTED"]}, [2, 1]),
        ({"status": []}, []),
        ({"region": "33.02.23"}, [2, 1]),
        ({"region": "33.02.2"}, []),
        ({"flagged": True}, [2]),
        ({"flagged": False}, [3, 1]),
        ({"flagged": None, "first": 1}, [3]),
        ({"status": ["SUBMITTED"], "flagged": False}, [1]),
    ],
)
async def test_costs_are_found_by_state_region_and_flags(
    api: Api, variables: dict[str, object], found: list[int]
) -> None:
    far = await make_case(await make_patient(region="33.02.24.1003"))
    await spent(1)
    await spent(2, flags=["NO_RECEIPT"])
    await spent(3, task=await make_task(far), status=CostStatus.RETURNED)

    assert await amounts(api, await make_member(role=Role.COORDINATOR), **variables) == found


async def test_costs_are_found_by_partner_and_member(api: Api) -> None:
    lazis, coordinator = await make_organization(), await make_member(role=Role.COORDINATOR)
    driver = await make_member(organization=lazis)
    await spent(1, driver)
    await spent(2)

    assert await amounts(api, coordinator, organization=id_of(lazis)) == [1]
    assert await amounts(api, coordinator, member=id_of(driver)) == [1]
    assert await amounts(api, await make_member(), member=id_of(driver)) == []
    [error] = await api.errors(coordinator, COSTS, organization=id_of(driver))
    assert error["message"] == "Perbaiki isian: organization: Tidak ditemukan; pilih dari daftar."


async def test_a_partners_reviewer_counts_the_receipts_but_sees_no_picture_and_no_words(api: Api) -> None:
    lazis = await make_organization()
    cost = await spent(1, await make_member(organization=lazis), note="Antar Bu Sutinah")
    await say(cost, "Untuk cuci darah?", by=await make_member(role=Role.COORDINATOR))
    await make_receipt(cost)
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)

    assert await seen(api, reviewer) == {
        "note": None,
        "reviewNote": None,
        "receiptCount": 1,
        "receipts": [],
        "shares": [],
    }
    await say(cost, "Nota kurang jelas", by=reviewer)
    assert (await seen(api, reviewer))["reviewNote"] == "Nota kurang jelas"


async def say(cost: Cost, note: str, by: Member) -> None:
    """The last word on it in review."""
    cost.review_note, cost.reviewed_by = note, by
    await cost.save(update_fields=["review_note_sealed", "reviewed_by_id"])


async def test_a_reviewer_who_coordinates_another_region_still_sees_no_words(api: Api) -> None:
    lazis = await make_organization()
    await spent(1, await make_member(organization=lazis), note="Antar Bu Sutinah")
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)
    await add_membership(reviewer, Role.COORDINATOR, "33.02.24")

    assert (await seen(api, reviewer))["note"] is None


async def test_its_member_and_the_coordinator_see_words_pictures_and_who_bears_it(api: Api) -> None:
    lazis = await make_organization("Lazis Serayu")
    driver = await make_member(organization=lazis)
    cost = await spent(85_000, driver, note="Bensin", status=CostStatus.APPROVED, approved_at=NOW)
    await make_ledger_entries(cost)
    receipt = await make_receipt(cost)

    for reader in (driver, await make_member(role=Role.COORDINATOR)):
        found = await seen(api, reader)
        [shown] = found.pop("receipts")
        assert shown["sha256"] == receipt.sha256
        assert f"/receipts/{receipt.id}?" in shown["url"]
        assert f"/receipts/{receipt.id}/small?" in shown["thumbnailUrl"]
        assert found == {
            "note": "Bensin",
            "reviewNote": None,
            "receiptCount": 1,
            "shares": [{"amount": 85_000, "organization": {"name": "Lazis Serayu"}}],
        }
