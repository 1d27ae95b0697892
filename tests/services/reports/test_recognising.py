"""Messages as people write them, and the places they name; over all of Banyumas and Kebumen."""

import csv
from functools import cache
from importlib.resources import files
from time import process_time

import pytest

from kurir_api.models import Region, RegionLevel, regency_of, subdistrict_of
from kurir_api.services.reports.recognising import Gazetteer, candidates
from tests.counting import Statements
from tests.factories import VILLAGE, make_regions

BANYUMAS, KEBUMEN = "33.02", "33.05"


@cache
def regions() -> dict[str, Region]:
    text = (files("kurir_api.services.places") / "regions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["code"]: Region(code=row["code"], name=row["name"], level=RegionLevel(row["level"])) for row in rows}


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(list(regions().values()))


def named(text: str, within: str | None = None) -> list[str]:
    """The codes with their names."""
    return [f"{place.code} {place.name}" for place in gazetteer().candidates(text, within)]


KARANGNANGKA = "33.02.23.2005 Karangnangka"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Tolong ambulans, bapak saya stroke di Karangnangka RT 2 RW 1", KARANGNANGKA),
        ("KARANGNANGKA RT2/1 KEC KEDUNGBANTENG", KARANGNANGKA),
        ("mohon bantuan, ds. karang nangka", KARANGNANGKA),
        ("Ds.Kr.nangka kec.kedungbanteng", KARANGNANGKA),
        ("saya di krg nangka bu", KARANGNANGKA),
        ("di karangnagka rt 2", KARANGNANGKA),
        ("di karangnangkka", KARANGNANGKA),
        ("desa karangnanka", KARANGNANGKA),
        ("Klapagading Kulun", "33.02.02.2012 Klapagading Kulon"),
        ("di Karang\u00adnangka", KARANGNANGKA),
        ("Karangsari Kembaran, mbah Tinah jatuh", "33.02.20.2015 Karangsari"),
        ("kecamatan kembaran desa karangsari", "33.02.20.2015 Karangsari"),
        ("Tambaksari Kidul", "33.02.20.2013 Tambaksari Kidul"),
        ("sokaraja kln rt 4", "33.02.19.2016 Sokaraja Kulon"),
        ("Sokaraja", "33.02.19 Sokaraja"),
        ("pwt selatan", "33.02.24 Purwokerto Selatan"),
        ("kec. Kebumen", "33.05.12 Kebumen"),
        ("kel. Kebumen, Baturraden", "33.02.22.2006 Kebumen"),
        ("selang oksigennya habis, kami di desa Selang", "33.05.12.1010 Selang"),
        ("desa Argopeni, Ayah", "33.05.01.2001 Argopeni"),
        ("habis dari RSUD Banyumas, pulang ke Sokaraja Kulon", "33.02.19.2016 Sokaraja Kulon"),
        ("Jl. Karanglewas 5, Pliken", "33.02.20.2002 Pliken"),
        ("mbah Rahayu butuh sembako, Pliken kembaran", "33.02.20.2002 Pliken"),
        ("Kutosari kab. Kebumen", "33.05.12.2025 Kutosari"),
    ],
)
def test_a_message_that_names_one_place(text: str, place: str) -> None:
    assert named(text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "tolong, bapak saya sesak napas",
        "ayah saya sakit",
        "butuh selang oksigen dan kursi",
        "atap bocor, ada tambak di belakang",
        "pak Waluyo minta sembako",
        "anak kembar, kembaran saya juga sakit",
        "saya orang Banyumas",
        "dari Kebumen mau ke Purwokerto",
        "rawat inap di RSUD Banyumas",
        "puskesmas 2 kembaran penuh",
        "rumah sakit Kembaran",
        "Jl. Karanglewas no 5",
        "kerja di persawahan",
        "saya orang Banyumass",
        "",
        "🙏🙏🙏",
        "0812 3456 7890",
    ],
)
def test_a_message_that_names_none(text: str) -> None:
    assert named(text) == []


class TestSeveral:
    def test_where_villages_share_a_name_all_are_offered(self) -> None:
        assert named("saya di Karangsari") == [
            "33.02.05.2003 Karangsari",
            "33.02.20.2015 Karangsari",
            "33.05.02.2011 Karangsari",
            "33.05.10.2019 Karangsari",
            "33.05.12.2028 Karangsari",
            "33.05.14.2011 Karangsari",
        ]

    def test_within_a_regency_only_its_own(self) -> None:
        assert named("saya di Karangsari", BANYUMAS) == ["33.02.05.2003 Karangsari", "33.02.20.2015 Karangsari"]
        assert named("di Karangnangka", KEBUMEN) == []
        assert named("di Karangnangka kab. Kebumen", BANYUMAS) == []

    def test_a_regency_that_is_named_narrows_them(self) -> None:
        assert {regency_of(place.code) for place in gazetteer().candidates("Karangsari Kebumen", None)} == {KEBUMEN}

    def test_a_village_called_as_its_regency_is_none_of_the_two_by_that(self) -> None:
        assert named("desa Kebumen") == ["33.02.22.2006 Kebumen", "33.05.12.1024 Kebumen"]

    def test_two_places_are_two_candidates_the_smaller_first(self) -> None:
        assert named("dari Karangnangka mau ke Sokaraja") == [KARANGNANGKA, "33.02.19 Sokaraja"]

    def test_a_village_that_shares_its_sub_districts_name_is_not_guessed(self) -> None:
        assert named("di Cilongok") == ["33.02.17 Cilongok"]
        assert named("desa Cilongok") == ["33.02.17.2010 Cilongok"]


def test_every_village_is_known_by_its_name_and_sub_district() -> None:
    villages = [place for place in regions().values() if place.level == RegionLevel.VILLAGE]
    texts = {village.code: f"ds {village.name} kec {name_of_subdistrict(village)}" for village in villages}

    wrong = {
        text for code, text in texts.items() if [one.code for one in gazetteer().candidates(text, None)] != [code]
    }

    assert (len(villages), wrong) == (791, set())


def test_by_its_name_alone_most_are_known_and_none_is_taken_for_another() -> None:
    found: dict[str, int] = {"it": 0, "around it": 0, "several": 0, "none": 0, "another": 0}
    for village in regions().values():
        if village.level != RegionLevel.VILLAGE:
            continue
        places = [one.code for one in gazetteer().candidates(f"di {village.name}", regency_of(village.code))]
        if len(places) > 1:
            found["several"] += bool({village.code, subdistrict_of(village.code)} & {*places})
        elif not places:
            found["none"] += 1
        else:
            outcome = {village.code: "it", subdistrict_of(village.code): "around it"}
            found[outcome.get(places[0], "another")] += 1

    assert found == {"it": 612, "around it": 32, "several": 94, "none": 53, "another": 0}


def name_of_subdistrict(village: Region) -> str:
    return regions()[subdistrict_of(village.code)].name


def test_a_long_message_takes_milliseconds() -> None:
    text = " ".join(f"mohon bantuan {place.name}x" for place in list(regions().values())[4:])
    gazetteer().candidates(text, None)
    began = process_time()

    gazetteer().candidates(text, None)

    assert process_time() - began < 0.05


@pytest.mark.usefixtures("db")
async def test_the_regions_are_read_once_until_they_change() -> None:
    await make_regions()
    assert [place.code for place in await candidates("Karangnangka", "33.02")] == [VILLAGE]

    with Statements() as again:
        await candidates("Karangnangka", "33.02")
    await Region.filter(code=VILLAGE).update(name="Karangmangga")
    renamed = await candidates("Karangmangga", "33.02")

    assert (len(again), [place.code for place in renamed]) == (1, [VILLAGE])
