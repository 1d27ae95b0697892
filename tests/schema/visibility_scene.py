"""One live case, and everybody who stands in some relation to it: what visibility.md is about."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.notifications import text_thread
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    AccessAction,
    Assessment,
    Case,
    Claim,
    Cost,
    Member,
    Message,
    Notification,
    Organization,
    Referral,
    Report,
    Role,
    Task,
    Weekday,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.sessions.granting import begin
from kurir_api.transitions import record
from tests.api import Answer
from tests.factories import (
    ANSWERS,
    FAR_OFF,
    NOW,
    OTHER_REGENCY,
    REGENCY,
    VILLAGE,
    make_aid_lookup,
    make_alarm,
    make_alert,
    make_assessment,
    make_case,
    make_claim,
    make_cost,
    make_drill,
    make_facility,
    make_family_link,
    make_ledger_entries,
    make_member,
    make_message,
    make_need,
    make_notification,
    make_organization,
    make_patient,
    make_pledge,
    make_programme,
    make_receipt,
    make_recurrence,
    make_referral,
    make_report,
    make_shift,
    make_task,
    make_wave,
    make_work_entry,
)
from tests.ids import id_of

OUTSIDERS = {
    "a desk officer of another village": (Role.DESK_OFFICER, "33.02.24.1003"),
    "a desk officer of another regency": (Role.DESK_OFFICER, OTHER_REGENCY),
    "a coordinator of another regency": (Role.COORDINATOR, OTHER_REGENCY),
    "a volunteer of another regency": (Role.VOLUNTEER, OTHER_REGENCY),
    "an administrator of another regency": (Role.ADMIN, OTHER_REGENCY),
    "a programme officer": (Role.PROGRAMME_OFFICER, REGENCY),
}
INSIDERS = {
    "volunteer": (Role.VOLUNTEER, REGENCY),
    "reporter": (Role.VOLUNTEER, REGENCY),
    "fellow": (Role.VOLUNTEER, REGENCY),
    "offered": (Role.VOLUNTEER, REGENCY),
    "other need": (Role.VOLUNTEER, REGENCY),
    "reviewer": (Role.PARTNER_REVIEWER, REGENCY),
    "village": (Role.DESK_OFFICER, VILLAGE),
    "desk": (Role.DESK_OFFICER, REGENCY),
    "coordinator": (Role.COORDINATOR, REGENCY),
    "admin": (Role.ADMIN, REGENCY),
}
WORDS = "Ibu saya harus cuci darah besok di Margono, tidak ada kendaraan. Karangnangka RT 2."
PLACE = {"latitude": -7.3825, "longitude": 109.2215}
AT, LATER = NOW, NOW + timedelta(hours=1)


@dataclass(frozen=True)
class LinkTo:
    """Equals every signed link to something at `path` or below it."""

    path: str

    def __eq__(self, link: object) -> bool:
        return isinstance(link, str) and link.startswith("http") and self.path in link and "signature=" in link

    __hash__ = None


@dataclass(frozen=True)
class Scene:
    """`ids`: the thing of each type that the table is about. `people`: by column, or as what an outsider is.

    `there`: by type and field what is there to be seen. `claim`: the holder's.
    """

    ids: dict[str, str]
    people: dict[str, Member]
    there: dict[str, Answer]
    claim: Claim


async def make_scene() -> Scene:
    """An ambulance run with four slots: one member is under way, one holds it, one is offered it, one has done it."""
    lazis, pmi = await make_organization("Lazis Serayu"), await make_organization("PMI")
    agency = await make_organization("Dinas Sosial")
    people = await _people(lazis, agency)
    holder, kus = people["holder"], await make_member("Kus", Role.COORDINATOR)
    patient = await make_patient(
        national_id="3302235208580003",
        family_card="3302231108060007",
        landmark="Seberang balai desa",
        birth_date=date(1958, 8, 12),
        sex="FEMALE",
        consent_note="Keluarga setuju",
    )
    async with accounted("case"):
        note(patient, AccessAction.READ, ("phone",), who=await principal_of_member(kus.id))
    case = await make_case(
        patient,
        number="3302-2026-0042",
        facility=await make_facility("RSUD Margono"),
        coordinator=kus,
        care_class=3,
        admitted_at=AT,
        insurance_due_at=FAR_OFF,
    )
    recurrence = await make_recurrence(
        case,
        title="Cuci darah Bu Sutinah",
        instructions="Bawa kursi roda",
        destination=await case.facility,
        created_by=kus,
        ended_at=LATER,
    )
    await make_report(number=41)
    report = await make_report(
        text=WORDS, number=42, status="CASE_OPENED", case=case, taken_by=people["reporter"], **PLACE
    )
    await record(report, "receive", await principal_of_member(kus.id))
    referral = await _referral(agency, case, report, kus)
    await record(case, "open", await principal_of_member(kus.id))
    task = await make_task(
        case,
        number=4821,
        slots=4,
        status="IN_PROGRESS",
        phase="BEFORE_HOSPITAL",
        title="Antar Bu Sutinah",
        instructions="Jemput di rumah",
        destination=await case.facility,
        recurrence=recurrence,
        family_word="CAME",
        family_said_at=LATER,
    )
    former = await make_claim(task, await make_member(), "HANDED_OVER", lazis)
    claim = await make_claim(task, holder, "IN_PROGRESS", lazis, takes_over_id=former.id)
    await Claim.filter(id=claim.id).update(expires_at=LATER, started_at=AT, completed_at=LATER, assigned_by=kus)
    await make_claim(task, people["fellow"], "HELD", pmi)
    await make_claim(task, people["offered"], "OFFERED", pmi)
    done = await make_claim(task, await make_member(), "COMPLETED", pmi)
    await make_claim(await make_task(case, number=4822, kind="WAITING_COST"), people["other need"])
    await make_need(case, amount=750_000, estimated_by=kus)
    need = await make_need(task=task, amount=100_000, estimated_by=kus)
    promise = {"settled": 100_000, "withdrawn_at": LATER, "made_by": people["own reviewer"]}
    cost = await _cost(claim)
    about = {
        "Patient": patient,
        "Case": case,
        "Report": report,
        "Referral": referral,
        "Message": await _message(report, kus),
        "Recurrence": recurrence,
        "FamilyLink": await make_family_link(case, created_by=kus, revoked_at=LATER, last_opened_at=LATER),
        "Task": task,
        "Assessment": await _assessment(agency, task, holder),
        "Claim": claim,
        "Cost": cost,
        "Need": need,
        "Pledge": await make_pledge(need, lazis, **promise),
        "Member": holder,
        "Alert": await make_alert(await make_wave(task), holder, status="ACCEPTED", sent_at=LATER),
        "Alarm": await make_alarm(task, ended_by=kus, ended_at=None),
        "Notification": await _notification(holder, task, cost),
        "AidLookup": await make_aid_lookup(people["village"]),
        "Drill": await make_drill(holder, received_at=LATER),
    }
    await make_cost(done, 40_000)
    await make_work_entry(claim)
    ids = {name: id_of(row) for name, row in about.items()}
    return Scene(ids, people, _there(ids), claim)


async def _assessment(agency: Organization, task: Task, holder: Member) -> Assessment:
    """The holder's, as if it were of an outreach visit."""
    await make_programme("PKH", agency)
    return await make_assessment(task, kind="OUTREACH_VISIT", filled_by=holder)


async def _cost(claim: Claim) -> Cost:
    """Fuel, with a receipt, approved and paid."""
    moments = {"approved_at": AT, "paid_at": LATER}
    cost = await make_cost(claim, 85_000, "Bensin", quantity=2, flags=["OVER_RATE"], status="PAID", **moments)
    cost.review_note = "Uang diantar"
    await cost.save(update_fields=["review_note_sealed"])
    await make_receipt(cost, sha256="a" * 64)
    await make_ledger_entries(cost)
    return cost


async def _message(report: Report, kus: Member) -> Message:
    """From the desk, on its way."""
    media = [{"kind": "image", "id": "wamid.1", "type": "image/jpeg"}]
    message = await make_message(report, "Kami ke sana besok.", incoming=False, author=kus, media=media)
    await text_thread(NotificationKind.THREAD_MESSAGE, message, NOW)
    return message


async def _referral(agency: Organization, case: Case, report: Report, kus: Member) -> Referral:
    """To the agency's programme, which asked once, and has yet to decide."""
    referral = await make_referral(
        await make_programme("KIS_PBI", agency),
        case=case,
        number="3302-R2026-0007",
        report=report,
        decision_note="Mohon KK.",
        due_at=FAR_OFF,
        sent_by=kus,
    )
    await record(referral, "send", await principal_of_member(kus.id))
    return referral


async def _notification(holder: Member, task: Task, cost: Cost) -> Notification:
    notification = await make_notification(holder, task, read_at=LATER)
    notification.data["cost_id"] = str(cost.id)
    await notification.save(update_fields=["data"])
    return notification


async def _people(lazis: Organization, agency: Organization) -> dict[str, Member]:
    holder = await make_member(
        "holder",
        organization=lazis,
        phone="+628120000001",
        capabilities=("AMBULANCE_LICENCE",),
        quiet_from=time(21, 0),
        quiet_to=time(5, 0),
        last_latitude=-7.3825,
        last_longitude=109.2215,
        last_fix_at=AT,
    )
    await make_shift(holder, Weekday.SUNDAY, "20:00", "06:00")
    await begin(holder, "HP", LATER)
    others = {name: await make_member(name, role, region) for name, (role, region) in (INSIDERS | OUTSIDERS).items()}
    own = await make_member("own reviewer", Role.PARTNER_REVIEWER, organization=lazis)
    officer = await make_member("officer", Role.PROGRAMME_OFFICER, organization=agency)
    return {"holder": holder, "own reviewer": own, "officer": officer} | others


async def complete(scene: Scene) -> None:
    """The holder's work is done; the others' goes on."""
    scene.claim.status = "COMPLETED"
    await scene.claim.save(update_fields=["status"])
    scene.there["Claim"]["status"] = "COMPLETED"


def _there(ids: dict[str, str]) -> dict[str, Answer]:
    """What each field holds, as SELECTIONS ask for it."""
    at, later = AT.isoformat(), LATER.isoformat()
    starts_at = AT + timedelta(hours=22)
    task, member = {"id": ids["Task"]}, {"id": ids["Member"]}
    lazis = {"name": "Lazis Serayu"}
    found: dict[str, Answer] = {
        "Patient": {
            "name": "Sutinah",
            "region": {"code": VILLAGE},
            "maskedNationalId": "************0003",
            "maskedFamilyCard": "************0007",
            "birthDate": "1958-08-12",
            "sex": "FEMALE",
            "consent": True,
            "consentNote": "Keluarga setuju",
            "consentWithdrawn": False,
            "accesses": edges({"action": "READ"}),
            "landmark": "Seberang balai desa",
            "diagnosis": "gagal ginjal kronis",
            "phone": "+6281234567890",
            "address": "RT 2 RW 1, dekat mushala",
            "location": PLACE,
        },
        "Case": {
            "number": "3302-2026-0042",
            "status": "OPEN",
            "phase": "BEFORE_HOSPITAL",
            "careClass": 3,
            "outcome": None,
            "patient": {"id": ids["Patient"]},
            "facility": {"name": "RSUD Margono"},
            "coordinator": {"name": "Kus"},
            "openedAt": at,
            "closedAt": None,
            "tasks": edges({"number": 4822}, {"number": 4821}),
            "timeline": edges({"action": "open"}),
            "desk": {"code": VILLAGE},
            "waitingSince": at,
            "insurance": {"status": "RUNNING"},
            "recurrences": [{"rule": "FREQ=WEEKLY;BYDAY=MO,TH"}],
            "familyLinks": edges({"id": ids["FamilyLink"]}),
            "costTotal": 125_000,
            "need": {"amount": 750_000},
            "referrals": edges({"number": "3302-R2026-0007"}),
        },
        "Message": {
            "incoming": False,
            "text": "Kami ke sana besok.",
            "sentAt": at,
            "author": {"name": "Kus"},
            "media": [{"kind": "image", "type": "image/jpeg"}],
            "delivery": "QUEUED",
        },
        "Recurrence": {
            "kind": {"code": "AMBULANCE_RUN"},
            "rule": "FREQ=WEEKLY;BYDAY=MO,TH",
            "startsAt": "2026-11-25T23:00:00+00:00",
            "minutes": 360,
            "urgency": "NORMAL",
            "slots": 1,
            "title": "Cuci darah Bu Sutinah",
            "instructions": "Bawa kursi roda",
            "case": {"id": ids["Case"]},
            "destination": {"name": "RSUD Margono"},
            "next": [],
            "createdBy": {"name": "Kus"},
            "createdAt": at,
            "endedAt": later,
        },
        "FamilyLink": {
            "createdAt": at,
            "expiresAt": (AT + timedelta(days=14)).isoformat(),
            "revokedAt": later,
            "lastOpenedAt": later,
            "createdBy": {"name": "Kus"},
        },
        "Report": {
            "messages": edges({"text": "Kami ke sana besok."}),
            "channel": "WHATSAPP",
            "status": "CASE_OPENED",
            "text": WORDS,
            "number": 42,
            "desk": {"code": VILLAGE},
            "regionCandidates": [{"code": VILLAGE}],
            "waitingSince": at,
            "possibleDuplicates": [{"number": 41}],
            "timeline": edges({"action": "receive"}),
            "receivedAt": at,
            "reporterName": "Wahyuni",
            "reporterPhone": "+6281298765432",
            "region": {"code": VILLAGE},
            "location": PLACE,
            "case": {"id": ids["Case"]},
            "referrals": edges({"number": "3302-R2026-0007"}),
        },
        "Referral": {
            "number": "3302-R2026-0007",
            "status": "SENT",
            "programme": {"code": "KIS_PBI"},
            "patient": {"id": ids["Patient"]},
            "case": {"id": ids["Case"]},
            "report": {"id": ids["Report"]},
            "desk": {"code": VILLAGE},
            "sentAt": at,
            "dueAt": FAR_OFF.isoformat(),
            "decidedAt": None,
            "overdue": False,
            "atRisk": False,
            "waitingSince": at,
            "note": "Belum punya jaminan kesehatan.",
            "decisionNote": "Mohon KK.",
            "consent": True,
            "consentNote": None,
            "sentBy": {"name": "Kus"},
            "previous": None,
            "follows": None,
            "following": None,
            "documents": [{"code": "ID_CARD", "required": True, "seenAt": None, "seenBy": None}],
            "missingDocuments": ["ID_CARD"],
            "timeline": edges({"action": "send"}),
            "letterUrl": LinkTo("/letters/"),
        },
        "Task": {
            "number": 4821,
            "kind": {"code": "AMBULANCE_RUN"},
            "status": "IN_PROGRESS",
            "urgency": "URGENT",
            "phase": "BEFORE_HOSPITAL",
            "title": "Antar Bu Sutinah",
            "instructions": "Jemput di rumah",
            "area": {"code": VILLAGE},
            "location": PLACE,
            "address": "RT 2 RW 1, dekat mushala",
            "destination": {"name": "RSUD Margono"},
            "case": {"id": ids["Case"]},
            "startsAt": starts_at.isoformat(),
            "endsAt": (starts_at + timedelta(hours=4)).isoformat(),
            "createdAt": at,
            "slots": 4,
            "openSlots": 0,
            "distanceM": 1935,
            "claims": [{"member": {"name": name}} for name in ("holder", "fellow", "offered")],
            "viewerEligibility": {"__typename": "Eligibility"},
            "costs": edges({"amount": 40_000}, {"amount": 85_000}),
            "need": {"id": ids["Need"]},
            "candidates": [{"rank": 1}],
            "waves": [{"number": 1}],
            "alarms": [{"reason": "UNCLAIMED"}],
            "assessment": {"id": ids["Assessment"]},
            "waitingSince": at,
            "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO,TH"},
            "familyWord": "CAME",
            "familySaidAt": later,
        },
        "Assessment": {
            "task": task,
            "kind": {"code": "OUTREACH_VISIT"},
            "version": 1,
            "answers": ANSWERS,
            "filledBy": {"name": "holder"},
            "filledAt": at,
            "has": [{"code": "PKH"}],
            "needs": [{"code": "KIS_PBI"}],
            "referredAt": None,
            "referrals": [{"number": "3302-R2026-0007"}],
        },
        "Claim": {
            "task": task,
            "member": member,
            "organization": lazis,
            "status": "IN_PROGRESS",
            "claimedAt": at,
            "expiresAt": later,
            "startedAt": at,
            "completedAt": later,
            "assignedBy": {"name": "Kus"},
            "takesOver": {"status": "HANDED_OVER"},
        },
        "Cost": {
            "task": task,
            "member": member,
            "organization": lazis,
            "category": "FUEL",
            "amount": 85_000,
            "inKind": False,
            "spentOn": AT.date().isoformat(),
            "note": "Bensin",
            "status": "PAID",
            "quantity": 2,
            "flags": ["OVER_RATE"],
            "receiptCount": 1,
            "receipts": [{"sha256": "a" * 64}],
            "shares": [{"amount": 85_000, "organization": lazis}],
            "reviewNote": "Uang diantar",
            "createdAt": at,
            "approvedAt": at,
            "paidAt": later,
        },
        "Need": {
            "caseId": ids["Case"],
            "taskId": ids["Task"],
            "kind": {"code": "AMBULANCE_RUN"},
            "region": {"code": VILLAGE},
            "amount": 100_000,
            "pledged": 100_000,
            "remaining": 0,
            "pledges": [{"amount": 100_000, "organization": lazis}],
            "createdAt": at,
            "closedAt": at,
        },
        "Pledge": {
            "organization": lazis,
            "need": {"id": ids["Need"]},
            "amount": 100_000,
            "inKind": False,
            "settled": 100_000,
            "createdAt": at,
            "withdrawnAt": later,
        },
        "Member": {
            "name": "holder",
            "phone": "+628120000001",
            "memberships": [{"role": "VOLUNTEER"}],
            "capabilities": [{"code": "AMBULANCE_LICENCE"}],
            "dutyShifts": [{"weekday": "SUNDAY", "from": "20:00", "to": "06:00"}],
            "sessions": [{"device": "HP", "current": False}],
            "available": True,
            "location": PLACE,
            "locationAt": at,
            "stats": {"tasksCompleted": 1},
            "quietFrom": "21:00",
            "quietTo": "05:00",
            "yearUrl": LinkTo("/years/"),
        },
        "Alert": {
            "member": member,
            "rank": 1,
            "distanceM": 2100,
            "status": "ACCEPTED",
            "explanation": "2,1 km",
            "sentAt": later,
        },
        "Alarm": {
            "task": task,
            "reason": "UNCLAIMED",
            "raisedAt": at,
            "nextAt": (AT + timedelta(minutes=10)).isoformat(),
            "timesTold": 1,
            "endedAt": None,
            "endedBy": {"name": "Kus"},
        },
        "AidLookup": {
            "member": {"name": "village"},
            "by": "NATIONAL_ID",
            "purpose": "Pasien meminta bantuan sembako.",
            "outcome": "NOT_FOUND",
            "at": at,
        },
        "Drill": {"sentAt": at, "receivedAt": later},
        "Notification": {
            "kind": "TASK_VERIFIED",
            "title": "Tugas diverifikasi: Antar jemput ambulans",
            "body": "Terima kasih atas bantuan Anda · Karangnangka · No. 4821",
            "task": task,
            "cost": {"amount": 85_000},
            "about": task,
            "createdAt": at,
            "readAt": later,
        },
    }
    return {name: {"id": ids[name]} | fields for name, fields in found.items()}


def edges(*nodes: Answer) -> Answer:
    """A page of these nodes."""
    return {"edges": [{"node": node} for node in nodes]}
