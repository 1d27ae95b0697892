"""Taking down a call for help: who may, what is kept, and what can't be."""

import asyncio
from datetime import timedelta

import pytest
import time_machine

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.geo import Point
from kurir_api.errors import IdempotencyKeyReused, NotAllowed
from kurir_api.models import Channel, Escalation, Report, ReportStatus, Role, TransitionLog
from kurir_api.services.reports.submit_report import SubmitReport, submit_report
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    add_membership,
    make_member,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

CALL = "Ibu saya harus cuci darah besok di Margono, tidak ada kendaraan. Karangnangka RT 2."
NOT_A_NUMBER = "Not a phone number; write it like 0812-3456-7890."
NOT_A_REGION = "Choose a village, sub-district or regency where you work."


def call(**values) -> SubmitReport:
    """A call from Wahyuni that came in by phone."""
    return SubmitReport(**{"channel": Channel.PHONE, "text": CALL} | values)


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.DESK_OFFICER, Role.COORDINATOR])
    async def test_volunteers_and_the_desk(self, role: Role) -> None:
        reporter = await principal_for(role)

        report_id = await submit_report(reporter, call())

        assert (await Report.get()).id == report_id

    @pytest.mark.parametrize("role", [Role.PARTNER_REVIEWER, Role.PROGRAMME_OFFICER, Role.ADMIN])
    async def test_nobody_else(self, role: Role) -> None:
        await refused(submit_report(await principal_for(role), call()), NotAllowed)


class TestTheReport:
    @time_machine.travel(NOW, tick=False)
    async def test_is_kept_as_it_was_told(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT)

        report_id = await submit_report(
            officer,
            call(
                channel=Channel.WALK_IN,
                text=f"  {CALL}\n",
                reporter_name=" Wahyuni ",
                reporter_phone="0812-9876-5432",
                region=VILLAGE,
                location=Point(-7.3825, 109.2215),
            ),
        )

        report = await Report.get(id=report_id)
        assert (report.channel, report.status, report.received_at) == (Channel.WALK_IN, ReportStatus.RECEIVED, NOW)
        assert (report.text, report.reporter_name, report.reporter_phone) == (CALL, "Wahyuni", "+6281298765432")
        assert (report.region_id, report.regency_code) == (VILLAGE, REGENCY)
        assert (report.latitude, report.longitude) == (-7.3825, 109.2215)
        assert (report.taken_by_id, report.case_id, report.duplicate_of_id) == (officer.member_id, None, None)

    @pytest.mark.parametrize(
        ("desk", "text", "region"),
        [
            (REGENCY, "Ibu saya jatuh di Karangnangka", VILLAGE),
            (REGENCY, "Ibu saya jatuh di kec. Kedungbanteng", SUBDISTRICT),
            (REGENCY, "Ibu saya jatuh di Karangnangka, dibawa ke Berkoh", REGENCY),
            (SUBDISTRICT, "Ibu saya jatuh di Karangnangka", VILLAGE),
            (SUBDISTRICT, "Ibu saya dibawa ke Berkoh", SUBDISTRICT),
        ],
    )
    async def test_lies_where_its_words_say_if_they_name_one_place_of_the_desks(
        self, desk: str, text: str, region: str
    ) -> None:
        await submit_report(await principal_for(Role.DESK_OFFICER, region=desk), call(text=text))

        report = await Report.get()
        assert (report.region_id, report.desk_id) == (region, region)

    async def test_is_told_of_after_half_an_hour_if_nobody_takes_it_up(self) -> None:
        await submit_report(await principal_for(Role.DESK_OFFICER), call())

        report, armed = await Report.get(), await Escalation.get()
        assert (armed.kind, armed.report_id) == ("REPORT_WAITING", report.id)
        assert armed.due_at == report.received_at + timedelta(minutes=30)

    async def test_needs_nothing_but_words_and_then_is_the_whole_regencys(self) -> None:
        words = {"text": "Ibu saya jatuh", "reporter_name": " ", "reporter_phone": ""}
        await submit_report(await principal_for(region=VILLAGE), call(**words))

        report = await Report.get()
        assert report.region_id == REGENCY
        assert (report.reporter_name, report.reporter_phone, report.reporter_phone_index) == (None, None, None)
        assert (report.latitude, report.longitude) == (None, None)

    async def test_without_a_region_is_the_village_desks_own(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER, region=VILLAGE)

        await submit_report(officer, call())

        assert (await Report.get()).region_id == VILLAGE

    @time_machine.travel(NOW, tick=False)
    async def test_begins_a_history(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)

        report_id = await submit_report(officer, call())

        entry = await TransitionLog.get()
        assert (entry.machine, entry.action, entry.source, entry.target) == ("report", "receive", None, "RECEIVED")
        assert (entry.subject_id, entry.actor_id, entry.at, entry.case_id) == (
            report_id,
            officer.member_id,
            NOW,
            None,
        )

    async def test_is_unreadable_without_the_key(self) -> None:
        await submit_report(await principal_for(), call(reporter_name="Wahyuni", reporter_phone="081298765432"))

        (row,) = await Report.all().values()
        for secret in ("cuci darah", "Wahyuni", "81298765432"):
            assert secret not in str(row)


class TestPlace:
    @pytest.mark.parametrize("region", ["33.02", "33.02.24", "33.02.24.1003"])
    async def test_may_be_anywhere_in_the_regency_where_one_works(self, region: str) -> None:
        await submit_report(await principal_for(region=VILLAGE), call(region=region))

        assert (await Report.get()).region_id == region

    async def test_may_be_in_any_regency_of_the_province_where_one_works(self) -> None:
        await submit_report(await principal_for(Role.COORDINATOR, region="33"), call(region=OTHER_VILLAGE))

        report = await Report.get()
        assert (report.region_id, report.regency_code) == (OTHER_VILLAGE, "33.05")

    async def test_is_not_a_whole_province(self) -> None:
        reporter = await principal_for(Role.COORDINATOR, region="33")

        assert await problems(submit_report(reporter, call(region="33"))) == {"region": NOT_A_REGION}

    async def test_is_not_where_one_has_another_role(self) -> None:
        member = await make_member(role=Role.VOLUNTEER)
        await add_membership(member, Role.ADMIN, OTHER_REGENCY)
        reporter = await principal_of_member(member.id)

        assert await problems(submit_report(reporter, call(region=OTHER_VILLAGE))) == {"region": NOT_A_REGION}

    @pytest.mark.parametrize("region", [OTHER_VILLAGE, "33.05", "33", "33.02.99", "33.0"])
    async def test_is_nowhere_else(self, region: str) -> None:
        reporter = await principal_for(region=SUBDISTRICT)

        assert await problems(submit_report(reporter, call(region=region))) == {"region": NOT_A_REGION}


class TestPhoneNumbers:
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("0812-9876-5432", "+6281298765432"),
            ("0812 9876 5432", "+6281298765432"),
            ("081298765432", "+6281298765432"),
            ("+62 812-9876-5432", "+6281298765432"),
            ("62812 9876 5432", "+6281298765432"),
            ("(62) 812-9876-5432", "+6281298765432"),
            ("+62 (0)812 9876 5432", "+6281298765432"),
            ("81298765432", "+6281298765432"),
            ("0812.9876.5432", "+6281298765432"),
            ("\u00a00812\u20119876\u20115432 ", "+6281298765432"),
            ("(0281) 632708", "+62281632708"),
            ("62281632708", "+62281632708"),
            ("62811987654", "+62811987654"),
            ("021-3500041", "+62213500041"),
            ("+60 12-345 6789", "+60123456789"),
        ],
    )
    async def test_are_read_as_people_write_them(self, written: str, kept: str) -> None:
        await submit_report(await principal_for(), call(reporter_phone=written))

        assert (await Report.get()).reporter_phone == kept

    @pytest.mark.parametrize(
        "written", ["110", "0812", "0812-9876-5432-9999-00", "Wahyuni", "08l2-9876-5432", "-", "+"]
    )
    async def test_that_reach_nobody_are_refused(self, written: str) -> None:
        refusal = await problems(submit_report(await principal_for(), call(reporter_phone=written)))

        assert refusal == {"reporterPhone": NOT_A_NUMBER}

    async def test_are_found_again_however_they_were_written(self) -> None:
        for written in ("0812-9876-5432", "+6281298765432"):
            await submit_report(await principal_for(), call(reporter_phone=written))

        found = Report.filter(reporter_phone_index=Report.reporter_phone.index("+6281298765432"))
        assert await found.count() == 2


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize("text", ["", " \n\t "])
    async def test_no_words(self, text: str) -> None:
        refusal = await problems(submit_report(await principal_for(), call(text=text)))

        assert refusal == {"text": "Must not be empty."}

    async def test_is_named_all_at_once(self) -> None:
        command = call(text="x" * 10_001, reporter_name="x" * 121, reporter_phone="rumah", region="99.99")

        assert await problems(submit_report(await principal_for(), command)) == {
            "text": "At most 10000 characters.",
            "reporterName": "At most 120 characters.",
            "reporterPhone": NOT_A_NUMBER,
            "region": NOT_A_REGION,
        }

    async def test_up_to_its_limits_everything_fits(self) -> None:
        await submit_report(await principal_for(), call(text="ű" * 10_000, reporter_name="ű" * 120))

        report = await Report.get()
        assert (report.text, report.reporter_name) == ("ű" * 10_000, "ű" * 120)


class TestIdempotencyKey:
    async def test_a_retry_answers_with_the_same_report(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        command = call(location=Point(-7.3825, 109.2215), idempotency_key="k1")

        answers = await asyncio.gather(*(submit_report(officer, command) for _ in range(4)))

        assert answers == [(await Report.get()).id] * 4

    async def test_the_same_key_for_other_words_is_refused(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        await submit_report(officer, call(idempotency_key="k1"))

        await refused(submit_report(officer, call(text="Lain.", idempotency_key="k1")), IdempotencyKeyReused)

    async def test_what_could_not_be_used_may_be_mended_under_the_same_key(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        await problems(submit_report(officer, call(text="", idempotency_key="k1")))

        report_id = await submit_report(officer, call(idempotency_key="k1"))

        assert (await Report.get()).id == report_id
