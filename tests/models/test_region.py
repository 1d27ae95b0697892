"""Region codes."""

import pytest

from kurir_api.models import subdistrict_of


@pytest.mark.parametrize(
    ("region", "subdistrict"),
    [("33.02.23.2004", "33.02.23"), ("33.02.23", "33.02.23"), ("33.02", "33.02"), ("33", "33")],
)
def test_a_village_lies_in_a_subdistrict_and_larger_regions_stand_for_themselves(
    region: str, subdistrict: str
) -> None:
    assert subdistrict_of(region) == subdistrict
