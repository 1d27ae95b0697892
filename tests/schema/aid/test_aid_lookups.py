"""aidLookups: who looked whom up."""

from kurir_api.models import Role
from tests.api import Api
from tests.factories import REGENCY, VILLAGE, make_aid_lookup, make_member
from tests.ids import id_of

LOOKUPS = """query ($member: ID, $first: Int, $after: String) {
  aidLookups(member: $member, first: $first, after: $after) {
    edges { node { by purpose outcome at member { name } } } pageInfo { hasNextPage }
  }
}"""


async def test_administrators_read_who_looked_when_and_what_for(api: Api) -> None:
    await make_aid_lookup(await make_member("Kus", Role.DESK_OFFICER))
    await make_aid_lookup(await make_member("Tri", Role.DESK_OFFICER, "33.05"))

    page = (await api.data(await make_member(role=Role.ADMIN, region=REGENCY), LOOKUPS))["aidLookups"]

    assert page == {
        "edges": [
            {
                "node": {
                    "by": "NATIONAL_ID",
                    "purpose": "Pasien meminta bantuan sembako.",
                    "outcome": "NOT_FOUND",
                    "at": "2026-11-23T02:00:00+00:00",
                    "member": {"name": "Kus"},
                }
            }
        ],
        "pageInfo": {"hasNextPage": False},
    }


async def test_the_list_may_be_of_one_member(api: Api) -> None:
    kus, tri = [await make_member(name, Role.DESK_OFFICER) for name in ("Kus", "Tri")]
    await make_aid_lookup(kus)
    await make_aid_lookup(tri)

    page = await api.data(await make_member(role=Role.ADMIN), LOOKUPS, member=id_of(tri))

    assert [edge["node"]["member"]["name"] for edge in page["aidLookups"]["edges"]] == ["Tri"]


async def test_a_villages_administrator_reads_none(api: Api) -> None:
    await make_aid_lookup(await make_member(role=Role.DESK_OFFICER))

    page = await api.data(await make_member(role=Role.ADMIN, region=VILLAGE), LOOKUPS)

    assert page["aidLookups"]["edges"] == []
