"""Somebody of whom each table that is about patients has something."""

import re
from typing import Any

from kurir_api.dispatch.notifications import text_stranger
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Channel, Claim, InboundMessage, LineDecision, Patient, WorkEntry, new_id
from kurir_api.services.keys.columns import sealed_tables
from kurir_api.services.threads.receiving import Inbound, store
from kurir_api.transitions import record
from tests.factories import (
    NOW,
    make_assessment,
    make_case,
    make_claim,
    make_cost,
    make_family_link,
    make_ledger_entries,
    make_line_review,
    make_member,
    make_message,
    make_patient,
    make_programme,
    make_receipt,
    make_recurrence,
    make_referral,
    make_report,
    make_task,
    make_work_entry,
)

NIK = "3302230101600001"
MARK = "kemuning"
"""Stands in every text about the patient, after a word that no other text has."""

REPORTER = "+6281327000111"
NUMBERS = {
    "notification.phone",
    "patient.family_card",
    "patient.national_id",
    "patient.phone",
    "report.reporter_phone",
    "report.sender",
}
"""What is kept sealed about the patient without being text."""

OF_OTHERS = {"aid_lookup.purpose", "member.phone", "registry_key.secret", "session.end_note", "sign_in_code.phone"}
"""What is kept sealed and isn't about a patient; whom a look-up was about, only its index says."""


async def somebody_helped(**case: Any) -> Patient:
    """The patient; the `case` is closed unless it says otherwise."""
    patient = await make_patient(
        national_id=NIK,
        family_card="3302230101070001",
        name=f"Sutinah {MARK}",
        address=f"Jalan {MARK}",
        landmark=f"warung {MARK}",
        diagnosis=f"ginjal {MARK}",
        consent_note=f"kata {MARK}",
    )
    opened = await make_case(patient, **{"status": "CLOSED", "outcome": "RECOVERED", "closed_at": NOW, **case})
    task = await make_task(opened, title=f"Antar {MARK}", instructions=f"Jemput {MARK}", status="VERIFIED")
    await spent_on(await make_claim(task, await make_member(), "VERIFIED"))
    await make_recurrence(opened, title=f"Rutin {MARK}", instructions=f"Senin {MARK}", ended_at=NOW, due_at=None)
    await make_family_link(opened, token="t" * 43)
    visit = await make_task(opened, kind="OUTREACH_VISIT", status="VERIFIED")
    await make_assessment(visit, {"note": f"Rumah {MARK}"})
    await told_of(opened)
    await make_referral(await make_programme(), patient=patient, case=opened, status="CONFIRMED", decided_at=NOW)
    referral = await make_referral(
        await make_programme(),
        patient=patient,
        status="CONFIRMED",
        decided_at=NOW,
        note=f"Belum {MARK}",
        decision_note=f"Setuju {MARK}",
    )
    referral.consent, referral.consent_note = False, f"Darurat {MARK}"
    await referral.save(update_fields=["consent", "consent_note_sealed"])
    await record(opened, "open", None, reason=f"Karena {MARK}", at=NOW)
    return patient


async def spent_on(claim: Claim) -> None:
    """What was spent and done, and what was said about it."""
    cost = await make_cost(claim, note=f"Bensin {MARK}", status="PAID")
    cost.review_note = f"Lunas {MARK}"
    await cost.save(update_fields=["review_note_sealed"])
    spent, _ = await make_ledger_entries(cost)
    await make_receipt(cost)
    said = WorkEntry(id=new_id())
    said.reason = f"Koreksi {MARK}"
    worked = await make_work_entry(claim, id=said.id, reason_sealed=said.reason_sealed)
    await make_line_review(spent, note=f"Cocok {MARK}")
    await make_line_review(worked, LineDecision.DISPUTED, note=f"Bukan {MARK}")


async def told_of(case: Any) -> None:
    """The report, a duplicate of it and one of that; and messages, of which one is of somebody else."""
    values = {"reporter_name": f"Tetangga {MARK}", "via": "whatsapp", "sender": REPORTER}
    report = await make_report(case=case, status="CASE_OPENED", text=f"Tolong {MARK}", **values)
    again = await make_report(duplicate_of=report, status="DUPLICATE", text=f"Lagi {MARK}", **values)
    await make_report(duplicate_of=again, status="DUPLICATE", text=f"Terus {MARK}", **values)
    await make_message(report, text=f"Ini {MARK}")
    await text_stranger(NotificationKind.FAMILY_LINK, "+6281234567890", NOW)
    await undealt(written_by(REPORTER, f"Kabar {MARK}"), written_by("+6281327000222", "Lain"))


async def undealt(*messages: Inbound) -> None:
    """Messages that nobody could deal with."""
    await store(messages, NOW)
    await InboundMessage.all().update(due_at=None, failed_at=NOW, failure="KeyError")


def written_by(sender: str, text: str) -> Inbound:
    """A message by WhatsApp."""
    return Inbound(via="whatsapp", channel=Channel.WHATSAPP, provider_id=sender, sender=sender, text=text)


async def said() -> dict[str, set[str]]:
    """By column, each mark that can be read, with the word before it; what is sealed is opened."""
    texts = {
        f"{table.name}.{attribute.name}": [getattr(row, attribute.name) or "" for row in await table.model.all()]
        for table in sealed_tables()
        for attribute in table.attributes
    }
    texts["patient.name"] = [row.name for row in await Patient.all()]
    return {column: found for column, each in texts.items() if (found := marked("\n".join(each)))}


def marked(text: str) -> set[str]:
    """The marks in it."""
    return set(re.findall(rf"\w+ {MARK}", text))
