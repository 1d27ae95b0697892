"""Rows for tests, each valid by itself; every argument has a default. People and organisations are invented."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from kurir_api.auth import Principal, principal_of_member
from kurir_api.models import (
    Account,
    AidLookup,
    Alarm,
    AlarmReason,
    Alert,
    Assessment,
    Capability,
    CarePhase,
    Case,
    Claim,
    ClaimStatus,
    ClosedMonth,
    Cost,
    CostCategory,
    CostStatus,
    Device,
    Drill,
    DutyShift,
    Facility,
    FamilyLink,
    LedgerEntry,
    LineDecision,
    LineReview,
    LookupKey,
    LookupOutcome,
    Member,
    Membership,
    Message,
    Need,
    Notification,
    Organization,
    OrganizationKind,
    Patient,
    Pledge,
    Programme,
    Rate,
    RateUnit,
    Receipt,
    Recurrence,
    Referral,
    Region,
    RegionLevel,
    RegistryPerson,
    Report,
    Role,
    Statement,
    Task,
    TaskStatus,
    Urgency,
    Wave,
    WaveStatus,
    Weekday,
    WorkEntry,
    new_id,
    regency_of,
)
from kurir_api.models.report import Channel
from kurir_api.services.cases.duplicates import NAME
from kurir_api.services.family.links import index_of
from kurir_api.services.names import sounds, tokens
from kurir_api.services.registry.keys import RegistryKeys, masked

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday 23 November 2026, 09.00 in Banyumas."""

FAR_OFF = datetime(2099, 1, 1, tzinfo=UTC)
"""By no clock has it come."""

VILLAGE = "33.02.23.2004"
SUBDISTRICT = "33.02.23"
REGENCY = "33.02"
OTHER_REGENCY = "33.05"
OTHER_VILLAGE = "33.05.26.2006"
PLACES = {
    "33": ("Jawa Tengah", None),
    REGENCY: ("Kabupaten Banyumas", (-7.45551, 109.17579)),
    SUBDISTRICT: ("Kedungbanteng", (-7.33714, 109.20015)),
    VILLAGE: ("Karangnangka", (-7.38200, 109.22100)),
    "33.02.24": ("Purwokerto Selatan", (-7.44782, 109.24411)),
    "33.02.24.1003": ("Berkoh", (-7.43970, 109.26285)),
    OTHER_REGENCY: ("Kabupaten Kebumen", (-7.65496, 109.61735)),
    "33.05.26": ("Karangsambung", (-7.57, 109.68)),
    OTHER_VILLAGE: ("Plumbon", (-7.58632, 109.71477)),
}
LEVELS = (RegionLevel.PROVINCE, RegionLevel.REGENCY, RegionLevel.SUBDISTRICT, RegionLevel.VILLAGE)
APPROVED_ONCE = (CostStatus.APPROVED, CostStatus.RECORDED, CostStatus.PAID)
_numbers = count(1)


async def make_regions() -> None:
    """Both regencies' trees, as far as the tests walk them; again, it changes nothing."""
    await Region.bulk_create(
        [_region(code, name, centre) for code, (name, centre) in PLACES.items()], ignore_conflicts=True
    )


def _region(code: str, name: str, centre: tuple[float, float] | None) -> Region:
    latitude, longitude = centre or (None, None)
    parent, _, _ = code.rpartition(".")
    return Region(
        code=code,
        name=name,
        level=LEVELS[code.count(".")],
        parent_id=parent or None,
        latitude=latitude,
        longitude=longitude,
    )


async def make_organization(name: str | None = None, **values: Any) -> Organization:
    """A partner of Banyumas."""
    defaults = {"regency_code": REGENCY, "kind": OrganizationKind.COMMUNITY}
    return await Organization.create(name=name or f"Mitra {next(_numbers)}", **defaults | values)


async def make_member(  # noqa: PLR0917 - a member has many sides
    name: str | None = None,
    role: Role | None = Role.VOLUNTEER,
    region: str = REGENCY,
    organization: Organization | None = None,
    home: tuple[float, float] | None = (-7.4243, 109.2302),
    capabilities: dict[str, date | None] | tuple[str, ...] = (),
    phone: str | None = None,
    **values: Any,
) -> Member:
    """An active, available member with one membership (none with role=None); without quiet hours."""
    await make_regions()
    number = next(_numbers)
    member = Member(id=new_id(), regency_code=regency_of(region), name=name or f"Relawan {number}", **values)
    member.phone = phone or f"+62812{number:08}"
    if home:
        member.home_latitude, member.home_longitude = home
    await member.save(force_create=True)
    if role:
        await add_membership(member, role, region, organization)
    for code in capabilities:
        until = capabilities[code] if isinstance(capabilities, dict) else None
        await Capability.create(regency_code=member.regency_code, member=member, code=code, valid_until=until)
    return member


async def make_shift(member: Member, weekday: Weekday, starts: str, ends: str) -> DutyShift:
    """Weekly duty from "20:00" on that day until "06:00", on the next if that isn't later."""
    return await DutyShift.create(
        regency_code=member.regency_code,
        member=member,
        weekday=weekday,
        starts=time.fromisoformat(starts).replace(tzinfo=UTC),
        ends=time.fromisoformat(ends).replace(tzinfo=UTC),
    )


async def add_membership(
    member: Member, role: Role, region: str = REGENCY, organization: Organization | None = None
) -> Membership:
    """One more role for a member."""
    organization = organization or await make_organization(regency_code=regency_of(region))
    return await Membership.create(
        regency_code=regency_of(region), member=member, organization=organization, role=role, region_id=region
    )


async def principal_for(role: Role = Role.VOLUNTEER, **values: Any) -> Principal:
    """A new member with the role, as the caller."""
    return await principal_of_member((await make_member(role=role, **values)).id)


async def make_patient(**values: Any) -> Patient:
    """A consenting patient in Karangnangka."""
    await make_regions()
    sealed = {
        "national_id": values.pop("national_id", None),
        "family_card": values.pop("family_card", None),
        "landmark": values.pop("landmark", None),
        "consent_note": values.pop("consent_note", None),
        "phone": values.pop("phone", "+6281234567890"),
        "address": values.pop("address", "RT 2 RW 1, dekat mushala"),
        "diagnosis": values.pop("diagnosis", "gagal ginjal kronis"),
    }
    region = values.pop("region", VILLAGE)
    defaults = {"name": "Sutinah", "consent": True, "latitude": -7.3825, "longitude": 109.2215}
    patient = Patient(id=new_id(), regency_code=regency_of(region), region_id=region, **defaults | values)
    if "name_tokens" not in values:
        patient.name_tokens = tokens(NAME, patient.name)
    for name, text in sealed.items():
        setattr(patient, name, text)
    await patient.save(force_create=True)
    return patient


async def make_case(patient: Patient | None = None, **values: Any) -> Case:
    """An open case before hospital."""
    patient = patient or await make_patient()
    defaults = {"phase": CarePhase.BEFORE_HOSPITAL, "opened_at": NOW, "number": f"T-{next(_numbers)}"}
    places = {"region_id": patient.region_id, "desk_id": patient.region_id}
    values.setdefault("waiting_since", values.get("opened_at", NOW))
    return await Case.create(regency_code=patient.regency_code, patient=patient, **places | defaults | values)


async def make_recurrence(case: Case | None = None, **values: Any) -> Recurrence:
    """Dialysis on Mondays and Thursdays, from 06.00 in Banyumas on Thursday 26 November; nothing is made yet."""
    case = case or await make_case()
    if "created_by" not in values:
        values["created_by"] = await make_member(role=Role.DESK_OFFICER)
    sealed = {name: values.pop(name, None) for name in ("title", "instructions")}
    defaults: dict[str, Any] = {
        "kind": "AMBULANCE_RUN",
        "rule": "FREQ=WEEKLY;BYDAY=MO,TH",
        "starts_at": datetime(2026, 11, 25, 23, tzinfo=UTC),
        "minutes": 360,
        "urgency": Urgency.NORMAL,
        "created_at": NOW,
        "made_until": NOW,
        "due_at": None if values.get("ended_at") else NOW,
    }
    recurrence = Recurrence(id=new_id(), regency_code=case.regency_code, case_id=case.id, **defaults | values)
    for name, text in sealed.items():
        setattr(recurrence, name, text)
    await recurrence.save(force_create=True)
    return recurrence


async def make_task(case: Case | None = None, **values: Any) -> Task:
    """An open ambulance run at the patient's, tomorrow 07.00 to 11.00 in Banyumas, with one slot. Its area's point is
    its own place.
    """
    case = case or await make_case()
    starts_at = values.pop("starts_at", NOW + timedelta(hours=22))
    sealed = {name: values.pop(name, None) for name in ("title", "instructions")}
    defaults: dict[str, Any] = {
        "kind": "AMBULANCE_RUN",
        "status": TaskStatus.OPEN,
        "urgency": Urgency.URGENT,
        "number": 5000 + next(_numbers),
        "latitude": -7.3825,
        "longitude": 109.2215,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=4),
        "created_at": NOW,
    }
    values.setdefault("waiting_since", values.get("created_at", NOW))
    for name in ("latitude", "longitude"):
        values.setdefault(f"area_{name}", (defaults | values)[name])
    task = Task(
        id=new_id(), regency_code=case.regency_code, case_id=case.id, region_id=case.region_id, **defaults | values
    )
    for name, text in sealed.items():
        setattr(task, name, text)
    await task.save(force_create=True)
    return task


async def make_claim(
    task: Task,
    member: Member,
    status: ClaimStatus = ClaimStatus.HELD,
    organization: Organization | None = None,
    **values: Any,
) -> Claim:
    """A claim as if taken; the task's own state is left as it is. Held, it is to be started within half an hour of
    the window's start; offered, it stands.
    """
    deadlines = {ClaimStatus.HELD: task.starts_at + timedelta(minutes=30), ClaimStatus.OFFERED: FAR_OFF}
    defaults = {"claimed_at": NOW, "expires_at": deadlines.get(status)}
    if organization is None:
        membership = await Membership.filter(member=member).select_related("organization").first()
        organization = membership.organization if membership else await make_organization()
    claim = await Claim.create(
        regency_code=task.regency_code,
        task=task,
        member=member,
        organization=organization,
        status=status,
        starts_at=task.starts_at,
        ends_at=task.ends_at,
        **defaults | values,
    )
    await task.refresh_from_db()
    return claim


async def make_cost(claim: Claim, amount: int = 50_000, note: str | None = None, **values: Any) -> Cost:
    """Fuel bought for the claim's task; what is only recorded was given in kind."""
    status = values.get("status")
    defaults = {
        "category": CostCategory.FUEL,
        "spent_on": NOW.date(),
        "created_at": NOW,
        "in_kind": status == CostStatus.RECORDED,
        "approved_at": NOW if status in APPROVED_ONCE else None,
        "paid_at": NOW if status == CostStatus.PAID else None,
    }
    cost = Cost(
        id=new_id(),
        regency_code=claim.regency_code,
        task_id=claim.task_id,
        member_id=claim.member_id,
        organization_id=claim.organization_id,
        amount=amount,
        **defaults | values,
    )
    cost.note = note
    await cost.save(force_create=True)
    return cost


async def make_need(case: Case | None = None, task: Task | None = None, **values: Any) -> Need:
    """What the case, or with `task` its task, is estimated to cost: 500,000 rupiah, of which nothing is promised."""
    if case is None:
        case = await Case.get(id=task.case_id) if task else await make_case()
    defaults: dict[str, Any] = {"amount": 500_000, "created_at": NOW}
    if "estimated_by" not in values:
        values["estimated_by"] = await make_member(role=Role.COORDINATOR)
    return await Need.create(regency_code=case.regency_code, case=case, task=task, **defaults | values)


async def make_pledge(need: Need | None = None, organization: Organization | None = None, **values: Any) -> Pledge:
    """A partner's promise of 100,000 rupiah of the need, which counts it, and knows when it is covered."""
    need = need or await make_need()
    organization = organization or await make_organization(regency_code=need.regency_code)
    defaults: dict[str, Any] = {"amount": 100_000, "created_at": NOW}
    if "made_by" not in values:
        values["made_by"] = await make_member(role=Role.PARTNER_REVIEWER, organization=organization)
    pledge = await Pledge.create(
        regency_code=need.regency_code, need=need, organization=organization, **defaults | values
    )
    need.pledged += pledge.amount
    need.closed_at = NOW if need.pledged == need.amount else None
    await need.save(update_fields=["pledged", "closed_at"])
    return pledge


async def make_rate(category: CostCategory = CostCategory.WAITING_COST, **values: Any) -> Rate:
    """Fifty thousand rupiah a day, since the year began, without limits."""
    defaults: dict[str, Any] = {
        "regency_code": REGENCY,
        "unit": RateUnit.DAY,
        "amount": 50_000,
        "valid_from": date(2026, 1, 1),
        "source": "SK Bupati Banyumas 460/12/2026",
    }
    return await Rate.create(category=category, **defaults | values)


async def make_receipt(cost: Cost | None = None, member: Member | None = None, **values: Any) -> Receipt:
    """A photograph of its own, of the cost, or, without one, of the member and not used yet."""
    number = next(_numbers)
    if member is None:
        member = await Member.get(id=cost.member_id) if cost else await make_member()
    defaults = {
        "sha256": f"{number:064x}",
        "likeness": f"{number:064x}",
        "content_type": "image/webp",
        "size": 120_000,
        "created_at": NOW,
    }
    return await Receipt.create(regency_code=member.regency_code, member=member, cost=cost, **defaults | values)


async def make_ledger_entries(cost: Cost, **values: Any) -> list[LedgerEntry]:
    """The pair that is booked when the cost is approved, or recorded if it is a gift; `values` are both entries'."""
    spent, owed = (Account.IN_KIND, Account.GIVEN) if cost.in_kind else (Account.EXPENSE, Account.OWED)
    task = await Task.get(id=cost.task_id)
    shared = {
        "regency_code": cost.regency_code,
        "transaction_id": new_id(),
        "booked_on": cost.spent_on,
        "recorded_at": NOW,
        "cost_id": cost.id,
        "organization_id": cost.organization_id,
        "member_id": cost.member_id,
        "kind": task.kind,
        "category": cost.category,
        "region_id": task.region_id,
    } | values
    sides = ((spent, cost.amount), (owed, -cost.amount))
    entries = [LedgerEntry(id=new_id(), account=account, amount=amount, **shared) for account, amount in sides]
    async with in_transaction():
        for entry in entries:
            await entry.save(force_create=True)
    return [await LedgerEntry.get(id=entry.id) for entry in entries]


async def make_work_entry(claim: Claim, minutes: int = 90, distance_m: int = 12_000, **values: Any) -> WorkEntry:
    """What the claim, completed, counts, as it is in the ledger; what takes an entry back is an hour younger."""
    task = await Task.get(id=claim.task_id).select_related("case")
    recorded_at = NOW + timedelta(hours=1) if "reverses" in values else NOW
    defaults = {"booked_on": NOW.date(), "recorded_at": recorded_at, "kind": task.kind, "region_id": task.region_id}
    entry = await WorkEntry.create(
        regency_code=claim.regency_code,
        claim=claim,
        task=task,
        patient_id=task.case.patient_id,
        member_id=claim.member_id,
        organization_id=claim.organization_id,
        minutes=minutes,
        distance_m=distance_m,
        **defaults | values,
    )
    return await WorkEntry.get(id=entry.id)


async def make_closed_month(month: date = date(2026, 10, 1), **values: Any) -> ClosedMonth:
    """Banyumas' books are closed up to the end of this month."""
    if "closed_by" not in values:
        values["closed_by"] = await make_member(role=Role.COORDINATOR)
    defaults = {"regency_code": REGENCY, "digest": f"{next(_numbers):064x}", "closed_at": NOW}
    return await ClosedMonth.create(month=month, **defaults | values)


async def make_line_review(
    line: WorkEntry | LedgerEntry, decision: LineDecision = LineDecision.CONFIRMED, **values: Any
) -> LineReview:
    """What a reviewer of the line's organisation says of it; a dispute says why."""
    note = values.pop("note", "Bukan anggota kami." if decision is LineDecision.DISPUTED else None)
    assert line.organization_id
    if "reviewed_by" not in values:
        organization = await Organization.get(id=line.organization_id)
        values["reviewed_by"] = await make_member(role=Role.PARTNER_REVIEWER, organization=organization)
    column = "work_entry_id" if isinstance(line, WorkEntry) else "ledger_entry_id"
    review = LineReview(
        id=new_id(),
        regency_code=line.regency_code,
        organization_id=line.organization_id,
        decision=decision,
        **{column: line.id, "reviewed_at": NOW} | values,
    )
    review.note = note
    await review.save(force_create=True)
    return review


async def make_statement(organization: Organization | None = None, **values: Any) -> Statement:
    """A partner's statement of October."""
    number = next(_numbers)
    organization = organization or await make_organization()
    if "issued_by" not in values:
        values["issued_by"] = await make_member(role=Role.PARTNER_REVIEWER, organization=organization)
    defaults: dict[str, Any] = {
        "code": f"{number:026}",
        "first_day": date(2026, 10, 1),
        "last_day": date(2026, 10, 31),
        "digest": f"{number:064x}",
        "totals": {"tasks": 3},
        "issued_at": NOW,
    }
    return await Statement.create(
        regency_code=organization.regency_code, organization=organization, **defaults | values
    )


async def make_report(**values: Any) -> Report:
    """A WhatsApp message from Karangnangka."""
    await make_regions()
    sealed = {
        "text": values.pop("text", "Ibu saya harus cuci darah besok di Margono, tidak ada kendaraan."),
        "reporter_name": values.pop("reporter_name", "Wahyuni"),
        "reporter_phone": values.pop("reporter_phone", "+6281298765432"),
        "sender": values.pop("sender", None),
    }
    region = values.pop("region", VILLAGE)
    places = {"regency_code": regency_of(region), "region_id": region, "desk_id": region}
    defaults = {"channel": Channel.WHATSAPP, "received_at": NOW, "number": 100 + next(_numbers)}
    values.setdefault("waiting_since", values.get("received_at", NOW))
    report = Report(id=new_id(), **places | defaults | values)
    for name, text in sealed.items():
        setattr(report, name, text)
    await report.save(force_create=True)
    return report


async def make_message(
    report: Report, text: str = "Ada kursi roda?", *, incoming: bool = True, **values: Any
) -> Message:
    """A further message of the report's thread."""
    defaults = {"sent_at": NOW, "recorded_at": NOW}
    message = Message(
        id=new_id(), regency_code=report.regency_code, report_id=report.id, incoming=incoming, **defaults | values
    )
    message.text = text
    await message.save(force_create=True)
    return message


async def make_family_link(case: Case | None = None, token: str | None = None, **values: Any) -> FamilyLink:
    """Valid for two weeks."""
    case = case or await make_case()
    defaults = {"created_at": NOW, "expires_at": NOW + timedelta(days=14)}
    index = index_of(token or f"token-{next(_numbers)}")
    return await FamilyLink.create(
        regency_code=case.regency_code, case_id=case.id, token_index=index, **defaults | values
    )


async def make_programme(
    code: str | None = None, organization: Organization | None = None, **values: Any
) -> Programme:
    """A health programme of a regency agency, which answers within five working days."""
    if organization is None:
        organization = await make_organization(kind=OrganizationKind.REGENCY_AGENCY)
    defaults: dict[str, Any] = {
        "name_id": "Rekomendasi KIS PBI",
        "name_en": "Recommendation for subsidised insurance",
        "sector": "HEALTH",
        "response_days": 5,
        "documents": [{"code": "ID_CARD", "id": "KTP", "en": "Id card", "required": True}],
    }
    return await Programme.create(
        regency_code=organization.regency_code,
        organization=organization,
        code=code or f"PROGRAMME_{next(_numbers)}",
        **defaults | values,
    )


async def make_referral(
    programme: Programme | None = None, patient: Patient | None = None, case: Case | None = None, **values: Any
) -> Referral:
    """Sent now with consent, due a week later."""
    programme = programme or await make_programme()
    if patient is None:
        patient = await Patient.get(id=case.patient_id) if case else await make_patient()
    if "sent_by" not in values and "sent_by_id" not in values:
        values["sent_by"] = await make_member(role=Role.DESK_OFFICER, region=patient.region_id)
    note, decision_note = values.pop("note", "Belum punya jaminan kesehatan."), values.pop("decision_note", None)
    values.setdefault("waiting_since", values.get("sent_at", NOW))
    defaults = {
        "number": f"R-{next(_numbers)}",
        "region_id": patient.region_id,
        "desk_id": patient.region_id,
        "consent": True,
        "sent_at": NOW,
        "due_at": NOW + timedelta(days=7),
    }
    referral = Referral(
        id=new_id(),
        regency_code=patient.regency_code,
        programme=programme,
        patient=patient,
        case=case,
        **defaults | values,
    )
    referral.note, referral.decision_note = note, decision_note
    await referral.save(force_create=True)
    return referral


ANSWERS = {
    "household_size": 4,
    "income_sources": ["FARM_LABOUR"],
    "housing": "OWN",
    "documents": {"ID_CARD": "ACTIVE", "FAMILY_CARD": "ACTIVE", "HEALTH_INSURANCE": "INACTIVE"},
    "programmes_had": ["PKH"],
    "programmes_needed": ["KIS_PBI", "PKH"],
}
"""To version 1 of an outreach visit's form."""


async def make_assessment(
    task: Task | None = None, answers: dict[str, Any] | None = None, **values: Any
) -> Assessment:
    """What an outreach visit found out: a household that has PKH, and needs KIS_PBI."""
    task = task or await make_task(kind="OUTREACH_VISIT")
    case = await Case.get(id=task.case_id).select_related("patient")
    defaults: dict[str, Any] = {"kind": task.kind, "version": 1, "filled_at": NOW}
    if not {"filled_by", "filled_by_id"} & values.keys():
        defaults["filled_by"] = await make_member()
    assessment = Assessment(
        id=new_id(),
        regency_code=task.regency_code,
        task=task,
        case=case,
        patient=case.patient,
        region_id=case.patient.region_id,
        **defaults | values,
    )
    assessment.answers = json.dumps(answers or ANSWERS)
    await assessment.save(force_create=True)
    return assessment


async def make_wave(task: Task, number: int = 1, **values: Any) -> Wave:
    """A wave that waits for answers."""
    defaults = {"status": WaveStatus.WAITING, "due_at": NOW + timedelta(minutes=10), "created_at": NOW}
    return await Wave.create(regency_code=task.regency_code, task=task, number=number, **defaults | values)


async def make_alert(wave: Wave, member: Member, **values: Any) -> Alert:
    """A queued alert in the wave."""
    defaults = {"rank": 1, "distance_m": 2100.0, "explanation": {"id": "2,1 km", "en": "2.1 km"}, "created_at": NOW}
    return await Alert.create(
        regency_code=wave.regency_code, wave=wave, task_id=wave.task_id, member=member, **defaults | values
    )


async def make_alarm(task: Task, reason: AlarmReason = AlarmReason.UNCLAIMED, **values: Any) -> Alarm:
    """An alarm of which the coordinators were told once, now."""
    defaults = {"raised_at": NOW, "times_told": 1, "due_at": NOW + timedelta(minutes=10)}
    return await Alarm.create(regency_code=task.regency_code, task=task, reason=reason, **defaults | values)


async def make_drill(member: Member, **values: Any) -> Drill:
    """A test alert, sent now; nothing came back yet."""
    return await Drill.create(regency_code=REGENCY, member=member, **{"sent_at": NOW} | values)


async def make_notification(member: Member, task: Task | None = None, **values: Any) -> Notification:
    """What a driver reads when the coordinator has confirmed an ambulance run; sent already."""
    kind_name = {"id": "Antar jemput ambulans", "en": "Ambulance run"}
    defaults: dict[str, Any] = {
        "kind": "TASK_VERIFIED",
        "data": {"kind_name": kind_name, "number": task.number if task else 4821, "village": "Karangnangka"},
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
    }
    return await Notification.create(regency_code=member.regency_code, member=member, task=task, **defaults | values)


async def make_device(member: Member, token: str | None = None, **values: Any) -> Device:
    """An Android phone of the member."""
    defaults = {"platform": "android", "registered_at": NOW}
    return await Device.create(
        regency_code=member.regency_code, member=member, token=token or f"token-{next(_numbers)}", **defaults | values
    )


async def make_facility(name: str = "RSUD Prof. Dr. Margono Soekarjo", **values: Any) -> Facility:
    """A hospital of Banyumas."""
    await make_regions()
    defaults = {
        "code": f"RS-{next(_numbers)}",
        "kind": "hospital",
        "regency_code": REGENCY,
        "latitude": -7.43603,
        "longitude": 109.26741,
        "region_id": "33.02.24.1003",
    }
    return await Facility.create(name=name, **defaults | values)


async def make_registry_person(
    national_id: str = "3302235507700001", name: str = "Sutinah Wahyuni", village: str = VILLAGE, **values: Any
) -> RegistryPerson:
    """Somebody in the registry, who gets no aid."""
    keys = RegistryKeys.original(regency_of(village))
    defaults = {"decile": 2, "aid": "[]", "line": 2, "updated_at": NOW}
    return await RegistryPerson.create(
        id=UUID(bytes=keys.person(national_id)),
        regency_code=regency_of(village),
        region_id=village,
        name_key=int.from_bytes(keys.name(village, sounds(name)), signed=True),
        masked_name=masked(name),
        **defaults | values,
    )


async def make_aid_lookup(member: Member, **values: Any) -> AidLookup:
    """A look-up by national id, of somebody who wasn't found."""
    defaults = {"by": LookupKey.NATIONAL_ID, "subject_index": "0" * 64, "outcome": LookupOutcome.NOT_FOUND, "at": NOW}
    row = AidLookup(id=new_id(), regency_code=member.regency_code, member_id=member.id, **defaults | values)
    row.purpose = "Pasien meminta bantuan sembako."
    await row.save(force_create=True)
    return row
