"""The figures as charts."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from kurir_api.services.statistics.charts import NOBODY, StatisticsChart, as_svg, rupiah_in_short
from kurir_api.services.statistics.statistics import Statistics
from tests.services.statistics.figures import NAMES, figures, month

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: StatisticsChart, found: Statistics) -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(chart, found, NAMES))  # noqa: S314 - ours


def texts(chart: StatisticsChart, found: Statistics | None = None) -> list[str | None]:
    return [text.text for text in drawn(chart, found or figures()).iter(f"{SVG}text")]


def bars(chart: StatisticsChart, found: Statistics) -> list[tuple[float, float]]:
    """The width and height of each, without the legend's."""
    sizes = [(rect.attrib["width"], rect.attrib["height"]) for rect in drawn(chart, found).iter(f"{SVG}rect")]
    return [(float(width), float(height)) for width, height in sizes if height not in {"100%", "12.0"}]


def test_months_stand_beside_one_another_on_an_axis_with_their_numbers() -> None:
    said = texts(StatisticsChart.BENEFICIARIES_BY_MONTH)

    assert said[:2] == ["Penerima manfaat per bulan", "Kabupaten Banyumas, 1 Januari 2026 s.d. 28 Februari 2026"]
    assert said[2:8] == ["0", "400", "800", "1.200", "1.600", "2.000"]
    assert said[8:] == ["1.250", "Jan 26", "20", "Feb 26", "Orang"]


def test_a_bar_is_as_high_as_its_number() -> None:
    found = figures(by_month=[month(1, 10), month(2, 5)])

    first, second = bars(StatisticsChart.BENEFICIARIES_BY_MONTH, found)

    assert (first[1], second[1]) == (292.0, 146.0)


def test_kinds_stand_below_one_another_the_most_first() -> None:
    assert texts(StatisticsChart.TASKS_BY_KIND)[2:] == ["GONE_BY", "7", "Antar jemput ambulans", "6", "Tugas"]


def test_money_and_gifts_follow_one_another_in_a_bar() -> None:
    said = texts(StatisticsChart.COSTS_BY_CATEGORY)

    assert said[2:] == [
        "Bahan bakar",
        "uang Rp1,2 jt, barang Rp350 rb",
        "Makan dan minum",
        "uang -Rp5 rb",
        "uang",
        "barang",
    ]


def test_what_was_granted_stands_before_the_other_referrals_of_a_programme() -> None:
    said = texts(StatisticsChart.REFERRALS_BY_PROGRAMME)

    assert said[2:] == [
        "PKH",
        "disetujui 4, lainnya 26",
        "Rekomendasi KIS PBI",
        "disetujui 7, lainnya 5",
        "disetujui",
        "lainnya",
    ]


def test_a_month_without_claims_has_no_minutes() -> None:
    assert texts(StatisticsChart.MINUTES_TO_CLAIM)[8:] == [
        "4,2",
        "Jan 26",
        "-",
        "Feb 26",
        "Menit sejak tugas diumumkan (median)",
    ]


def test_who_waits_is_of_now_and_a_name_is_only_words() -> None:
    said = texts(StatisticsChart.WAITING)

    assert said[1] == "Kabupaten Banyumas, saat ini"
    assert said[2:6] == ["=Desa", "5", "Karangnangka", "1"]


@pytest.mark.parametrize("chart", StatisticsChart)
def test_a_chart_says_in_words_what_it_shows(chart: StatisticsChart) -> None:
    svg = drawn(chart, figures())

    assert svg.attrib["role"] == "img"
    assert (svg.findtext(f"{SVG}title") or "").startswith(str(texts(chart)[0]))
    assert svg.findtext(f"{SVG}desc") not in {None, "", NOBODY}


def test_rounded_figures_say_so() -> None:
    guarded = figures(scope=replace(figures().scope, guarded=True))

    assert str(texts(StatisticsChart.TASKS_BY_KIND, guarded)[1]).endswith("; dibulatkan")


def test_outsiders_are_told_that_a_year_counts_people_once_each_month() -> None:
    guarded = figures(scope=replace(figures().scope, guarded=True))

    assert texts(StatisticsChart.BENEFICIARIES_BY_YEAR, guarded)[-1] == "Orang, dihitung sekali setiap bulan"
    assert texts(StatisticsChart.BENEFICIARIES_BY_YEAR)[-1] == "Orang"


def test_without_figures_it_says_that_there_are_none() -> None:
    assert texts(StatisticsChart.WAITING, figures(waiting=[]))[2:] == ["Tidak ada data."]
    assert bars(StatisticsChart.BENEFICIARIES_BY_MONTH, figures(by_month=[month(1, 0)])) == []


def test_rupiah_are_said_in_short() -> None:
    assert [rupiah_in_short(amount) for amount in (0, 900, 350_000, 1_234_567, 2_400_000_000)] == [
        "Rp0",
        "Rp900",
        "Rp350 rb",
        "Rp1,2 jt",
        "Rp2,4 M",
    ]
