"""regions and facilities: where things lie."""

import pytest

from kurir_api.models import Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, OTHER_VILLAGE, make_facility, make_member

REGIONS = """query ($parent: String, $search: String) {
  regions(parent: $parent, search: $search) { code name level parent { code } centre { latitude longitude } }
}"""
FACILITIES = """query ($near: GeoPointInput, $kind: String) {
  facilities(near: $near, kind: $kind) { name kind region { code } location { latitude longitude } }
}"""


class TestRegions:
    async def codes(self, api: Api, **variables: str) -> list[str]:
        found = await api.data(await make_member(), REGIONS, **variables)
        return [region["code"] for region in found["regions"]]

    async def test_without_arguments_are_where_the_caller_works(self, api: Api) -> None:
        assert await self.codes(api) == ["33", "33.02"]

    async def test_of_a_parent_are_those_directly_in_it(self, api: Api) -> None:
        assert await self.codes(api, parent="33.02") == ["33.02.23", "33.02.24"]

    async def test_are_found_by_a_part_of_the_name_at_any_depth_below_the_parent(self, api: Api) -> None:
        assert await self.codes(api, search="kebumen") == ["33.05"]
        assert await self.codes(api, search="PLUM", parent="33.05") == ["33.05.26.2006"]
        assert await self.codes(api, search="PLUM", parent="33.02") == []

    async def test_say_where_they_lie(self, api: Api) -> None:
        found = await api.data(await make_member(), REGIONS, search="Karangnangka")

        assert found["regions"] == [
            {
                "code": "33.02.23.2004",
                "name": "Karangnangka",
                "level": "VILLAGE",
                "parent": {"code": "33.02.23"},
                "centre": {"latitude": -7.382, "longitude": 109.221},
            }
        ]

    @pytest.mark.parametrize("search", ["x", " x ", "x" * 101])
    async def test_a_search_has_2_to_100_characters(self, api: Api, search: str) -> None:
        (error,) = await api.errors(await make_member(), REGIONS, search=search)

        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert error["message"] == "Perbaiki isian: search: Tulis 2 sampai 100 karakter."


class TestFacilities:
    async def names(self, api: Api, **variables: object) -> list[str]:
        """Of three places in Banyumas, for a member who works there."""
        await make_facility("RSUD Margono", latitude=-7.436, longitude=109.267)
        await make_facility("Klinik Jatilawang", kind="clinic", latitude=-7.53, longitude=109.11)
        await make_facility("Rumah Singgah", kind="shelter", latitude=-7.44, longitude=109.26)
        found = await api.data(await make_member(), FACILITIES, **variables)
        return [facility["name"] for facility in found["facilities"]]

    async def test_come_by_name(self, api: Api) -> None:
        assert await self.names(api) == ["Klinik Jatilawang", "RSUD Margono", "Rumah Singgah"]

    async def test_come_nearest_first_from_a_place(self, api: Api) -> None:
        near = {"latitude": -7.4401, "longitude": 109.26}

        assert await self.names(api, near=near) == ["Rumah Singgah", "RSUD Margono", "Klinik Jatilawang"]

    async def test_can_be_chosen_by_kind(self, api: Api) -> None:
        assert await self.names(api, kind="clinic") == ["Klinik Jatilawang"]

    async def test_of_another_regency_are_not_listed(self, api: Api) -> None:
        await make_facility()
        elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

        assert await api.data(elsewhere, FACILITIES) == {"facilities": []}

    async def test_of_every_regency_are_listed_for_the_provinces_staff(self, api: Api) -> None:
        await make_facility("RSUD Margono")
        await make_facility("RSUD Kebumen", regency_code=OTHER_REGENCY, region_id=OTHER_VILLAGE)
        coordinator = await make_member(role=Role.COORDINATOR, region="33")

        found = await api.data(coordinator, "{ facilities { name } }")

        assert [one["name"] for one in found["facilities"]] == ["RSUD Kebumen", "RSUD Margono"]

    async def test_say_what_and_where_they_are(self, api: Api) -> None:
        await make_facility("RSUD Margono")

        found = await api.data(await make_member(), FACILITIES)

        assert found["facilities"] == [
            {
                "name": "RSUD Margono",
                "kind": "hospital",
                "region": {"code": "33.02.24.1003"},
                "location": {"latitude": -7.43603, "longitude": 109.26741},
            }
        ]

    async def test_a_place_outside_indonesia_is_bad_user_input(self, api: Api) -> None:
        (error,) = await api.errors(await make_member(), FACILITIES, near={"latitude": 52.5, "longitude": 13.4})

        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert error["message"].startswith("Perbaiki isian: near: Titik ini di luar Indonesia")
