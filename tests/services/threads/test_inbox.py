"""The inbox: each message is dealt with once, in one transaction; what fails comes again, and is never lost."""

from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.errors import NotFound
from kurir_api.models import InboundMessage, Message, Report, Role
from kurir_api.services.threads.given_up import drop_given_up, read_given_up, retry_given_up
from kurir_api.services.threads.inbox import LEASE, MOST_ATTEMPTS, take_in_messages
from kurir_api.services.threads.receiving import store
from kurir_api.worker import next_due
from tests.counting import Statements
from tests.factories import make_member
from tests.killing import KilledAt
from tests.services.threads.inbound import NOW, arrive, conversation, message

pytestmark = pytest.mark.usefixtures("db")


async def test_afterwards_nothing_is_kept_but_blind_indexes() -> None:
    await make_member(role=Role.COORDINATOR)

    await arrive(message("rahasia"))

    row = await InboundMessage.get()
    assert (row.content_sealed, row.due_at, row.leased_until, row.failure, row.failed_at) == (None,) * 5
    assert len(row.provider_id) == len(row.sender_index or "") == 64


async def test_delivered_again_even_later_it_is_nothing_new() -> None:
    await make_member(role=Role.COORDINATOR)
    one = message()

    await arrive(one, one)
    await store([one, one], NOW)

    assert await take_in_messages(NOW) == 0
    assert (await Message.filter(incoming=True).count(), await InboundMessage.all().count()) == (1, 1)


async def test_the_same_id_of_another_channel_is_another_message() -> None:
    await store([message(provider_id="1"), message(provider_id="1", via="messenger")], NOW)

    assert await InboundMessage.all().count() == 2


async def test_a_worker_wakes_for_it_and_sleeps_until_its_next_attempt() -> None:
    await store([message()], NOW)
    assert await next_due() == NOW

    await take_in_messages(NOW)  # nobody has an office here yet
    assert await next_due() == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 10), (6, 320), (10, 600)])
async def test_what_fails_is_tried_later_each_time(attempts: int, seconds: int) -> None:
    await store([message()], NOW)
    await InboundMessage.all().update(attempts=attempts)

    assert await take_in_messages(NOW) == 1

    row = await InboundMessage.get()
    assert (row.due_at, row.failure, row.failed_at) == (NOW + timedelta(seconds=seconds), "NoOffice", None)


async def test_and_in_the_end_it_is_left_to_people_with_its_content() -> None:
    await store([message("tolong")], NOW)
    await InboundMessage.all().update(attempts=MOST_ATTEMPTS - 1)

    assert await take_in_messages(NOW) == 1

    row = await InboundMessage.get()
    assert (row.due_at, row.failed_at, row.failure) == (None, NOW, "NoOffice")
    assert "tolong" in (row.content or "")


async def test_what_kills_its_worker_each_time_is_left_to_people_too() -> None:
    await store([message("tolong")], NOW)
    for number in range(MOST_ATTEMPTS):
        with KilledAt(5) as death:
            await take_in_messages(NOW + number * LEASE)
        assert death.died

    later = NOW + MOST_ATTEMPTS * LEASE
    await take_in_messages(later)

    row = await InboundMessage.get()
    assert (row.due_at, row.failed_at, row.failure, row.attempts) == (None, later, "Deadly", MOST_ATTEMPTS)
    assert "tolong" in (row.content or "")


async def test_who_was_tried_before_comes_after_the_others_who_may_have_waited_because_of_it() -> None:
    await make_member(role=Role.COORDINATOR)
    await store([message("satu", 2, sender="+6281211110001"), message("dua", 1, sender="+6281211110002")], NOW)
    with KilledAt(5) as death:
        await take_in_messages(NOW)
    assert death.died

    await take_in_messages(NOW + LEASE)

    assert [row.text for row in await Message.filter(incoming=True).order_by("id")] == ["dua", "satu"]


class TestGivenUp:
    async def given_up(self, words: str = "tolong") -> InboundMessage:
        await store([message(words)], NOW)
        row = await InboundMessage.all().order_by("-id").first()
        assert row
        await InboundMessage.filter(id=row.id).update(
            due_at=None, attempts=MOST_ATTEMPTS, failure="NoOffice", failed_at=NOW
        )
        return row

    async def test_an_operator_has_one_or_all_dealt_with_again(self) -> None:
        one, _ = await self.given_up("satu"), await self.given_up("dua")
        await make_member(role=Role.COORDINATOR)

        assert await retry_given_up(one.id, NOW) == 1
        await take_in_messages(NOW)
        assert await conversation() == ["satu"]

        assert await retry_given_up(None, NOW) == 1
        await take_in_messages(NOW)
        assert await conversation() == ["satu", "dua"]
        assert not await InboundMessage.filter(failed_at__isnull=False).exists()

    async def test_or_reads_it_and_forgets_it(self) -> None:
        row = await self.given_up()

        assert "tolong" in await read_given_up(row.id)
        await drop_given_up(row.id)

        row = await InboundMessage.get()
        assert (row.content_sealed, row.failed_at, row.due_at) == (None, None, None)

    async def test_what_is_not_given_up_is_left_alone(self) -> None:
        await store([message()], NOW)
        row = await InboundMessage.get()

        assert await retry_given_up(row.id, NOW) == 0
        for act in (read_given_up, drop_given_up):
            with pytest.raises(NotFound):
                await act(row.id)


async def test_one_that_fails_holds_up_no_other_and_its_words_are_in_no_failure() -> None:
    await make_member(role=Role.COORDINATOR)
    await store([message("satu", 2), message("dua", 1)], NOW)
    broken = await InboundMessage.all().order_by("id").first()
    assert broken
    await InboundMessage.filter(id=broken.id).update(content_sealed=b"\1" + bytes(40))

    assert await take_in_messages(NOW) == 2

    assert await conversation() == ["dua"]
    assert (await InboundMessage.get(id=broken.id)).failure == "InvalidTag"


async def test_what_another_worker_has_is_left_alone_until_its_lease_ends_and_so_is_its_sender() -> None:
    await make_member(role=Role.COORDINATOR)
    await store([message("satu", 2)], NOW)
    await InboundMessage.all().update(leased_until=NOW + LEASE, attempts=1)
    await store([message("dua", 1)], NOW)

    assert await take_in_messages(NOW) == 0
    assert await take_in_messages(NOW + LEASE) == 2

    assert await conversation() == ["satu", "dua"]


async def test_a_worker_that_dies_at_any_statement_leaves_nothing_half_done() -> None:
    await make_member(role=Role.COORDINATOR)
    await store([message("satu")], NOW)
    now = NOW
    for number in range(1, 60, 3):
        with KilledAt(number) as death:
            await take_in_messages(now)
        if not death.died:
            break
        assert await Message.all().count() == 0
        now += LEASE

    assert (await conversation(), await Report.all().count()) == (["satu"], 1)


async def test_a_new_report_and_a_further_message_take_few_statements() -> None:
    await make_member(role=Role.COORDINATOR)
    counts = []
    for text in ("satu", "dua"):
        await store([message(text)], NOW)
        with Statements() as statements:
            await take_in_messages(NOW)
        counts.append(len(statements))

    # Without words for a place nothing is read from the gazetteer but whether it has changed.
    assert counts[0] <= 40
    assert counts[1] <= 20


async def test_the_inbox_is_looked_through_by_its_index() -> None:
    connection = get_connection("default")
    await connection.execute_query(
        "INSERT INTO inbound_message (id, channel, provider_id, received_at, attempts) SELECT gen_random_uuid(),"
        " 'smsgate', n::text, now(), 0 FROM generate_series(1, 3000) n"
    )
    await connection.execute_query("ANALYZE inbound_message")

    plan = await connection.execute_query_dict(
        "EXPLAIN SELECT min(due_at) FROM inbound_message WHERE due_at IS NOT NULL"
    )

    assert "inbound_message_due" in str(plan)
