"""What a person may ask for: all that is held about them, and to be forgotten."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import text_stranger
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import NotFound
from kurir_api.models import (
    AccessAction,
    AccessEntry,
    Channel,
    Cost,
    InboundMessage,
    LedgerEntry,
    Notification,
    Patient,
    Receipt,
    Role,
    Task,
    TransitionLog,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.cases.duplicates import index_names
from kurir_api.services.keys.columns import sealed_tables
from kurir_api.services.keys.rotate import rotate
from kurir_api.services.privacy.breach_scope import Period, breach_scope
from kurir_api.services.privacy.erase import erase
from kurir_api.services.privacy.export import export
from kurir_api.services.privacy.finding import patient_named
from kurir_api.services.threads.receiving import Inbound, store
from kurir_api.settings import Settings
from kurir_api.transitions import record
from kurir_api.vault import open_vault
from tests.factories import (
    NOW,
    REGENCY,
    make_assessment,
    make_case,
    make_claim,
    make_cost,
    make_family_link,
    make_ledger_entries,
    make_member,
    make_message,
    make_patient,
    make_programme,
    make_receipt,
    make_recurrence,
    make_referral,
    make_report,
    make_task,
    principal_for,
)
from tests.services.accesses.logged import logged
from tests.services.keys.rings import with_keys
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

NIK = "3302230101600001"
MARK = "kemuning"
"""Stands in every text about the patient."""


async def somebody_helped(**case: Any) -> Patient:
    """A patient about whom each table has something."""
    patient = await make_patient(
        national_id=NIK,
        family_card="3302230101070001",
        name=f"Sutinah {MARK}",
        address=f"Jalan {MARK}",
        landmark=f"warung {MARK}",
        diagnosis=f"gagal ginjal {MARK}",
        consent_note=f"kata {MARK}",
    )
    opened = await make_case(patient, **{"status": "CLOSED", "outcome": "RECOVERED", "closed_at": NOW, **case})
    task = await make_task(opened, title=f"Antar {MARK}", instructions=f"Ke {MARK}", status="VERIFIED")
    claim = await make_claim(task, await make_member(), "VERIFIED")
    cost = await make_cost(claim, note=f"Bensin {MARK}", status="PAID")
    await make_ledger_entries(cost)
    await make_receipt(cost)
    await make_recurrence(opened, instructions=f"Ke {MARK}", ended_at=NOW, due_at=None)
    await make_family_link(opened, token="t" * 43)
    await make_assessment(await make_task(opened, kind="OUTREACH_VISIT", status="VERIFIED"))
    report = await make_report(
        case=opened,
        status="CASE_OPENED",
        text=f"Tolong {MARK}",
        reporter_name=f"Tetangga {MARK}",
        via="whatsapp",
        sender="+6281327000111",
    )
    await text_stranger(NotificationKind.FAMILY_LINK, "+6281234567890", NOW)
    await store([written_by("+6281327000111", f"Kabar {MARK}"), written_by("+6281327000222", "Lain")], NOW)
    await InboundMessage.all().update(due_at=None, failed_at=NOW, failure="KeyError")
    await make_message(report, text=f"Ini {MARK}")
    await make_referral(await make_programme(), patient=patient, case=opened, status="CONFIRMED", decided_at=NOW)
    await record(opened, "open", None, reason=f"Karena {MARK}", at=NOW)
    return patient


def written_by(sender: str, text: str) -> Inbound:
    """A message that nobody could deal with."""
    return Inbound(via="whatsapp", channel=Channel.WHATSAPP, provider_id=sender, sender=sender, text=text)


class TestExport:
    async def test_it_holds_everything_opened_and_says_so_in_the_log(self) -> None:
        patient = await somebody_helped()

        content = orjson.loads(await export(patient, NOW))

        assert content["format"] == "kurir-privacy-export-1"
        assert (content["patient"]["national_id"], content["patient"]["phone"]) == (NIK, "+6281234567890")
        assert {name: len(rows) for name, rows in content.items() if isinstance(rows, list)} == {
            "cases": 1,
            "tasks": 2,
            "referrals": 1,
            "reports": 1,
            "assessments": 1,
            "claims": 1,
            "costs": 1,
            "receipts": 1,
            "needs": 0,
            "recurrences": 1,
            "family_links": 1,
            "letters": 0,
            "referral_documents": 0,
            "messages": 1,
            "timeline": 1,
            "aid_lookups": 0,
            "accesses": 0,
        }
        assert content["messages"][0]["text"] == f"Ini {MARK}"
        assert "reporter_name" not in content["reports"][0]
        ((action, names, reason),) = await logged()
        assert (action, reason, {"nationalId", "diagnosis", "phone", "address"} <= set(names)) == (
            "EXPORTED",
            "privacy export",
            True,
        )


class TestErasing:
    async def test_nothing_is_left_by_which_one_knows_who_it_was_but_money_counts_and_logs_are(self) -> None:
        patient = await somebody_helped()
        before = [await LedgerEntry.all().count(), await Cost.all().count(), await Receipt.all().count()]
        timeline = await TransitionLog.all().count()
        async with accounted("case"):
            note(patient, AccessAction.READ, ("phone",), who=await principal_for(Role.COORDINATOR))

        erasure = await erase(patient, NOW)

        kept = await Patient.get(id=patient.id)
        assert (kept.name, kept.national_id, kept.phone, kept.diagnosis, kept.latitude, kept.birth_date) == (
            "(dihapus)", None, None, None, None, None,
        )  # fmt: skip
        assert (kept.national_id_index, kept.phone_index, kept.name_tokens, kept.erased_at) == (None, None, [], NOW)
        assert erasure.removed == {
            "patient": 1,
            "task": 2,
            "recurrence": 1,
            "cost notes": 1,
            "timeline reasons": 1,
            "referral": 1,
            "message": 1,
            "text messages to the patient": 1,
            "message that could not be dealt with": 1,
            "report": 1,
            "assessment": 1,
            "family_link": 1,
        }
        assert before == [await LedgerEntry.all().count(), await Cost.all().count(), await Receipt.all().count()]
        assert await TransitionLog.all().count() == timeline
        assert [entry[0] for entry in await logged(patient_id=patient.id)] == ["READ", "ERASED"]
        assert await texts_with(MARK) == []
        assert (
            await Notification.exclude(phone_index=None).count(),
            await InboundMessage.filter(content_sealed=None).count(),
        ) == (0, 1)

    async def test_where_tasks_took_place_is_their_area_alone(self) -> None:
        patient = await somebody_helped()

        await erase(patient, NOW)

        for task in await Task.all():
            assert (task.latitude, task.longitude) == (task.area_latitude, task.area_longitude)

    async def test_not_while_the_case_is_open_nor_twice(self) -> None:
        patient = await somebody_helped(status="OPEN", outcome=None, closed_at=None, number="3302-2026-0001")

        assert await problems(erase(patient, NOW)) == {
            "patient": "Still open: 3302-2026-0001. Close these first; until then withdrawing consent hides the data."
        }

    async def test_who_was_erased_is_not_found_and_gets_no_tokens_again(self, settings: Settings) -> None:
        patient = await somebody_helped()
        await erase(patient, NOW)

        await index_names(NOW)
        open_vault(with_keys(settings, 2, 1))
        await rotate(lambda _: None)
        open_vault(settings)
        await refused(erase(patient, NOW), NotFound)
        await patient.refresh_from_db()
        await refused(export(patient, NOW), NotFound)
        await refused(patient_named(NIK), NotFound)
        assert (await patient_named(str(patient.id))).name_tokens == []


class TestScopeOfABreach:
    async def test_it_names_whose_data_an_account_read_in_a_period_and_until_when_to_notify(self) -> None:
        one, other = await make_patient(name="=Sutinah"), await make_patient(name="Sarwono")
        stolen, kus = await principal_for(Role.COORDINATOR), await principal_for(Role.COORDINATOR)
        await read_by(stolen, one, "phone")
        await read_by(stolen, one, "diagnosis")
        await read_by(kus, other, "phone")
        await make_report()
        entries = await AccessEntry.all().order_by("number")
        period = Period(since=entries[0].at, until=entries[-1].at + timedelta(seconds=1), member=stolen.member_id)

        scope = await breach_scope(period, NOW)
        of_all = await breach_scope(Period(since=entries[0].at, until=entries[-1].at), NOW)

        header, line = scope.csv.splitlines()
        assert header == "patient_id,regency,name,fields,accesses,first_at,last_at"
        assert line.startswith(f"{one.id},{REGENCY},'=Sutinah,diagnosis phone,2,")
        assert (scope.patients, scope.notify_by) == (1, NOW + timedelta(days=3))
        assert of_all.patients == 1
        assert (scope.nameable, scope.reports, of_all.nameable) == (2, 1, 2)
        assert [entry[2] for entry in await logged(action="EXPORTED")] == ["privacy breach-scope"] * 2


async def read_by(caller: Principal, patient: Patient, name: str) -> None:
    """The caller reads a field."""
    async with accounted("case"):
        note(patient, AccessAction.READ, (name,), who=caller)


async def texts_with(mark: str) -> list[str]:
    """The tables and fields in which the mark can be read, what is sealed opened."""
    found = [
        f"{table.name}.{attribute.name}"
        for table in sealed_tables()
        for row in await table.model.all()
        for attribute in table.attributes
        if mark in (getattr(row, attribute.name) or "")
    ]
    return found + [row.name for row in await Patient.filter(name__contains=mark)]
