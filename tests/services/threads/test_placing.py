"""Which regency a message is for, and where in it help is needed."""

import pytest

from kurir_api.models import Hotline, Report, Role
from tests.factories import OTHER_REGENCY, OTHER_VILLAGE, REGENCY, VILLAGE, make_member
from tests.services.threads.inbound import arrive, message

pytestmark = pytest.mark.usefixtures("db")


async def region_of(text: str, **values) -> str:
    await arrive(message(text, **values))
    report = await Report.get()
    assert report.region_id == report.desk_id
    assert report.region_id.startswith(report.regency_code)
    return report.region_id


async def test_of_the_only_office_and_where_exactly_one_village_is_named_there() -> None:
    await make_member(role=Role.ADMIN)

    assert await region_of("Ibu sakit di desa Karangnangka") == VILLAGE


async def test_of_a_place_written_apart_and_the_words_then_say_so() -> None:
    await make_member(role=Role.ADMIN)

    assert await region_of("Ibu sakit", place="Karangnangka, Kedungbanteng") == VILLAGE
    assert (await Report.get()).text == "Ibu sakit\n\nDesa: Karangnangka, Kedungbanteng"


async def test_where_none_or_several_are_named_the_whole_regency() -> None:
    await make_member(role=Role.ADMIN)

    assert await region_of("Dari Karangnangka ke Berkoh") == REGENCY


class TestOfTwoOffices:
    @pytest.fixture(autouse=True)
    async def offices(self, db: None) -> None:  # noqa: ARG002 - only to begin with
        await make_member(role=Role.ADMIN, region=OTHER_REGENCY)
        await make_member(role=Role.ADMIN, region=REGENCY)

    async def test_the_hotlines_at_which_it_arrived_whatever_it_says(self) -> None:
        hotline = await Hotline.create(regency_code=REGENCY, channel="whatsapp", address="1055")

        assert await region_of("Di desa Plumbon", address="1055") == REGENCY
        assert (await Report.get()).hotline_id == hotline.id

    async def test_one_of_another_channel_says_nothing(self) -> None:
        await Hotline.create(regency_code=REGENCY, channel="messenger", address="1055")

        assert await region_of("Tolong ibu saya", address="1055") == OTHER_REGENCY

    @pytest.mark.parametrize(("text", "region"), [("desa Karangnangka", VILLAGE), ("desa Plumbon", OTHER_VILLAGE)])
    async def test_without_a_hotline_that_whose_places_are_named(self, text: str, region: str) -> None:
        assert await region_of(f"Bapak sakit di {text}") == region

    async def test_without_either_the_one_whose_administrator_is_the_oldest(self) -> None:
        assert await region_of("Tolong ibu saya") == OTHER_REGENCY

    async def test_each_hotline_is_a_conversation_of_its_own(self) -> None:
        await Hotline.create(regency_code=REGENCY, channel="whatsapp", address="1055")
        await Hotline.create(regency_code=OTHER_REGENCY, channel="whatsapp", address="1066")

        await arrive(message("satu", 2, address="1055"), message("dua", 1, address="1066"))

        assert await Report.all().order_by("number").values_list("regency_code", flat=True) == ["33.02", "33.05"]
