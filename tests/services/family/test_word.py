"""The family says whether the help came: what follows, once, however often and from wherever it is said."""

import asyncio
from datetime import timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import (
    Alarm,
    FamilyWord,
    LineDecision,
    Notification,
    Task,
    TaskStatus,
    TransitionLog,
    Wave,
    WorkEntry,
)
from kurir_api.services.cases.timeline import summary
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.family.word import Answer
from tests.factories import NOW, make_alarm, make_claim, make_line_review, make_member
from tests.services.family.scene import Help, help_in

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]

CAME, DID_NOT_COME = FamilyWord.CAME, FamilyWord.DID_NOT_COME
LATER = NOW + timedelta(minutes=5)


async def alarms() -> list[str]:
    """The reasons of those that are open."""
    return sorted(await Alarm.filter(ended_at__isnull=True).values_list("reason", flat=True))


class TestItCame:
    async def test_what_is_done_is_verified_as_a_coordinator_would(self) -> None:
        it = await help_in(TaskStatus.DONE)
        await make_alarm(it.task, "NOT_VERIFIED", raised_at=None, times_told=0)

        assert await it.say(CAME) is Answer.THANKED

        assert await it.states() == ("VERIFIED", "VERIFIED", CAME)
        assert [(row.kind, row.member_id) for row in await Notification.all()] == [("TASK_VERIFIED", it.volunteer.id)]
        assert await alarms() == []

    async def test_the_timeline_says_that_the_family_said_so(self) -> None:
        it = await help_in(TaskStatus.DONE)

        await it.say(CAME)

        event = await TransitionLog.get(subject_id=it.task.id)
        assert (summary(event, "id", None), event.actor_id) == ("Keluarga: bantuan sudah datang", None)

    @pytest.mark.parametrize("word", [CAME])
    async def test_what_is_under_way_is_verified_as_soon_as_it_is_done(self, word: FamilyWord) -> None:
        it = await help_in(TaskStatus.IN_PROGRESS)
        assert await it.say(word) is Answer.THANKED
        assert await it.states() == ("IN_PROGRESS", "IN_PROGRESS", CAME)

        await complete_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

        assert await it.states() == ("VERIFIED", "VERIFIED", CAME)
        assert await alarms() == []

    async def test_it_is_not_kept_for_others_who_take_the_task_later(self) -> None:
        it = await help_in(TaskStatus.FILLED, ends_at=NOW + timedelta(hours=1))
        await it.say(CAME)

        await release_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

        assert await it.states() == ("OPEN", "RELEASED", None)


class TestItDidNotCome:
    async def test_work_that_is_said_to_be_done_is_disputed_and_others_are_asked_in_time(self) -> None:
        it = await help_in(TaskStatus.DONE)

        assert await it.say(DID_NOT_COME) is Answer.HEARD

        assert await it.states() == ("OPEN", "DISPUTED", DID_NOT_COME)
        assert (it.task.slots_taken, it.task.ends_at) == (0, NOW + timedelta(hours=4))
        assert [(wave.status, wave.due_at) for wave in await Wave.all()] == [("PLANNED", NOW)]
        assert await alarms() == ["DID_NOT_COME", "UNCLAIMED", "WINDOW_PASSED"]
        assert (await Alarm.get(reason="DID_NOT_COME")).due_at == NOW
        told = await Notification.get()
        assert (told.kind, told.member_id) == ("FAMILY_DISPUTED", it.volunteer.id)

    async def test_a_window_that_goes_on_long_enough_stays(self) -> None:
        it = await help_in(TaskStatus.DONE, ends_at=NOW + timedelta(hours=9))

        await it.say(DID_NOT_COME)

        assert (await Task.get()).ends_at == NOW + timedelta(hours=9)

    async def test_the_work_is_taken_back_in_the_books(self) -> None:
        it = await help_in(TaskStatus.DONE)

        await it.say(DID_NOT_COME)

        booked, reversal = await WorkEntry.all().order_by("id")
        assert (reversal.reverses_id, reversal.tasks, reversal.minutes, reversal.distance_m) == (
            booked.id,
            -1,
            -90,
            -12_000,
        )
        assert (reversal.reason, reversal.booked_on) == ("Keluarga: bantuan belum datang.", booked.booked_on)
        assert await faults_of_books() == []

    async def test_of_a_line_that_was_corrected_the_correction_is_taken_back(self) -> None:
        it = await help_in(TaskStatus.DONE)
        first = await WorkEntry.get()
        values = {name: getattr(first, name) for name in ("regency_code", "claim_id", "task_id", "patient_id")}
        values |= {name: getattr(first, name) for name in ("member_id", "organization_id", "kind", "region_id")}
        values |= {"booked_on": first.booked_on, "recorded_at": NOW}
        await WorkEntry.create(tasks=-1, minutes=-90, distance_m=-12_000, reverses_id=first.id, **values)
        await WorkEntry.create(minutes=60, distance_m=12_000, **values)

        await it.say(DID_NOT_COME)

        lines = await WorkEntry.all()
        assert (sum(one.tasks for one in lines), sum(one.minutes for one in lines), len(lines)) == (0, 0, 4)

    async def test_a_partner_who_disputed_the_line_hears_that_it_is_settled(self) -> None:
        it = await help_in(TaskStatus.DONE)
        review = await make_line_review(await WorkEntry.get(), LineDecision.DISPUTED)

        await it.say(DID_NOT_COME)

        settled = await Notification.get(kind="DISPUTE_SETTLED")
        assert settled.member_id == review.reviewed_by_id

    @pytest.mark.parametrize("status", [TaskStatus.FILLED, TaskStatus.IN_PROGRESS])
    async def test_of_what_should_have_begun_the_coordinators_are_alarmed_and_nothing_else(
        self, status: TaskStatus
    ) -> None:
        it = await help_in(status)
        before = it.claim.status

        assert await it.say(DID_NOT_COME) is Answer.HEARD

        assert await it.states() == (status, before, DID_NOT_COME)
        assert await alarms() == ["DID_NOT_COME"]
        assert await Notification.all().count() == 0

    async def test_said_of_the_next_volunteer_it_alarms_anew(self) -> None:
        it = await help_in(TaskStatus.FILLED)
        await it.say(DID_NOT_COME)
        await Alarm.all().update(ended_at=NOW, due_at=None, raised_at=NOW)
        assert await it.say(DID_NOT_COME, LATER) is Answer.HEARD
        assert await alarms() == []

        await make_claim(await _another_slot(it), await make_member(), claimed_at=LATER)
        await it.say(DID_NOT_COME, LATER + timedelta(hours=1))

        assert await alarms() == ["DID_NOT_COME"]

    async def test_the_timeline_says_so(self) -> None:
        it = await help_in(TaskStatus.DONE)

        await it.say(DID_NOT_COME)

        events = [summary(event, "en", None) for event in await TransitionLog.all().order_by("id")]
        assert events == ["Volunteer's work disputed", "The family: nobody came"]


async def _another_slot(it: Help) -> Task:
    await Task.filter(id=it.task.id).update(slots=2)
    await it.task.refresh_from_db()
    return it.task


class TestNothingFollows:
    @pytest.mark.parametrize(
        ("status", "word", "answer"),
        [(TaskStatus.VERIFIED, DID_NOT_COME, Answer.VERIFIED), (TaskStatus.VERIFIED, CAME, Answer.THANKED)],
    )
    async def test_once_it_is_verified(self, status: TaskStatus, word: FamilyWord, answer: Answer) -> None:
        it = await help_in(status)

        assert await it.say(word) is answer

        assert await it.states() == ("VERIFIED", "VERIFIED", None)
        assert await Alarm.all().count() == 0

    async def test_before_the_time_that_was_promised(self) -> None:
        it = await help_in(TaskStatus.FILLED, starts_at=LATER, ends_at=NOW + timedelta(hours=1))

        assert [await it.say(CAME), await it.say(DID_NOT_COME)] == [Answer.EARLY, Answer.EARLY]

        assert await it.states() == ("FILLED", "HELD", None)

    async def test_while_a_volunteer_is_looked_for_again(self) -> None:
        it = await help_in(TaskStatus.DONE)
        await it.say(DID_NOT_COME)

        assert await it.say(CAME, LATER) is Answer.SOUGHT

        assert await it.states() == ("OPEN", "DISPUTED", DID_NOT_COME)


class TestTogether:
    async def test_one_button_pressed_on_two_phones_disputes_once(self) -> None:
        it = await help_in(TaskStatus.DONE)

        answers = await asyncio.gather(*(it.say(DID_NOT_COME) for _ in range(4)))

        assert set(answers) == {Answer.HEARD}
        assert await it.states() == ("OPEN", "DISPUTED", DID_NOT_COME)
        assert await WorkEntry.all().count() == 2
        assert await Alarm.filter(reason="DID_NOT_COME").count() == 1
        assert await Notification.filter(kind="FAMILY_DISPUTED").count() == 1

    async def test_of_both_buttons_at_once_the_first_holds(self) -> None:
        it = await help_in(TaskStatus.DONE)

        answers = await asyncio.gather(it.say(CAME), it.say(DID_NOT_COME))

        assert (*answers, *(await it.states())) in {
            (Answer.THANKED, Answer.VERIFIED, "VERIFIED", "VERIFIED", CAME),
            (Answer.SOUGHT, Answer.HEARD, "OPEN", "DISPUTED", DID_NOT_COME),
        }
        assert await faults_of_books() == []
