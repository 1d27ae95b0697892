"""Regions by files."""

from pathlib import Path

import pytest

from kurir_api.models import Region
from tests.services.imports.files import imported

pytestmark = pytest.mark.usefixtures("db")

REGIONS = """code,name,level,latitude,longitude,time_zone
74,Sulawesi Tenggara,,,,Asia/Makassar
74.03,Kabupaten Konawe,REGENCY,"-3,85",122.0,Asia/Makassar
74.03.01,Unaaha,,,,
"""


async def test_a_regions_place_in_the_tree_comes_from_its_code(tmp_path: Path) -> None:
    found = await imported(tmp_path, "regions", REGIONS)

    rows = await Region.all().order_by("code").values_list("code", "level", "parent_id", "latitude", "time_zone")
    assert found.counts == (3, 3, 0, 0, 0)
    assert rows == [
        ("74", "PROVINCE", None, None, "Asia/Makassar"),
        ("74.03", "REGENCY", "74", -3.85, "Asia/Makassar"),
        ("74.03.01", "SUBDISTRICT", "74.03", None, "Asia/Jakarta"),
    ]


async def test_an_empty_cell_leaves_what_is_on_record(tmp_path: Path) -> None:
    await imported(tmp_path, "regions", REGIONS)

    found = await imported(tmp_path, "regions", "code,name\n74.03,Konawe\n74.03.01,Unaaha\n")

    region = await Region.get(code="74.03")
    assert found.counts == (2, 0, 1, 1, 0)
    assert (region.name, region.latitude, region.time_zone) == ("Konawe", -3.85, "Asia/Makassar")


async def test_a_region_without_its_parent_above_it_is_refused_and_so_is_what_lies_in_it(tmp_path: Path) -> None:
    found = await imported(tmp_path, "regions", "code,name\n74.03.01,Unaaha\n74.03.01.1001,Tumpas\n74,Provinsi\n")

    assert found.said() == {
        2: "code: There is no region 74.03; write it above this line.",
        3: "code: There is no region 74.03.01; write it above this line.",
    }
    assert await Region.all().values_list("code", flat=True) == ["74"]


async def test_what_cant_be_a_region_is_refused(tmp_path: Path) -> None:
    content = "code,name,level,lat,lon,time_zone\n7403,A,,,,\n74,B,VILLAGE,,,\n74.03,C,,95,1,\n33,D,,,,Mars\n"

    found = await imported(tmp_path, "regions", content, regency="74.03")

    assert found.said() == {
        2: "code: Write it like 33.02.23.2004; code: Not a part of 74.03",
        3: "level: This code is a PROVINCE",
        4: "latitude: Give latitude (-11.5 to 6.5) and longitude (94 to 142), in degrees",
        5: "code: Not a part of 74.03; "
        "time_zone: Choose one of: Asia/Jakarta, Asia/Pontianak, Asia/Makassar, Asia/Jayapura",
    }
    assert not await Region.exists()
