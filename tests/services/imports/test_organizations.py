"""Partners by files."""

from pathlib import Path

import pytest

from kurir_api.models import Organization
from tests.factories import OTHER_REGENCY, REGENCY, make_organization, make_regions
from tests.services.imports.files import imported

pytestmark = pytest.mark.usefixtures("db")


async def test_a_partner_is_known_by_its_name_in_any_case_within_the_regency(tmp_path: Path) -> None:
    await make_regions()
    await make_organization("Lazis Serayu", regency_code=REGENCY, kind="COMMUNITY")
    await make_organization("Wreda Sejahtera", regency_code=OTHER_REGENCY)

    found = await imported(
        tmp_path, "organizations", "nama;jenis\nLAZIS serayu;zakat charity\nWreda Sejahtera;\n", regency=REGENCY
    )

    again = await imported(tmp_path, "organizations", "nama\nLazis Serayu\n", regency=REGENCY)

    rows = Organization.filter(regency_code=REGENCY).order_by("name").values_list("name", "kind")
    assert (found.counts, again.counts) == ((2, 1, 1, 0, 0), (1, 0, 0, 1, 0))
    assert await rows == [("Lazis Serayu", "ZAKAT_CHARITY"), ("Wreda Sejahtera", "COMMUNITY")]
