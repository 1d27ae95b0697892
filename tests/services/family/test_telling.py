"""What the family is told by itself: who is coming isn't, that somebody is and when is."""

from datetime import timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import ClaimStatus, Message, Notification, TaskStatus
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import NOW, make_claim, make_member, make_report, make_task
from tests.services.family.scene import PATIENT, REPORTER, family, help_in

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]

LICENSED = ("AMBULANCE_LICENCE",)


async def test_when_a_volunteer_takes_the_task_in_the_conversation() -> None:
    case, report = await family()
    task, volunteer = await make_task(case, number=4821), await make_member(capabilities=LICENSED)

    await claim_task(await principal_of_member(volunteer.id), ClaimTask(task_id=task.id))

    message = await Message.get()
    assert (message.report_id, message.text) == (
        report and report.id,
        "Kurir: Sudah ada relawan: Antar jemput ambulans. Sel 24 Nov 07.00 WIB. No. 4821",
    )
    assert (await Notification.get(kind="FAMILY_COMING")).message_id == message.id


async def test_when_a_member_accepts_what_was_offered() -> None:
    case, _ = await family()
    task, volunteer = await make_task(case), await make_member()
    claim = await make_claim(task, volunteer, ClaimStatus.OFFERED, expires_at=NOW + timedelta(hours=1))

    await accept_offer(await principal_of_member(volunteer.id), ClaimAction(claim_id=claim.id))

    assert await Notification.filter(kind="FAMILY_COMING").count() == 1


async def test_of_several_volunteers_the_first_is_told_of() -> None:
    case, _ = await family()
    task = await make_task(case, slots=2)

    for _ in range(2):
        volunteer = await make_member(capabilities=LICENSED)
        await claim_task(await principal_of_member(volunteer.id), ClaimTask(task_id=task.id))

    assert await Notification.filter(kind="FAMILY_COMING").count() == 1


async def test_when_the_work_is_done_they_are_asked_and_how_to_answer() -> None:
    case, _ = await family()
    it = await help_in(TaskStatus.IN_PROGRESS, case)

    await complete_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

    assert (await Message.get()).text == (
        "Kurir: Apakah bantuan sudah datang? Antar jemput ambulans. Sen 23 Nov 07.00 WIB. "
        "Balas SUDAH 4821 bila sudah, BELUM 4821 bila belum"
    )


async def test_without_a_conversation_by_text_to_the_patient() -> None:
    case, _ = await family(thread=False)
    it = await help_in(TaskStatus.IN_PROGRESS, case)

    await complete_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

    row = await Notification.get()
    assert (row.kind, row.phone, row.data["number"]) == ("FAMILY_ASKED", PATIENT, 4821)
    assert set(row.data) == {"kind_name", "number", "urgency", "starts_at", "time_zone"}


async def test_of_several_conversations_in_the_one_last_heard_of() -> None:
    case, _ = await family()
    newest = await make_report(case=case, via="smsgate", sender=REPORTER, last_inbound_at=NOW + timedelta(minutes=1))
    await make_report(case=case, reporter_phone=None, received_at=NOW + timedelta(hours=1))
    it = await help_in(TaskStatus.IN_PROGRESS, case)

    await complete_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

    assert (await Message.get()).report_id == newest.id


@pytest.mark.parametrize(("via", "to"), [("form", PATIENT), (None, REPORTER)], ids=["page", "desk"])
async def test_the_patient_before_a_number_that_anybody_typed_into_the_page(via: str | None, to: str) -> None:
    case, _ = await family(thread=False)
    await make_report(case=case, via=via, sender=via and "0123", reporter_phone=REPORTER)
    it = await help_in(TaskStatus.IN_PROGRESS, case)

    await complete_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

    row = await Notification.get().select_related("message__report")
    assert (row.phone or (row.message and row.message.report.reporter_phone)) == to


@pytest.mark.parametrize(
    "patient", [{"consent": False, "consent_note": "Tidak sadar."}, {"phone": None}], ids=["no consent", "no phone"]
)
async def test_nobody_is_told_without_consent_or_a_way(patient: dict[str, object]) -> None:
    case, _ = await family(thread=False, **patient)
    it = await help_in(TaskStatus.IN_PROGRESS, case)

    await complete_claim(await principal_of_member(it.volunteer.id), ClaimAction(claim_id=it.claim.id))

    assert await Notification.all().count() == 0
