"""Facilities by files."""

from pathlib import Path

import pytest

from kurir_api.models import Facility
from tests.factories import OTHER_REGENCY, REGENCY, VILLAGE, make_facility, make_regions
from tests.services.imports.files import imported

pytestmark = pytest.mark.usefixtures("db")

HEADER = "code,name,kind,latitude,longitude,region\n"


async def test_a_facility_is_known_by_its_code(tmp_path: Path) -> None:
    await make_regions()
    content = (
        HEADER + f"PK-1,Puskesmas Baturraden,Puskesmas,-7.35,109.2,{VILLAGE}\nRS-9,RS Luar,hospital,-7.8,110.4,\n"
    )

    first = await imported(tmp_path, "facilities", content, regency=REGENCY)
    moved = await imported(tmp_path, "facilities", content.replace("-7.35", "-7.36"), regency=REGENCY)

    rows = Facility.all().order_by("code").values_list("code", "kind", "latitude", "region_id", "regency_code")
    assert (first.counts, moved.counts) == ((2, 2, 0, 0, 0), (2, 0, 1, 1, 0))
    assert await rows == [
        ("PK-1", "puskesmas", -7.36, VILLAGE, REGENCY),
        ("RS-9", "hospital", -7.8, None, REGENCY),
    ]


async def test_without_a_place_or_with_anothers_code_or_an_unknown_region_it_is_refused(tmp_path: Path) -> None:
    await make_regions()
    await make_facility(code="RS-1", regency_code=OTHER_REGENCY)

    found = await imported(
        tmp_path,
        "facilities",
        HEADER + "PK-1,A,puskesmas,-7.35,,\nRS-1,B,hospital,-7.35,109.2,\nPK-2,C,puskesmas,-7.35,109.2,99\n",
        regency=REGENCY,
    )

    assert found.said() == {
        2: "longitude: Must not be empty",
        3: "code: Another regency lists this code",
        4: "region: Unknown region code",
    }
