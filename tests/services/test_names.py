"""Names as they sound."""

import pytest

from kurir_api.services.names import sounds, tokens

ALIKE = """
    Soeharto Suharto, Djoko Joko, Tjipto Cipto, Soetjipto Sucipto, Jusuf Yusuf, Yusup Yusuf, Wahjoeni Wahyuni,
    Muhammad Muhamad, Mohamad Muhamad, Mochammad Muhamad, Muh Muhammad, Sjamsoel Syamsul, Syamsul Samsul,
    Achmad Ahmad, Akhmad Ahmad, Ahmat Ahmad, Zainal Jainal, Zaenal Jaenal, Sugiyono Sugiono, Soegijono
    Sugiono, Rizky Riski, Risky Rizki, Fatimah Fatima, Khotimah Chotimah, Hasanah Chasanah, Budhi Budi, Thomas
    Tomas, Bhakti Bakti, Suryati Suriati, Suprijadi Supriyadi, Slamet Selamet, Njoman Nyoman, Yakub Yakup,
    Nurhajati Nurhayati, Taufiq Topik, Fauzi Pauji, Rochmat Rohmat, Chandra Candra, Christina Kristina,
    Sandjaja Sanjaya, Ma'ruf Maruf, Vera Fera
"""
APART = """
    Tini Tono, Tina Tini, Sutini Sutono, Sari Suri, Yati Yanti, Siti Sita, Dewi Dwi, Hadi Adi, Ratna Ratno,
    Sri Sari, Rini Rina, Rahmat Rahman, Joko Eko, Parti Parto, Karti Karta, Mariyam Maryono, Slamet Samad,
    Yusuf Yasin, Wagiyem Wagimin, Lina Lena, Surip Sarip, Painem Painun, Jumadi Jumali, Ningsih Nengsih
"""


def pairs(text: str) -> list[list[str]]:
    return [pair.split() for pair in text.split(",")]


@pytest.mark.parametrize(("one", "other"), pairs(ALIKE))
def test_one_name_sounds_the_same_however_it_is_spelt(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)


@pytest.mark.parametrize(("one", "other"), pairs(APART))
def test_other_names_sound_otherwise(one: str, other: str) -> None:
    assert sounds(one) != sounds(other)


def test_titles_and_single_letters_are_left_out() -> None:
    assert sounds("Hj. Sutinah binti Karto, M.") == sounds("Sutinah Karto")
    assert sounds("Bpk. H.") == []


@pytest.mark.usefixtures("db")
async def test_tokens_are_the_same_in_any_order_and_tell_nothing_without_the_key() -> None:
    found = tokens("patient.name", "Sutinah Karto Sutinah")

    assert found == tokens("patient.name", "karto SOETINAH")
    assert [len(token) for token in found] == [64, 64]
    assert not set(found) & set(tokens("registry.name", "Sutinah Karto"))
