"""Which reports may be about the same need."""

from datetime import timedelta

import pytest

from kurir_api.models import Report, Role
from kurir_api.services.reports.duplicates import possible_duplicates
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_report,
    principal_for,
)

pytestmark = pytest.mark.usefixtures("db")

DAY = timedelta(days=1)
DIALYSIS = "Ibu Sutinah harus cuci darah besok di Margono, tidak ada kendaraan. Karangnangka RT 2."
AGAIN = "mohon kendaraan utk bu sutinah, jadwal cuci darah di margono"
OTHERWISE = "Pak Darto jatuh dari pohon kelapa di Karangnangka, kakinya patah, butuh sembako"


async def report(text: str = DIALYSIS, phone: str | None = None, name: str | None = None, **values) -> Report:
    return await make_report(text=text, reporter_phone=phone, reporter_name=name, **values)


async def duplicates_of(one: Report, region: str = REGENCY) -> list[Report]:
    return (await possible_duplicates(await principal_for(Role.DESK_OFFICER, region=region), [one]))[one.id]


class TestFound:
    async def test_by_the_same_words_from_the_same_village(self) -> None:
        first = await report()

        assert await duplicates_of(await report(AGAIN)) == [first]

    async def test_by_the_same_sender_whatever_they_write_and_from_wherever(self) -> None:
        first = await report(phone="+6281298765432", region=REGENCY)

        assert await duplicates_of(await report(OTHERWISE, phone="+6281298765432")) == [first]

    async def test_by_a_number_that_wrote_and_that_was_taken_down(self) -> None:
        called = await report(phone="+6281298765432", region=REGENCY)
        wrote = await make_report(text="Tolong", reporter_phone=None)
        wrote.via, wrote.sender = "whatsapp", "+6281298765432"
        await wrote.save()

        assert await duplicates_of(wrote) == [called]
        assert await duplicates_of(called) == [wrote]

    async def test_by_a_reporters_name_written_otherwise_and_some_of_the_words(self) -> None:
        first = await report(name="Wahyuni Lestari")

        assert await duplicates_of(await report("bu sutinah, cuci darah, angkutan umum", name="Lestari Wahyuni")) == [
            first
        ]


class TestNotFound:
    async def test_by_the_village_alone(self) -> None:
        await report()

        assert await duplicates_of(await report(OTHERWISE)) == []

    async def test_by_everyday_words(self) -> None:
        await report("Mohon bantuan untuk ibu saya di Karangnangka")

        assert await duplicates_of(await report("Mohon bantuan untuk bapak saya di Karangnangka")) == []

    async def test_after_a_fortnight(self) -> None:
        await report(received_at=NOW - 15 * DAY)

        assert await duplicates_of(await report()) == []

    async def test_in_another_regency(self) -> None:
        await report(region=OTHER_VILLAGE, phone="+6281298765432")

        assert await duplicates_of(await report(phone="+6281298765432"), region="33") == []

    async def test_what_is_a_duplicate_itself(self) -> None:
        original = await report(received_at=NOW - DAY)
        await report(status="DUPLICATE", duplicate_of=original)

        assert await duplicates_of(await report()) == [original]

    async def test_what_the_caller_may_not_see(self) -> None:
        await report(region=SUBDISTRICT, phone="+6281298765432")

        assert await duplicates_of(await report(phone="+6281298765432"), region=VILLAGE) == []


async def test_the_likeliest_come_first_and_five_at_most() -> None:
    for days in (6, 1, 4, 2, 5, 3):
        await report(received_at=NOW - days * DAY, number=days)
    same_sender = await report(received_at=NOW - 9 * DAY, phone="+6281298765432", number=9)

    found = await duplicates_of(await report(phone="+6281298765432"))

    assert [one.number for one in found] == [9, 1, 2, 3, 4]
    assert found[0] == same_sender


async def test_many_are_looked_for_in_as_many_statements_as_one() -> None:
    officer = await principal_for(Role.DESK_OFFICER)
    reports = [await report() for _ in range(3)]
    await possible_duplicates(officer, reports[:1])

    with Statements() as for_one:
        await possible_duplicates(officer, reports[:1])
    with Statements() as for_all:
        found = await possible_duplicates(officer, reports)

    assert [len(some) for some in found.values()] == [2, 2, 2]
    assert len(for_one) == len(for_all) == 3
