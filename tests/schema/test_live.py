"""Live events in one process: who hears what, and what follows a lost connection."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from kurir_api.database import connect_arguments
from kurir_api.models import Member, Notification
from kurir_api.schema.live import MOST_WAITING, Event, LiveEvents, Subscriber, TooSlow
from tests.factories import make_member, make_notification

LISTENERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> $1"


def event() -> Event:
    return Event(machine="task", action="publish", subject=uuid4(), regency="33.02")


async def test_a_subscriber_gets_what_it_wants_in_order() -> None:
    subscriber = Subscriber(lambda one: one.machine == "task")
    first, second = event(), event()

    for one in (first, Event(machine="notification", subject=uuid4()), second):
        subscriber.tell(one)

    assert await anext(subscriber) == [first, second]


async def test_a_subscriber_that_takes_nothing_is_dropped_once_too_much_waits() -> None:
    subscriber = Subscriber(lambda _: True)

    for _ in range(MOST_WAITING + 1):
        subscriber.tell(event())

    with pytest.raises(TooSlow):
        await anext(subscriber)


async def told_after_the_connection_was_lost(url: str, member: Member, count: int) -> list[Event]:
    """What a subscriber hears first when so many notifications were written while nobody listened."""
    with capture_logs():
        async with LiveEvents.opened(url) as live, live.subscribe(lambda one: one.member == member.id) as subscriber:
            connection = await asyncpg.connect(**connect_arguments(url))
            try:
                async with connection.transaction():
                    await connection.execute("LOCK TABLE notification IN SHARE MODE")
                    await connection.execute(LISTENERS, connection.get_server_pid())
                    written = asyncio.create_task(_written(member, count))
                    await connection.execute("SELECT 1")
                await written
            finally:
                await connection.close()
            async with asyncio.timeout(20):
                return await anext(subscriber)


async def test_after_a_failover_it_is_asked_again_until_the_server_takes_writes(database: str, db: None) -> None:
    member = await make_member()
    connection = await asyncpg.connect(**connect_arguments(database))
    name = await connection.fetchval("SELECT current_database()")
    url = f"{database}{'&' if '?' in database else '?'}target_session_attrs=read-write"

    with capture_logs() as logs:
        async with LiveEvents.opened(url) as live, live.subscribe(lambda one: one.member == member.id) as subscriber:
            try:
                await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
                await connection.execute(LISTENERS, connection.get_server_pid())
                async with asyncio.timeout(20):
                    while "TargetServerAttributeNotMatched" not in [entry["error"] for entry in logs]:
                        await connection.execute("SELECT 1")
            finally:
                await connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
                await connection.close()
            notification = await make_notification(member)
            async with asyncio.timeout(20):
                heard = await anext(subscriber)

    assert {one.subject for one in heard} == {notification.id}


async def _written(member: Member, count: int) -> None:
    original = await make_notification(member)
    await Notification.bulk_create(
        Notification(
            regency_code=original.regency_code,
            member_id=member.id,
            kind=original.kind,
            data=original.data,
            expires_at=original.expires_at,
            created_at=original.created_at,
        )
        for _ in range(count - 1)
    )


async def test_what_was_missed_is_told_after_a_lost_connection(database: str, db: None) -> None:
    member = await make_member()

    heard = await told_after_the_connection_was_lost(database, member, 1)

    (notification,) = await Notification.all()
    assert {one.subject for one in heard} == {notification.id}


async def test_when_more_was_missed_than_can_wait_everybody_loads_anew(database: str, db: None) -> None:
    member = await make_member()

    with pytest.raises(TooSlow):
        await told_after_the_connection_was_lost(database, member, MOST_WAITING + 1)
