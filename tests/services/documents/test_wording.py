"""Kinds of task, periods and amounts in words."""

from datetime import date

import pytest

from kurir_api.models import CostCategory
from kurir_api.services.contributions.totals import Period
from kurir_api.services.costs.words import CATEGORY_NAMES
from kurir_api.services.documents.wording import in_words, kind_name, slug, span


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (99, "sembilan puluh sembilan"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1_000, "seribu"),
        (1_001, "seribu satu"),
        (1_100, "seribu seratus"),
        (2_000, "dua ribu"),
        (11_000, "sebelas ribu"),
        (100_000, "seratus ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (1_250_000, "satu juta dua ratus lima puluh ribu"),
        (111_111_111, "seratus sebelas juta seratus sebelas ribu seratus sebelas"),
        (1_000_000_000, "satu miliar"),
        (1_000_000_000_000, "satu triliun"),
        (-50_000, "minus lima puluh ribu"),
    ],
)
def test_an_amount_is_written_out_as_on_indonesian_papers(amount: int, words: str) -> None:
    assert in_words(amount) == f"{words} rupiah"


def test_a_period_is_written_from_its_first_to_its_last_day() -> None:
    assert span(Period(date(2026, 1, 1), date(2026, 6, 30))) == "1 Januari 2026 s.d. 30 Juni 2026"


def test_every_category_has_words_and_a_kind_that_is_no_longer_offered_keeps_its_code() -> None:
    assert set(CATEGORY_NAMES) == set(CostCategory)
    assert (kind_name("FOOD_DELIVERY"), kind_name("FOOD_DELIVERY", "en")) == (
        "Antar makan dan minum",
        "Food delivery",
    )
    assert kind_name("HORSE_RIDE") == "HORSE_RIDE"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Lazis *Serayu* & Co", "lazis-serayu-co"),
        ("PMI Kab. Banyumas", "pmi-kab-banyumas"),
        ("Café “Sehat”/2", "cafe-sehat-2"),
        ("../../etc", "etc"),
        ("ꦱꦶꦠꦶ", "mitra"),
        ("x" * 80, "x" * 60),
    ],
)
def test_in_a_files_name_there_are_ascii_letters_digits_and_dashes(name: str, said: str) -> None:
    assert slug(name) == said
