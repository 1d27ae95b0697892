"""A phone that asks for changes ends with what its member may see, as it is now, whatever happened between."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.errors import BeginAnew
from kurir_api.models import (
    Case,
    CaseStatus,
    Claim,
    ClaimStatus,
    Cost,
    Member,
    Membership,
    Outcome,
    Patient,
    Role,
    Sync,
    Synced,
    Task,
    TaskStatus,
)
from kurir_api.services.sync.changes import MOST_SYNCS, Changes, Place, changes
from kurir_api.services.sync.clearing import SYNCS_KEPT
from kurir_api.settings import Settings
from kurir_api.worker import Worker
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    REGENCY,
    add_membership,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_notification,
    make_patient,
    make_referral,
    make_report,
    make_task,
)
from tests.services.sync.phones import Phone, visible

pytestmark = pytest.mark.usefixtures("db")

SOON = datetime.now(UTC) + timedelta(days=1)
NODES = ("Case", "Claim", "Cost", "Notification", "Patient", "Referral", "Report", "Task")


async def phone_of(role: Role = Role.VOLUNTEER) -> tuple[Phone, Member]:
    member = await make_member(role=role, capabilities=("AMBULANCE_LICENCE",))
    return Phone(member.id), member


async def tomorrows(**values: Any) -> Task:
    return await make_task(starts_at=SOON, **values)


async def set_status(task: Task, status: TaskStatus) -> None:
    await Task.filter(id=task.id).update(status=status)


class TestOnePhone:
    async def test_begins_with_everything_in_answers_of_the_size_it_asks_for(self) -> None:
        phone, member = await phone_of(Role.COORDINATOR)
        await make_cost(await make_claim(await tomorrows(), await make_member()))
        await make_report()
        await make_referral()
        await make_notification(member, created_at=datetime.now(UTC))

        sizes, more = [], True
        while more:
            answer = await phone.ask(first=3)
            sizes.append(len(answer.changes))
            await phone.store(answer)
            more = answer.more

        assert sizes[:-1] == [3] * (len(sizes) - 1)
        assert phone.holds == await visible(member.id)
        assert {kind for kind, _ in phone.holds} == set(NODES)
        assert await phone.sync() == 0

    async def test_then_gets_what_changed_and_nothing_else(self) -> None:
        phone, _ = await phone_of(Role.COORDINATOR)
        _, second = await tomorrows(), await tomorrows()
        await phone.sync()

        await set_status(second, TaskStatus.FILLED)

        answer = await phone.ask()
        assert [(one.kind, one.node_id, one.gone) for one in answer.changes] == [("Task", second.id, False)]

    async def test_deletes_what_its_member_may_not_see_any_more(self) -> None:
        phone, _ = await phone_of()
        task = await tomorrows()
        await phone.sync()

        await set_status(task, TaskStatus.CANCELLED)

        answer = await phone.ask()
        assert [(one.kind, one.node_id, one.gone) for one in answer.changes] == [("Task", task.id, True)]

    async def test_is_never_told_of_what_it_was_never_sent(self) -> None:
        phone, _ = await phone_of()
        await phone.sync()
        task = await tomorrows(status=TaskStatus.DRAFT)
        await make_claim(task, await make_member())

        await set_status(task, TaskStatus.CANCELLED)

        assert (await phone.ask()).changes == ()

    async def test_gets_a_lost_answer_again_whether_it_brings_or_takes_away(self) -> None:
        phone, member = await phone_of()
        filled, cancelled = await tomorrows(), await tomorrows()
        await phone.sync()
        await set_status(cancelled, TaskStatus.CANCELLED)
        await set_status(filled, TaskStatus.FILLED)

        lost, again = await phone.ask(), await phone.ask()

        expected = [(cancelled.id, True), (filled.id, False)]
        assert [(one.node_id, one.gone) for one in lost.changes] == expected
        assert [(one.node_id, one.gone) for one in again.changes] == expected
        assert again.changes[0].place.seq > lost.changes[-1].place.seq
        await phone.store(again)
        assert (await phone.sync(), phone.holds) == (0, await visible(member.id))

    async def test_may_stop_within_an_answer_and_go_on_from_there(self) -> None:
        phone, member = await phone_of(Role.COORDINATOR)
        for _ in range(3):
            await tomorrows()
        answer = await phone.ask()
        stored = answer.changes[:4]

        rest = await changes(await principal_of_member(member.id), Changes(since=stored[-1].place, first=100))

        assert {one.node_id for one in (*stored, *rest.changes)} == {one.node_id for one in answer.changes}
        assert not {one.node_id for one in stored} & {one.node_id for one in rest.changes}

    async def test_gets_a_task_and_its_patient_again_when_the_own_claim_shows_more_of_them(self) -> None:
        phone, member = await phone_of()
        task = await tomorrows()
        offer = await make_claim(task, member, ClaimStatus.OFFERED)
        await phone.sync()

        await Claim.filter(id=offer.id).update(status=ClaimStatus.HELD)

        brought = {(one.kind, one.gone) for one in (await phone.ask()).changes}
        assert brought == {("Case", False), ("Claim", False), ("Patient", False), ("Task", False)}

    async def test_gets_everything_again_when_a_membership_shows_other_fields(self) -> None:
        phone, member = await phone_of(Role.DESK_OFFICER)
        await tomorrows()
        held = await phone.sync()

        await add_membership(member, Role.COORDINATOR)

        assert (await phone.sync(), phone.deleted) == (held, [])

    async def test_two_answers_to_one_place_may_come_at_once(self) -> None:
        phone, member = await phone_of(Role.COORDINATOR)
        await phone.sync()
        for _ in range(3):
            await tomorrows()

        answers = await asyncio.gather(*(phone.ask(first=4) for _ in range(4)))

        numbers = [one.place.seq for answer in answers for one in answer.changes]
        assert len(numbers) == len(set(numbers)) == 16
        await phone.store(answers[0])
        await phone.sync(first=4)
        assert phone.holds == await visible(member.id)

    async def test_costs_as_many_statements_for_many_rows_as_for_few(self) -> None:
        phone, member = await phone_of(Role.COORDINATOR)
        principal = await principal_of_member(member.id)
        await tomorrows()
        with Statements() as few:
            first = await changes(principal, Changes(since=None, first=100))
        for _ in range(9):
            await make_claim(await tomorrows(), await make_member())
        with Statements() as many:
            answer = await changes(principal, Changes(since=first.next, first=100))

        assert (len(few), len(many), len(answer.changes)) == (3, 3, 36)
        assert phone.since is None


class TestPlaces:
    @pytest.mark.parametrize("of", ["another", "nobody", "the future"])
    async def test_a_place_that_is_no_place_of_ones_own_means_to_begin_anew(self, of: str) -> None:
        phone, member = await phone_of()
        await tomorrows()
        await phone.sync()
        assert phone.since is not None
        caller, place = member, phone.since
        if of == "another":
            caller = await make_member()
        elif of == "nobody":
            place = Place(uuid4(), 1)
        else:
            place = Place(place.sync_id, place.seq + 1)

        with pytest.raises(BeginAnew) as refused:
            await changes(await principal_of_member(caller.id), Changes(since=place, first=100))

        assert str(refused.value) == (
            "`since` is not valid (any more). Empty what the phone keeps, and begin anew without `since`."
        )

    async def test_a_place_before_a_deletion_that_was_acknowledged_is_none_any_more(self) -> None:
        phone, member = await phone_of()
        task = await tomorrows()
        await phone.sync()
        before = phone.since
        await set_status(task, TaskStatus.CANCELLED)
        await phone.sync()
        await phone.sync()

        with pytest.raises(BeginAnew):
            await changes(await principal_of_member(member.id), Changes(since=before, first=100))

        assert await Synced.all().count() == 0

    async def test_one_that_was_not_used_for_30_days_is_cleared(self, settings: Settings) -> None:
        used, unused = (await phone_of())[0], (await phone_of())[0]
        await tomorrows()
        await used.sync()
        await unused.sync()
        await Sync.filter(member_id=unused.member_id).update(used_at=datetime.now(UTC) - SYNCS_KEPT)

        await Worker(settings, MemorySender(), MemoryTextSender()).run_until_idle()

        assert [sync.member_id for sync in await Sync.all()] == [used.member_id]
        assert await Synced.all().count() == 1
        with pytest.raises(BeginAnew):
            await unused.ask()

    async def test_a_member_has_ten_at_most_and_loses_the_one_used_least_lately(self) -> None:
        first, member = await phone_of()
        await first.sync()
        others = [Phone(member.id) for _ in range(MOST_SYNCS)]
        for phone in others:
            await phone.sync()

        assert await Sync.all().count() == MOST_SYNCS
        assert await others[0].sync() == 0
        with pytest.raises(BeginAnew):
            await first.ask()


class World:
    """A regency's rows, and the moves that give and take away who may see them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.members: list[Member] = []
        self.moves = (
            self.add,
            self.claim,
            self.end_claim,
            self.move_task,
            self.move_case,
            self.withdraw_consent,
            self.change_region,
            self.change_membership,
            self.spend,
        )

    async def begin(self) -> None:
        self.members = [await make_member(role=role) for role in (Role.VOLUNTEER, Role.VOLUNTEER, Role.COORDINATOR)]
        for _ in range(3):
            await self.add()

    async def move(self) -> None:
        async with in_transaction():
            await self.random.choice(self.moves)()
            await asyncio.sleep(0)

    async def some(self, model: Any) -> Any:
        ids = await model.all().order_by("id").values_list("id", flat=True)
        return model.filter(id=self.random.choice(ids)) if ids else model.filter(id=uuid4())

    async def add(self) -> None:
        await tomorrows(case=await make_case(await make_patient()), slots=50)

    async def claim(self) -> None:
        task, member = await (await self.some(Task)).first(), self.random.choice(self.members)
        live = Claim.filter(member_id=member.id, status__in=("OFFERED", "HELD", "IN_PROGRESS"))
        await member.select_for_update().get(id=member.id)
        if task is not None and not await live.exists():
            await make_claim(task, member, self.random.choice((ClaimStatus.OFFERED, ClaimStatus.HELD)))

    async def end_claim(self) -> None:
        await (await self.some(Claim)).update(
            status=self.random.choice((ClaimStatus.RELEASED, ClaimStatus.COMPLETED, ClaimStatus.EXPIRED))
        )

    async def move_task(self) -> None:
        await (await self.some(Task)).update(status=self.random.choice(list(TaskStatus)))

    async def move_case(self) -> None:
        closed_at = datetime.now(UTC) - timedelta(days=self.random.choice((1, 40)))
        closed = {"status": CaseStatus.CLOSED, "closed_at": closed_at, "outcome": Outcome.MOVED}
        opened = {"status": CaseStatus.OPEN, "closed_at": None, "outcome": None}
        await (await self.some(Case)).update(**self.random.choice((closed, opened)))

    async def withdraw_consent(self) -> None:
        await (await self.some(Patient)).update(consent=False, consent_withdrawn_at=datetime.now(UTC))

    async def change_region(self) -> None:
        region = self.random.choice((REGENCY, OTHER_REGENCY))
        model = self.random.choice((Task, Case, Patient))
        desk = {"desk_id": region} if model is Case else {}
        await (await self.some(model)).update(region_id=region, **desk)

    async def change_membership(self) -> None:
        await (await self.some(Membership)).update(
            region_id=self.random.choice((REGENCY, OTHER_REGENCY)),
            role=self.random.choice((Role.VOLUNTEER, Role.COORDINATOR, Role.DESK_OFFICER)),
        )

    async def spend(self) -> None:
        claim = await (await self.some(Claim)).select_related("task", "member").first()
        if claim is not None:
            await make_cost(claim)
        await (await self.some(Cost)).update(amount=self.random.randint(1, 9_999))


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_history_and_lost_answers_phones_hold_what_may_be_seen(seed: int, full: bool, figure) -> None:
    world = World(seed)
    await world.begin()
    phones = [Phone(member.id) for member in world.members]
    compared = 0

    for _ in range(300 if full else 12):
        for _ in range(world.random.randint(1, 3)):
            await world.move()
        phone = world.random.choice(phones)
        if world.random.random() < 0.3:
            await phone.ask(first=world.random.choice((1, 5)))
        await phone.sync(first=world.random.choice((2, 7, 100)))
        assert phone.holds == await visible(phone.member_id)
        compared += 1

    assert all(set(phone.deleted) <= phone.told for phone in phones)
    figure(
        "sync: what a phone holds is what its member may see", f"equal after {compared} of {compared} random steps"
    )


async def test_nothing_is_missed_while_eight_write(full: bool, figure) -> None:
    world = World(3)
    await world.begin()
    phone = Phone(world.members[2].id)
    answers, moves = 200 if full else 8, 0
    reading = True

    async def write() -> None:
        nonlocal moves
        while reading:
            await world.move()
            moves += 1

    async def read() -> None:
        nonlocal reading
        for _ in range(answers):
            await phone.store(await phone.ask(first=5))
        reading = False

    await asyncio.gather(read(), *(write() for _ in range(8)))
    await phone.sync()

    assert phone.holds == await visible(phone.member_id)
    figure("sync: nothing missed while eight write", f"0 rows missing or old after {moves} moves, {answers} answers")
