"""myClaims: what the caller has taken on, and nobody else's."""

from datetime import timedelta

from kurir_api.models import ClaimStatus, Role
from tests.api import Api
from tests.factories import NOW, make_claim, make_member, make_task
from tests.ids import id_of

CLAIMS = """query ($status: [ClaimStatus!]) {
  myClaims(status: $status) { edges { node { status task { number } } } }
}"""


async def test_the_callers_claims_come_newest_first_whatever_became_of_them(api: Api) -> None:
    driver = await make_member()
    for day, status in enumerate((ClaimStatus.VERIFIED, ClaimStatus.RELEASED, ClaimStatus.HELD)):
        await make_claim(await make_task(number=4821 + day, starts_at=NOW + timedelta(days=day)), driver, status)

    edges = (await api.data(driver, CLAIMS))["myClaims"]["edges"]

    assert [edge["node"] for edge in edges] == [
        {"status": "HELD", "task": {"number": 4823}},
        {"status": "RELEASED", "task": {"number": 4822}},
        {"status": "VERIFIED", "task": {"number": 4821}},
    ]


async def test_they_can_be_chosen_by_state(api: Api) -> None:
    driver = await make_member()
    await make_claim(await make_task(), driver, ClaimStatus.RELEASED)
    await make_claim(await make_task(number=4821), driver, ClaimStatus.HELD)

    held = (await api.data(driver, CLAIMS, status=["HELD", "IN_PROGRESS"]))["myClaims"]["edges"]
    none = (await api.data(driver, CLAIMS, status=[]))["myClaims"]["edges"]

    assert [edge["node"]["task"]["number"] for edge in held] == [4821]
    assert none == []


async def test_a_coordinator_who_sees_others_claims_has_none_of_them(api: Api) -> None:
    claim = await make_claim(await make_task(), await make_member())
    coordinator = await make_member(role=Role.COORDINATOR)

    answer = await api.data(
        coordinator, "query ($id: ID!) { node(id: $id) { id } myClaims { edges { cursor } } }", id=id_of(claim)
    )

    assert answer == {"node": {"id": id_of(claim)}, "myClaims": {"edges": []}}
