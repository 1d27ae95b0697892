"""Taking an alarm on: who may, and that nobody is told of it again."""

from datetime import timedelta

import pytest

from kurir_api.dispatch.alarming import tell_due_alarms
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import Alarm, Notification, Role
from kurir_api.services.alarms.acknowledge_alarm import AcknowledgeAlarm, acknowledge_alarm
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    SUBDISTRICT,
    make_alarm,
    make_member,
    make_task,
    principal_for,
)

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]


async def test_a_coordinator_takes_it_on_and_nobody_is_told_again() -> None:
    alarm = await make_alarm(await make_task(), due_at=NOW)
    coordinator = await principal_for(Role.COORDINATOR, region=SUBDISTRICT)

    assert await acknowledge_alarm(coordinator, AcknowledgeAlarm(alarm_id=alarm.id)) == alarm.id

    await alarm.refresh_from_db()
    assert (alarm.ended_at, alarm.due_at, alarm.ended_by_id) == (NOW, None, coordinator.member_id)
    assert await tell_due_alarms(NOW + timedelta(days=1)) == 0
    assert await Notification.all().count() == 0


async def test_the_first_who_takes_it_on_has_it() -> None:
    alarm = await make_alarm(await make_task())
    first, second = await principal_for(Role.COORDINATOR), await principal_for(Role.COORDINATOR)

    for coordinator in (first, second):
        await acknowledge_alarm(coordinator, AcknowledgeAlarm(alarm_id=alarm.id))

    assert (await Alarm.get()).ended_by_id == first.member_id


async def test_one_that_ended_by_itself_stays_so() -> None:
    earlier = NOW - timedelta(hours=1)
    alarm = await make_alarm(await make_task(), due_at=None, ended_at=earlier)

    await acknowledge_alarm(await principal_for(Role.COORDINATOR), AcknowledgeAlarm(alarm_id=alarm.id))

    await alarm.refresh_from_db()
    assert (alarm.ended_at, alarm.ended_by_id) == (earlier, None)


@pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.ADMIN])
async def test_the_rest_of_the_office_sees_it_but_may_not(role: Role) -> None:
    alarm = await make_alarm(await make_task())

    with pytest.raises(NotAllowed):
        await acknowledge_alarm(await principal_for(role), AcknowledgeAlarm(alarm_id=alarm.id))

    assert (await Alarm.get()).ended_at is None


async def test_of_another_regency_it_is_not_found() -> None:
    alarm = await make_alarm(await make_task())
    stranger = await principal_for(Role.COORDINATOR, region=OTHER_REGENCY)

    with pytest.raises(NotFound):
        await acknowledge_alarm(stranger, AcknowledgeAlarm(alarm_id=alarm.id))


async def test_to_a_volunteer_it_is_not_found() -> None:
    alarm = await make_alarm(await make_task())

    with pytest.raises(NotFound):
        await acknowledge_alarm(await principal_for(), AcknowledgeAlarm(alarm_id=alarm.id))


async def test_before_it_is_raised_it_is_not_found() -> None:
    await make_member(role=Role.COORDINATOR)
    alarm = await make_alarm(await make_task(), raised_at=None, times_told=0)

    with pytest.raises(NotFound):
        await acknowledge_alarm(await principal_for(Role.COORDINATOR), AcknowledgeAlarm(alarm_id=alarm.id))

    assert (await Alarm.get()).ended_at is None
