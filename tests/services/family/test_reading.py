"""What the family texts, as people write."""

import pytest

from kurir_api.models import FamilyWord
from kurir_api.services.family.reading import read_family_reply


@pytest.mark.parametrize(
    "text",
    [
        "SUDAH 4821",
        "sudah datang no 4821",
        "Sdh dtg 4821 pak",
        "udah 4821, terima kasih",
        "Alhamdulillah sudah datang. No. 4821",
        "Bantuan sudah sampai 4821",
        "sudah4821",
    ],
)
def test_it_came(text: str) -> None:
    assert read_family_reply(text) == (FamilyWord.CAME, 4821)


@pytest.mark.parametrize(
    "text",
    ["BELUM 4821", "blm 4821", "belum datang tugas no. 4821", "Masih belum ada 4821 bu", "relawan tidak datang 4821"],
)
def test_it_did_not_come(text: str) -> None:
    assert read_family_reply(text) == (FamilyWord.DID_NOT_COME, 4821)


@pytest.mark.parametrize(
    "text",
    [
        "sudah",
        "4821",
        "TIDAK 4821",
        "sudah 4821 tapi obatnya kurang",
        "belum 4821 dan ibu saya pingsan",
        "apakah sudah 4821?",
        "sudah 1234567890",
        "SELESAI 4821",
        "sudah 4821" + " " * 160,
    ],
)
def test_anything_else_is_left_to_people(text: str) -> None:
    assert read_family_reply(text) is None
