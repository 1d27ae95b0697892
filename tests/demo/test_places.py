"""The places an office loads: complete, connected, and in Indonesia."""

from collections import Counter

import pytest

from kurir_api.models import Facility, Region, RegionLevel
from kurir_api.services.places.load_places import facilities, load_places, regions
from tests.counting import Statements


@pytest.mark.parametrize(
    ("regency", "subdistricts", "villages", "facility_count"), [("33.02", 27, 331, 15), ("33.05", 26, 460, 15)]
)
async def test_a_regency_has_all_its_regions_and_facilities(
    db: None, regency: str, subdistricts: int, villages: int, facility_count: int
) -> None:
    await load_places(regency)
    assert Counter(await Region.all().values_list("level", flat=True)) == {
        RegionLevel.PROVINCE: 1,
        RegionLevel.REGENCY: 1,
        RegionLevel.SUBDISTRICT: subdistricts,
        RegionLevel.VILLAGE: villages,
    }
    assert await Facility.filter(regency_code=regency).count() == facility_count


async def test_both_regencies_share_their_province(db: None) -> None:
    await load_places("33.02")
    await load_places("33.05")
    assert await Region.all().count() == 1 + 2 + 53 + 791
    assert await Region.filter(parent_id="33").order_by("code").values_list("name", flat=True) == [
        "Kabupaten Banyumas",
        "Kabupaten Kebumen",
    ]


@pytest.mark.parametrize("regency", ["33.02", "33.05"])
async def test_every_region_stands_below_its_parent_and_after_it(db: None, regency: str) -> None:
    seen: set[str | None] = {None}
    for region in regions(regency):
        assert region.parent_id in seen
        assert region.level == list(RegionLevel)[region.code.count(".")]
        seen.add(region.code)


@pytest.mark.parametrize("regency", ["33.02", "33.05"])
def test_every_known_point_is_in_java(regency: str) -> None:
    for place in (*regions(regency), *facilities(regency)):
        if place.latitude is not None:
            assert -8.8 < place.latitude < -5.8
            assert 105.0 < place.longitude < 114.7


@pytest.mark.parametrize(("regency", "unknown"), [("33.02", ["33"]), ("33.05", ["33", "33.05.11.2001"])])
def test_only_these_regions_have_no_centre(regency: str, unknown: list[str]) -> None:
    assert [region.code for region in regions(regency) if region.latitude is None] == unknown


async def test_margono_is_in_berkoh(db: None) -> None:
    margono = next(one for one in facilities("33.02") if one.code == "RS-BMS-01")
    assert (margono.name, margono.kind) == ("RSUD Prof. Dr. Margono Soekarjo", "hospital")
    assert (margono.latitude, margono.longitude, margono.region_id) == (-7.43603, 109.26741, "33.02.24.1003")


async def test_loading_again_mends_what_was_changed_and_adds_nothing(db: None) -> None:
    await load_places("33.02")
    before = await Facility.all().order_by("code").values()
    await Region.filter(code="33.02.23.2005").update(name="Karangnongko")
    await Facility.filter(code="RS-BMS-01").update(latitude=0.0)
    await load_places("33.02")
    assert (await Region.get(code="33.02.23.2005")).name == "Karangnangka"
    assert await Facility.all().order_by("code").values() == before


async def test_loading_takes_three_statements(db: None) -> None:
    with Statements() as statements:
        await load_places("33.02")
    assert len(statements) == 3


async def test_an_unknown_regency_is_refused_by_name(db: None) -> None:
    with pytest.raises(ValueError, match=r"No places for '33.99'; there are 33.02, 33.05"):
        await load_places("33.99")
    assert await Region.all().count() == 0
