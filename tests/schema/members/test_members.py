"""me and organizations: the caller, and the partners to choose from."""

from kurir_api.models import Role
from tests.api import Answer, Api
from tests.factories import OTHER_REGENCY, REGENCY, VILLAGE, add_membership, make_member, make_organization
from tests.ids import id_of

ME = """{ me {
  id name phone available memberships { role organization { name } region { code } } capabilities { code validUntil }
} }"""


async def test_me_is_the_caller_with_every_role(api: Api) -> None:
    lazis = await make_organization("Lazis Serayu")
    sri = await make_member("Sri", organization=lazis, phone="+628120000001", capabilities=("FIRST_AID",))
    await add_membership(sri, Role.DESK_OFFICER, VILLAGE, await make_organization("Desa Karangnangka"))

    assert (await api.data(sri, ME))["me"] == {
        "id": id_of(sri),
        "name": "Sri",
        "phone": "+628120000001",
        "available": True,
        "memberships": [
            {"role": "VOLUNTEER", "organization": {"name": "Lazis Serayu"}, "region": {"code": REGENCY}},
            {"role": "DESK_OFFICER", "organization": {"name": "Desa Karangnangka"}, "region": {"code": VILLAGE}},
        ],
        "capabilities": [{"code": "FIRST_AID", "validUntil": None}],
    }


class TestOrganizations:
    async def found(self, api: Api, search: str | None) -> list[str]:
        """Their names, for a member of Lazis Serayu."""
        for name in ("RSUD Margono", "lazis Kencana"):
            await make_organization(name)
        await make_organization("Lazis Kebumen", regency_code=OTHER_REGENCY)
        member = await make_member(organization=await make_organization("Lazis Serayu"))
        answer: Answer = await api.data(
            member, "query ($s: String) { organizations(search: $s) { edges { node { name } } } }", s=search
        )
        return [edge["node"]["name"] for edge in answer["organizations"]["edges"]]

    async def test_are_those_of_the_regencies_the_caller_works_in(self, api: Api) -> None:
        assert sorted(await self.found(api, None)) == ["Lazis Serayu", "RSUD Margono", "lazis Kencana"]

    async def test_are_found_by_a_part_of_the_name_in_any_case(self, api: Api) -> None:
        assert sorted(await self.found(api, " LAZIS ")) == ["Lazis Serayu", "lazis Kencana"]

    async def test_a_percent_sign_is_a_letter_like_any_other(self, api: Api) -> None:
        assert await self.found(api, "%") == []
