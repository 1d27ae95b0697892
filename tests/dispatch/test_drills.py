"""Reachability drills: who gets a test alert, how, and when one is due."""

import asyncio
from datetime import datetime, time, timedelta

import pytest

from kurir_api.dispatch.drills import run_drill, run_due_drills
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Drill, DutyShift, Member, Notification, Region, Role
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    SUBDISTRICT,
    add_membership,
    make_device,
    make_member,
    make_regions,
)
from tests.ids import id_of

pytestmark = pytest.mark.usefixtures("db")
WEDNESDAY, TEN = 2, 10
AT_TEN = datetime.fromisoformat("2026-11-25T10:00:00+07:00")
"""Wednesday, by the clock of Banyumas and Kebumen."""


async def drilled() -> list[Member]:
    drills = await Drill.all().order_by("id").select_related("member")
    return [drill.member for drill in drills]


async def shift(member: Member, weekday: int, starts: int, ends: int) -> None:
    await DutyShift.create(
        regency_code=member.regency_code, member=member, weekday=weekday, starts=time(starts), ends=time(ends)
    )


class TestWhoIsDrilled:
    async def test_every_volunteer_on_duty_in_the_regency(self) -> None:
        everywhere = await make_member()
        nearby = await make_member(region=SUBDISTRICT)

        assert await run_drill(REGENCY, NOW) == 2

        assert await drilled() == [everywhere, nearby]
        assert await Drill.all().values_list("sent_at", "received_at", "regency_code") == [(NOW, None, "33.02")] * 2

    async def test_nobody_else(self) -> None:
        await make_member(available=False)
        await make_member(active=False)
        await make_member(region=OTHER_REGENCY)
        await make_member(role=Role.COORDINATOR)
        await make_member(quiet_from=time(8), quiet_to=time(10))
        await shift(await make_member(), 0, 10, 12)

        assert await run_drill(REGENCY, NOW) == 0

        assert (await drilled(), await Notification.all().count()) == ([], 0)

    @pytest.mark.parametrize(
        ("weekday", "starts", "ends", "on_duty"),
        [
            (0, 9, 10, True),
            (0, 8, 9, False),
            (1, 9, 10, False),
            (6, 22, 10, True),  # since yesterday evening
            (6, 22, 9, False),
            (0, 22, 6, False),  # begins only tonight
        ],
    )
    async def test_a_shift_covers_its_hours_across_midnight(
        self, weekday: int, starts: int, ends: int, on_duty: bool
    ) -> None:
        member = await make_member()
        await shift(member, weekday, starts, ends)  # NOW is Monday, 09.00

        assert await run_drill(REGENCY, NOW) == int(on_duty)

    async def test_everybody_costs_as_many_statements_as_two_do(self) -> None:
        async def statements(members: int) -> int:
            for number in range(members):
                member = await make_member()
                if number % 2:
                    await make_device(member)
            with Statements() as sent:
                await run_drill(REGENCY, NOW)
            return len(sent)

        assert await statements(2) == await statements(40) == 5
        assert (
            await Notification.filter(channel="push").count() == await Notification.filter(channel="fallback").count()
        )

    async def test_who_volunteers_for_two_partners_is_drilled_once(self) -> None:
        member = await make_member()
        await add_membership(member, Role.VOLUNTEER)

        assert await run_drill(REGENCY, NOW) == 1


class TestHow:
    async def test_by_push_with_the_id_to_answer_with(self) -> None:
        member, sender = await make_member(), MemorySender()
        await make_device(member, "phone")
        await run_drill(REGENCY, NOW)

        await deliver_due(sender, NOW)

        (push,) = sender.pushes
        drill = await Drill.get()
        assert (push.token, push.title) == ("phone", "Uji coba: bukan tugas")
        assert push.data == {"kind": "DRILL", "drillId": id_of(drill)}
        assert (push.urgent, push.silent, push.ttl) == (True, False, timedelta(hours=1))

    async def test_by_text_who_has_no_app(self) -> None:
        await make_member(phone="+6281211112222")
        sender = MemoryTextSender()
        await run_drill(REGENCY, NOW)

        await deliver_due_texts(sender, NOW)

        assert [(message.phone, message.text) for message in sender.messages] == [
            ("+6281211112222", "Kurir: Uji coba: bukan tugas. Balas OK, supaya kami tahu pesan ini sampai")
        ]


class TestEveryWeek:
    async def due(self, now: datetime) -> int:
        return await run_due_drills(now, weekday=WEDNESDAY, hour=TEN)

    async def test_on_its_day_from_its_hour_by_the_regencys_clock(self) -> None:
        await make_member()

        assert await self.due(AT_TEN - timedelta.resolution) == 0
        assert await self.due(AT_TEN) == 1

    async def test_once_a_week(self) -> None:
        await make_member()
        moments = [AT_TEN + timedelta(hours=hours) for hours in (0, 1, 24, 7 * 24 - 1, 7 * 24, 7 * 24 + 1)]

        assert [await self.due(moment) for moment in moments] == [1, 0, 0, 0, 1, 0]

    async def test_late_is_better_than_never_but_not_by_six_hours(self) -> None:
        await make_member()

        assert await self.due(AT_TEN + timedelta(hours=6)) == 0
        assert await self.due(AT_TEN + timedelta(hours=6) - timedelta.resolution) == 1

    async def test_where_nobody_is_on_duty_there_is_none_that_week_for_who_comes_first(self) -> None:
        away = await make_member(available=False)
        assert await self.due(AT_TEN) == 0
        await Member.filter(id=away.id).update(available=True)

        assert await self.due(AT_TEN + timedelta(minutes=20)) == 0
        assert await self.due(AT_TEN + timedelta(days=7)) == 1

    async def test_each_regency_by_its_own_clock(self) -> None:
        await make_regions()
        await Region.filter(code=OTHER_REGENCY).update(time_zone="Asia/Makassar")
        banyumas, elsewhere = await make_member(), await make_member(region=OTHER_REGENCY)

        await self.due(AT_TEN - timedelta(hours=1))
        assert await drilled() == [elsewhere]
        await self.due(AT_TEN)
        assert await drilled() == [elsewhere, banyumas]

    async def test_a_drill_by_hand_on_that_day_stands_for_it(self) -> None:
        await make_member()
        await run_drill(REGENCY, AT_TEN)

        assert await self.due(AT_TEN + timedelta(minutes=1)) == 0

    async def test_an_office_that_wants_none_has_none(self) -> None:
        await make_member()

        assert await run_due_drills(AT_TEN, weekday=None, hour=TEN) == 0

    async def test_four_workers_drill_each_member_once(self) -> None:
        for _ in range(5):
            await make_member()

        assert sum(await asyncio.gather(*(self.due(AT_TEN) for _ in range(4)))) == 5

        assert await Drill.all().count() == 5
