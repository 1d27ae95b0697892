"""A person is forgotten, and nobody else with them."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_member
from kurir_api.errors import NotFound
from kurir_api.models import (
    AccessAction,
    Claim,
    Cost,
    CostCategory,
    InboundMessage,
    LedgerEntry,
    LineReview,
    Message,
    Notification,
    Patient,
    Receipt,
    Report,
    ReportStatus,
    Role,
    TransitionLog,
    WorkEntry,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.cases.duplicates import index_names
from kurir_api.services.costs.edit_cost import EditCost, edit_cost
from kurir_api.services.costs.log_cost import LogCost, log_cost
from kurir_api.services.keys.columns import sealed_tables
from kurir_api.services.keys.rotate import rotate
from kurir_api.services.privacy.erase import STAYS, erase
from kurir_api.services.privacy.finding import patient_named
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_message,
    make_patient,
    make_referral,
    make_report,
    make_task,
    principal_for,
)
from tests.processes.locks import somebody_waits
from tests.services.accesses.logged import logged
from tests.services.keys.rings import with_keys
from tests.services.privacy.scene import (
    MARK,
    NIK,
    NUMBERS,
    OF_OTHERS,
    REPORTER,
    said,
    somebody_helped,
    spent_on,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

LATER = NOW + timedelta(days=1)
WITHOUT_A_NOTE = {"note": "This patient's data was erased: send it again without a note."}


async def test_the_scene_has_all_that_is_kept_sealed_about_a_patient() -> None:
    await somebody_helped()

    sealed = {f"{table.name}.{attribute.name}" for table in sealed_tables() for attribute in table.attributes}
    assert {*await said(), *NUMBERS, *OF_OTHERS} == sealed | {"patient.name"}


async def test_nothing_is_left_by_which_one_knows_who_it_was_but_money_counts_and_logs_are() -> None:
    patient = await somebody_helped()
    kept = (LedgerEntry, WorkEntry, LineReview, Cost, Receipt, TransitionLog)
    before = [await table.all().count() for table in kept]
    async with accounted("case"):
        note(patient, AccessAction.READ, ("phone",), who=await principal_for(Role.COORDINATOR))

    erasure = await erase(patient, NOW)

    row = await Patient.get(id=patient.id)
    assert (row.name, row.national_id, row.phone, row.diagnosis, row.latitude, row.birth_date) == (
        "(dihapus)", None, None, None, None, None,
    )  # fmt: skip
    assert (row.national_id_index, row.phone_index, row.name_tokens, row.erased_at) == (None, None, [], NOW)
    assert erasure.removed == {
        "patient": 1,
        "task": 1,
        "place of a task": 0,
        "recurrence": 1,
        "timeline reasons": 1,
        "referral": 2,
        "cost notes": 1,
        "reasons of corrected work": 1,
        "notes on lines": 2,
        "message": 1,
        "text messages to the patient": 1,
        "message that could not be dealt with": 1,
        "report": 3,
        "assessment": 1,
        "family_link": 1,
    }
    assert erasure.stays == STAYS
    assert [await table.all().count() for table in kept] == before
    assert [entry[0] for entry in await logged(patient_id=patient.id)] == ["READ", "ERASED"]
    assert await said() == {}
    assert [
        (one.via, one.sender_index, one.reporter_phone_index, one.reporter_name) for one in await Report.all()
    ] == [(None, None, None, None)] * 3
    assert (
        await Notification.exclude(phone_index=None).count(),
        await InboundMessage.filter(content_sealed=None).count(),
    ) == (0, 1)


async def test_where_tasks_took_place_is_their_area_alone() -> None:
    case = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)
    task = await make_task(case, area_latitude=-7.382, area_longitude=109.221)

    erasure = await erase(await case.patient, NOW)

    await task.refresh_from_db()
    assert (task.latitude, task.longitude, erasure.removed["place of a task"]) == (-7.382, 109.221, 1)


async def test_not_while_the_case_is_open() -> None:
    patient = await somebody_helped(status="OPEN", outcome=None, closed_at=None, number="3302-2026-0001")

    assert await problems(erase(patient, NOW)) == {
        "patient": "Still open: 3302-2026-0001. Close these first; until then withdrawing consent hides the data."
    }


async def test_who_was_erased_is_not_found_by_number_and_gets_no_tokens_again(settings: Settings) -> None:
    patient = await somebody_helped()
    await erase(patient, NOW)

    await index_names(NOW)
    open_vault(with_keys(settings, 2, 1))
    await rotate(lambda _: None)
    open_vault(settings)
    await refused(patient_named(NIK), NotFound)
    assert (await patient_named(str(patient.id))).name_tokens == []


async def test_the_log_of_the_process_says_whom_and_no_more() -> None:
    patient = await make_patient()

    with capture_logs() as lines:
        await erase(patient, NOW)

    assert lines == [{"event": "patient_erased", "log_level": "warning", "patient": str(patient.id)}]


class TestAgain:
    async def test_what_was_said_since_is_removed_too(self) -> None:
        patient = await somebody_helped()
        await erase(patient, NOW)
        await spent_on(await Claim.get())

        erasure = await erase(patient, LATER)

        assert {what: count for what, count in erasure.removed.items() if count} == {
            "cost notes": 1,
            "reasons of corrected work": 1,
            "notes on lines": 2,
        }
        assert await said() == {}
        assert (await Patient.get(id=patient.id)).erased_at == NOW

    async def test_a_cost_is_still_logged_and_corrected_but_without_a_note(self) -> None:
        patient = await make_patient()
        case = await make_case(patient, status="CLOSED", outcome="RECOVERED", closed_at=NOW)
        claim = await make_claim(await make_task(case, status="VERIFIED"), await make_member(), "VERIFIED")
        known, driver = await make_cost(claim), await principal_of_member(claim.member_id)
        await erase(patient, NOW)

        assert await problems(log_cost(driver, fuel(claim, f"Bensin {MARK}"))) == WITHOUT_A_NOTE
        assert await problems(edit_cost(driver, EditCost(cost_id=known.id, note=f"Tol {MARK}"))) == WITHOUT_A_NOTE

        new = await Cost.get(id=await log_cost(driver, fuel(claim, " ")))
        await edit_cost(driver, EditCost(cost_id=known.id, amount=60_000, note=""))
        assert (new.amount, (await Cost.get(id=known.id)).amount) == (50_000, 60_000)


class TestReportsOfSeveral:
    async def test_one_that_is_another_patients_too_stays_until_that_one_is_erased(self) -> None:
        patient, other = await make_patient(), await make_patient()
        report = await make_report(status=ReportStatus.REFERRED, number=12, text=f"Berdua {MARK}")
        again = await make_report(status=ReportStatus.DUPLICATE, number=15, duplicate_of=report, text=f"Lagi {MARK}")
        await make_message(report, text=f"Ini {MARK}")
        for one in (patient, other):
            await make_referral(patient=one, report=report, status="CONFIRMED", decided_at=NOW)
        told = {"message.text": {f"Ini {MARK}"}, "report.text": {f"Berdua {MARK}", f"Lagi {MARK}"}}

        first = await erase(patient, NOW)
        assert (first.removed["report"], first.removed["message"], await said()) == (0, 0, told)
        assert first.stays == (
            *STAYS,
            "reports that are another patient's, too, or wait for the desk, with their conversations: 12, 15. They "
            "go with the last of their patients to be erased; of those that wait let the desk decide, and erase "
            "again",
        )

        last = await erase(other, LATER)
        assert (last.removed["report"], last.removed["message"], await said()) == (2, 1, {})
        assert last.stays == STAYS
        assert (await Report.get(id=again.id)).duplicate_of_id == report.id

    async def test_one_that_was_taken_up_again_stays_until_the_desk_decided(self) -> None:
        patient = await make_patient()
        report = await make_report(status=ReportStatus.RECEIVED, text=f"Tolong {MARK}")
        await make_referral(patient=patient, report=report, status="CONFIRMED", decided_at=NOW)

        await erase(patient, NOW)
        assert await said() == {"report.text": {f"Tolong {MARK}"}}

        await Report.filter(id=report.id).update(status=ReportStatus.REJECTED)
        await erase(patient, LATER)
        assert await said() == {}

    async def test_one_of_which_another_patients_case_is_being_opened_waits_for_that_and_stays(self) -> None:
        patient, other = await make_patient(), await make_case()
        report = await make_report(status=ReportStatus.REFERRED, text=f"Berdua {MARK}")
        await make_message(report, text=f"Ini {MARK}")
        await make_referral(patient=patient, report=report, status="CONFIRMED", decided_at=NOW)
        begin = asyncio.Event()

        async def later() -> None:
            await begin.wait()
            await erase(patient, NOW)

        erasing = asyncio.create_task(later())
        async with in_transaction():
            await Report.filter(id=report.id).update(case_id=other.id, status=ReportStatus.CASE_OPENED)
            begin.set()
            await somebody_waits()
        await erasing

        await report.refresh_from_db()
        assert (report.text, report.case_id, report.status) == (f"Berdua {MARK}", other.id, "CASE_OPENED")
        assert await Message.all().count() == 1

    @pytest.mark.parametrize(
        "reached",
        [
            {"via": "whatsapp", "sender": REPORTER},
            {"via": "smsgate", "sender": REPORTER},
            {"via": None, "reporter_phone": REPORTER},
        ],
        ids=["the same way", "by SMS", "by telephone"],
    )
    async def test_a_message_of_who_reported_of_others_too_stays(self, reached: dict[str, str | None]) -> None:
        patient = await somebody_helped()
        await make_report(**reached, text="Tetangga lain juga sakit.")

        await erase(patient, NOW)

        assert await said() == {"inbound_message.content": {f"Kabar {MARK}"}}


def fuel(claim: Claim, text: str) -> LogCost:
    """Bought for the claim's task."""
    return LogCost(task_id=claim.task_id, category=CostCategory.FUEL, amount=50_000, spent_on=NOW.date(), note=text)
