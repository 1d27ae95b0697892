"""What the pages and the door have in common."""

import pytest

from kurir_api.pages import network


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:7:1::1", "2001:db8:7::/48"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_one_address_is_one_of_ipv4_however_it_is_written_or_a_site_of_ipv6(address: str, counted: str) -> None:
    assert network(address) == counted
