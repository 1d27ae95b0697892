"""The database keeps its rules by itself: each is broken here by plain SQL, and named by the refusal."""

import importlib
import re
from enum import StrEnum
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_member
from kurir_api.models import (
    LIVE,
    TAKING,
    AccessAction,
    Account,
    AlertStatus,
    Assessment,
    Case,
    CaseStatus,
    ClaimStatus,
    CostStatus,
    DispatchSetting,
    Escalation,
    EscalationKind,
    FamilyLink,
    Holiday,
    HolidayKind,
    Hotline,
    IdempotencyKey,
    InboundMessage,
    LedgerEntry,
    Letter,
    Member,
    Organization,
    Recurrence,
    ReferralDocument,
    ReferralStatus,
    RegistryKey,
    Report,
    ReportStatus,
    Sync,
    Synced,
    Task,
    TaskStatus,
    WaveStatus,
    Weekday,
    new_id,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.sessions.codes import ask_for_code
from kurir_api.services.sessions.granting import begin
from kurir_api.services.trusted.documents import Document, add_documents
from tests.factories import (
    FAR_OFF,
    NOW,
    OTHER_REGENCY,
    REGENCY,
    make_aid_lookup,
    make_alarm,
    make_alert,
    make_case,
    make_claim,
    make_closed_month,
    make_cost,
    make_device,
    make_facility,
    make_line_review,
    make_member,
    make_need,
    make_notification,
    make_organization,
    make_patient,
    make_pledge,
    make_programme,
    make_rate,
    make_receipt,
    make_referral,
    make_registry_person,
    make_report,
    make_shift,
    make_statement,
    make_task,
    make_wave,
    make_work_entry,
)
from tests.models.rows import broken_rule, change, copy

constraints = importlib.import_module("kurir_api.models.migrations.0002_constraints")
desk_rules = importlib.import_module("kurir_api.models.migrations.0010_desk_rules")

ANOTHER_TASK = "0198f0a0-0000-7000-8000-000000000001"
ENTRY = "0198f0a0-0000-7000-8000-000000000002"
STARTS, ENDS = "2026-11-24T00:00:00Z", "2026-11-24T04:00:00Z"
CLOSED = {"status": "CLOSED", "outcome": "RECOVERED", "closed_at": ENDS}

BREACHES: list[tuple[str, str, dict[str, Any]]] = [
    ("access_log_counts", "access_log", {"number": 0}),
    ("access_log_member_known", "access_log", {"by": "COMMAND", "number": 2}),
    ("access_log_member_known", "access_log", {"member_id": None, "number": 2}),
    ("patient_withdrew", "patient", {"consent_withdrawn_at": ENDS}),
    ("uid_access_log_regency_0d7658", "access_log", {}),
    ("aid_lookup_name_in_region", "aid_lookup", {"by": "NAME"}),
    ("aid_lookup_name_in_region", "aid_lookup", {"region_id": "33.02.23.2004"}),
    ("alarm_due_or_ended", "alarm", {"ended_at": ENDS}),
    ("alarm_due_or_ended", "alarm", {"due_at": None}),
    ("alarm_one_open", "alarm", {}),
    ("alert_status_known", "alert", {"status": "LOST"}),
    ("case_file_status_known", "case_file", {"status": "LOST"}),
    ("claim_status_known", "claim", {"status": "LOST"}),
    ("cost_status_known", "cost", {"status": "LOST"}),
    ("report_status_known", "report", {"status": "LOST"}),
    ("task_status_known", "task", {"status": "LOST"}),
    ("trusted_document_hash_is_its_own", "trusted_document", {"sha256": "0" * 64}),
    ("wave_status_known", "wave", {"status": "LOST"}),
    ("case_closed_with_outcome", "case_file", {"status": "CLOSED"}),
    ("case_closed_with_outcome", "case_file", CLOSED | {"outcome": None}),
    ("case_closed_with_outcome", "case_file", CLOSED | {"closed_at": None}),
    ("case_closed_with_outcome", "case_file", CLOSED | {"status": "OPEN"}),
    ("case_closed_with_outcome", "case_file", {"outcome": "RECOVERED"}),
    ("case_closed_with_outcome", "case_file", {"closed_at": ENDS}),
    ("case_file_care_class_known", "case_file", {"care_class": 0}),
    ("case_file_care_class_known", "case_file", {"care_class": 4}),
    ("case_one_open_per_patient", "case_file", {"number": "another"}),
    ("case_one_open_per_patient", "case_file", {"number": "another", "status": "ON_HOLD"}),
    ("case_file_number_key", "case_file", CLOSED),
    ("claim_approach_not_negative", "claim", {"approach_m": -1}),
    ("claim_taken_over_once", "claim", {"status": "COMPLETED"}),
    ("claim_window_forward", "claim", {"starts_at": ENDS}),
    ("claim_one_live_per_member_and_task", "claim", {"starts_at": ENDS, "ends_at": "2026-11-24T05:00:00Z"}),
    ("claim_no_overlap", "claim", {"task_id": ANOTHER_TASK}),
    ("closed_month_first_day", "closed_month", {"month": "2026-10-02"}),
    ("closed_month_once", "closed_month", {}),
    ("cost_amount_positive", "cost", {"amount": 0}),
    ("cost_amount_positive", "cost", {"amount": -50_000}),
    ("cost_amount_positive", "cost", {"amount": 2**53}),
    ("cost_dated", "cost", {"status": "APPROVED"}),
    ("cost_dated", "cost", {"status": "RECORDED", "in_kind": True}),
    ("cost_dated", "cost", {"status": "PAID", "approved_at": ENDS}),
    ("cost_gift_recorded", "cost", {"status": "APPROVED", "approved_at": ENDS, "in_kind": True}),
    ("cost_gift_recorded", "cost", {"status": "PAID", "approved_at": ENDS, "paid_at": ENDS, "in_kind": True}),
    ("cost_money_approved", "cost", {"status": "RECORDED", "approved_at": ENDS}),
    ("cost_quantity_positive", "cost", {"quantity": 0}),
    ("cost_quantity_positive", "cost", {"quantity": 10_001}),
    ("device_token_unique", "device", {}),
    ("dispatch_setting_budget_sensible", "dispatch_setting", {"kind": "POST_CARE", "weekly_alerts": 0}),
    ("dispatch_setting_one", "dispatch_setting", {"policy": "broadcast"}),
    ("duty_shift_weekday_known", "duty_shift", {"weekday": 7}),
    ("facility_code_key", "facility", {}),
    ("ledger_entry_not_nothing", "ledger_entry", {"amount": 0}),
    ("ledger_entry_reversed_once", "ledger_entry", {}),
    ("line_review_dispute_explained", "line_review", {"decision": "DISPUTED"}),
    ("line_review_ledger_entry", "line_review", {"work_entry_id": None, "ledger_entry_id": ENTRY}),
    ("line_review_of_one_line", "line_review", {"work_entry_id": None}),
    ("line_review_of_one_line", "line_review", {"ledger_entry_id": ENTRY}),
    ("line_review_work_entry", "line_review", {}),
    ("member_phone_index_key", "member", {}),
    ("member_points_whole", "member", {"home_latitude": None}),
    ("member_points_whole", "member", {"last_latitude": -7.4, "last_longitude": 109.2}),
    ("member_points_whole", "member", {"last_fix_at": STARTS}),
    ("member_quiet_hours_whole", "member", {"quiet_from": "21:00"}),
    ("need_closed_when_covered", "need", {"closed_at": ENDS}),
    ("need_closed_when_covered", "need", {"pledged": 500_000}),
    ("need_never_exceeded", "need", {"amount": 0, "pledged": 0, "closed_at": ENDS}),
    ("need_never_exceeded", "need", {"pledged": 500_001}),
    ("need_never_exceeded", "need", {"pledged": -1}),
    ("need_one_each", "need", {}),
    ("notification_addressed", "notification", {"member_id": None}),
    ("notification_addressed", "notification", {"phone_index": "a number"}),
    ("notification_channel_known", "notification", {"channel": "pigeon"}),
    ("organization_name_unique", "organization", {"name": "pmi BANYUMAS"}),
    ("patient_one_per_national_id", "patient", {"name": "Sutinah kedua"}),
    ("patient_point_whole", "patient", {"longitude": None}),
    ("pledge_never_exceeded", "pledge", {"settled": 100_001}),
    ("pledge_never_exceeded", "pledge", {"settled": -1}),
    ("pledge_of_something", "pledge", {"amount": 0}),
    ("rate_care_class_known", "rate", {"care_class": 4}),
    ("rate_one_beginning", "rate", {}),
    ("rate_sensible", "rate", {"amount": 0}),
    ("rate_sensible", "rate", {"max_units": 0}),
    ("rate_sensible", "rate", {"yearly_cap": 0}),
    ("rate_sensible", "rate", {"valid_until": "2025-12-31"}),
    ("receipt_not_empty", "receipt", {"size": 0}),
    ("receipt_sent_once", "receipt", {}),
    ("registry_person_decile_known", "registry_person", {"decile": 0}),
    ("registry_person_decile_known", "registry_person", {"decile": 11}),
    ("statement_code_key", "statement", {"last_day": "2026-10-30"}),
    ("statement_days_forward", "statement", {"last_day": "2026-09-30", "code": "another"}),
    ("task_number_key", "task", {}),
    ("task_slots_never_exceeded", "task", {"slots_taken": 2}),
    ("task_slots_never_exceeded", "task", {"slots_taken": -1}),
    ("task_slots_sensible", "task", {"slots": 51}),
    ("task_slots_sensible", "task", {"slots": 0, "slots_taken": 0}),
    ("task_window_forward", "task", {"ends_at": STARTS}),
    ("uid_alert_wave_id_056591", "alert", {"rank": 2}),
    ("uid_capability_member__e2dc7d", "capability", {"valid_until": "2027-01-31"}),
    ("uid_idempotency_member__0ca6f9", "idempotency_key", {"fingerprint": "another"}),
    ("uid_inbound_mes_channel_c21959", "inbound_message", {}),
    ("uid_membership_member__d01021", "membership", {}),
    ("sync_forgets_what_was_sent", "sync", {"forgotten_seq": 1}),
    ("uid_statement_organiz_a48539", "statement", {"code": "another"}),
    ("uid_synced_sync_id_42b577", "synced", {"id": 2}),
    ("uid_wave_task_id_a3e6e5", "wave", {"status": "PLANNED"}),
    ("case_file_desk_around", "case_file", {"desk_id": OTHER_REGENCY}),
    ("case_file_discharged_after_admission", "case_file", {"admitted_at": ENDS, "discharged_at": STARTS}),
    ("case_file_insurance_after_admission", "case_file", {"admitted_at": ENDS, "insurance_due_at": ENDS}),
    ("escalation_ends_once", "escalation", {"ended_at": ENDS}),
    ("escalation_ends_once", "escalation", {"due_at": None}),
    ("escalation_of_one", "escalation", {"case_id": ENTRY}),
    ("escalation_of_one", "escalation", {"report_id": None}),
    ("escalation_one_open", "escalation", {}),
    ("family_link_token_index_key", "family_link", {}),
    ("inbound_message_kept_until_done", "inbound_message", {"due_at": ENDS}),
    ("letter_code_key", "letter", {"number": "another"}),
    ("letter_number_key", "letter", {"code": "another"}),
    ("programme_response_days_sensible", "programme", {"response_days": 0}),
    ("programme_response_days_sensible", "programme", {"response_days": 201}),
    ("recurrence_ends_once", "recurrence", {"ended_at": ENDS}),
    ("recurrence_minutes_sensible", "recurrence", {"minutes": 0}),
    ("recurrence_minutes_sensible", "recurrence", {"slots": 51}),
    ("referral_asked_dated", "referral", {"asked_at": ENDS}),
    ("referral_asked_dated", "referral", {"status": "INFO_REQUESTED"}),
    ("referral_consented", "referral", {"consent": False}),
    ("referral_decided_dated", "referral", {"status": "GRANTED"}),
    ("referral_desk_around", "referral", {"desk_id": OTHER_REGENCY}),
    ("referral_followed_once", "referral", {"number": "another", "status": "REVOKED"}),
    ("referral_follows_another", "referral", {"follows": None}),
    ("referral_number_key", "referral", {"status": "REVOKED", "previous_id": None, "follows": None}),
    ("referral_one_live", "referral", {"number": "another", "previous_id": None, "follows": None}),
    ("referral_status_known", "referral", {"status": "LOST"}),
    ("report_desk_around", "report", {"desk_id": OTHER_REGENCY}),
    ("report_thread_whole", "report", {"via": "whatsapp"}),
    ("report_thread_whole", "report", {"sender_index": "a number"}),
    ("task_one_occurrence", "task", {"number": 1}),
    ("uid_assessment_task_id_2ca5dd", "assessment", {}),
    ("uid_holiday_day_9510b6", "holiday", {}),
    ("uid_hotline_channel_e84e2c", "hotline", {}),
    ("uid_programme_regency_62df9b", "programme", {}),
    ("uid_referral_do_referra_96b1a2", "referral_document", {}),
    ("uid_report_number_b994c2", "report", {}),
    ("registry_key_regency_code_key", "registry_key", {}),
    ("session_ends_for_a_reason", "session", {"ended_at": ENDS}),
    ("session_ends_for_a_reason", "session", {"end_reason": "REUSED"}),
    ("sign_in_code_kept_until_sent", "sign_in_code", {"due_at": ENDS, "phone_sealed": None}),
    ("sign_in_code_tries_counted", "sign_in_code", {"tries": 51}),
    ("work_entry_one_way", "work_entry", {"tasks": -2}),
    ("work_entry_one_way", "work_entry", {"tasks": 1, "minutes": 90, "distance_m": 12_000}),
    ("work_entry_one_way", "work_entry", {"minutes": 90}),
    ("work_entry_one_way", "work_entry", {"distance_m": 12_000}),
    ("work_entry_one_way", "work_entry", {"reverses_id": None}),
    ("work_entry_reversed_once", "work_entry", {}),
]
"""The rule, and the table and columns by which a copy of a sound row breaks it."""

STATES: dict[str, type[StrEnum]] = {
    "alert": AlertStatus,
    "case_file": CaseStatus,
    "claim": ClaimStatus,
    "cost": CostStatus,
    "referral": ReferralStatus,
    "report": ReportStatus,
    "task": TaskStatus,
    "wave": WaveStatus,
}


class NotRefused(Exception):
    """The database took what it should not have taken."""


async def one_row_of_each() -> None:
    pmi = await make_organization("PMI Banyumas")
    driver = await make_member(organization=pmi, capabilities=("AMBULANCE_LICENCE",))
    case = await make_case(await make_patient(national_id="3302235507700001"))
    task = await make_task(case)
    claim = await make_claim(task, driver, organization=pmi)
    await change("claim", takes_over_id=str(claim.id))
    cost = await make_cost(claim)
    await make_receipt(member=driver)
    await make_pledge(await make_need(case, estimated_by=driver), pmi, made_by=driver)
    await make_rate()
    await add_documents([Document("Me", "{ me { name } }")])
    await make_closed_month(closed_by=driver)
    await make_statement(pmi, issued_by=driver)
    # One row each: entries that take themselves back, of which one alone does not sum up to zero.
    work = await make_work_entry(claim, -90, -12_000, id=ENTRY, tasks=-1, reverses_id=ENTRY)
    await make_line_review(work, reviewed_by=driver)
    async with in_transaction() as connection:
        await connection.execute_query("SET LOCAL session_replication_role = replica")
        await LedgerEntry.create(
            id=ENTRY,
            regency_code=REGENCY,
            transaction_id=ENTRY,
            account=Account.FUNDS,
            amount=-1,
            booked_on=NOW.date(),
            recorded_at=NOW,
            cost=cost,
            reverses_id=ENTRY,
        )
    await make_alert(await make_wave(task), driver)
    await make_alarm(task)
    async with accounted("case"):
        note(await case.patient, AccessAction.READ, ("phone",), who=await principal_of_member(driver.id))
    await make_aid_lookup(driver)
    await make_registry_person()
    await make_shift(driver, Weekday.MONDAY, "08:00", "16:00")
    await make_notification(driver, task)
    await DispatchSetting.create(regency_code=REGENCY, policy="nearest")
    await InboundMessage.create(channel="smsgate", provider_id="1", received_at=NOW)
    await make_device(driver)
    report = await make_report()
    await make_facility()
    await one_row_of_each_of_the_desks(report, case, task, driver)
    key = RegistryKey(id=new_id(), regency_code=REGENCY)
    key.secret = "00"
    await key.save(force_create=True)
    await begin(driver, None, NOW)
    await ask_for_code("+6281327000999", NOW)
    await IdempotencyKey.create(member=driver, mutation="claim_task", key="1", fingerprint="x", created_at=NOW)
    sync = await Sync.create(member=driver, created_at=NOW, used_at=NOW)
    await Synced.create(sync=sync, kind="Task", node_id=task.id, version="1", seq=1)


async def one_row_of_each_of_the_desks(report: Report, case: Case, task: Task, member: Member) -> None:
    programme = await make_programme("KIS_PBI", await Organization.first())
    referral = await make_referral(programme, case=case, report=report, sent_by=member)
    await change("referral", previous_id=str(referral.id), follows="REOPENING")
    await ReferralDocument.create(referral=referral, code="ID_CARD", seen_by=member, seen_at=NOW)
    await Letter.create(
        regency_code=REGENCY, number="1", code="1", referral=referral, issued_by=member, issued_at=NOW
    )
    await Escalation.create(regency_code=REGENCY, kind=EscalationKind.REPORT_WAITING, report=report, due_at=NOW)
    await Hotline.create(regency_code=REGENCY, channel="whatsapp", address="1")
    await Holiday.create(day=NOW.date(), kind=HolidayKind.LOCAL, name_id="Hari jadi", name_en="Founding day")
    await FamilyLink.create(regency_code=REGENCY, case=case, token_index="1", created_at=NOW, expires_at=FAR_OFF)
    recurrence = Recurrence(
        id=new_id(),
        regency_code=REGENCY,
        case=case,
        kind=task.kind,
        rule="FREQ=WEEKLY",
        starts_at=task.starts_at,
        minutes=240,
        urgency=task.urgency,
        created_by=member,
        created_at=NOW,
        made_until=NOW,
        due_at=NOW,
    )
    await recurrence.save(force_create=True)
    await change("task", recurrence_id=str(recurrence.id))
    assessment = Assessment(
        id=new_id(),
        regency_code=REGENCY,
        task=task,
        case=case,
        patient_id=case.patient_id,
        region_id=case.region_id,
        kind=task.kind,
        version=1,
        filled_by=member,
        filled_at=NOW,
    )
    assessment.answers = "{}"
    await assessment.save(force_create=True)


async def rule_against(table: str, changes: dict[str, Any]) -> str | None:
    """The name of the rule that refuses a copy of the table's row with these changes."""
    try:
        async with in_transaction():
            if changes.get("task_id") == ANOTHER_TASK:
                await copy("task", id=ANOTHER_TASK, number=1, slots_taken=0, recurrence_id=None)
            if changes.keys() >= {"work_entry_id", "ledger_entry_id"}:
                await change("line_review", **changes)
            await copy(table, **changes)
            raise NotRefused
    except IntegrityError as error:
        return broken_rule(error)
    except NotRefused:
        return None


async def rules() -> set[str]:
    """The names of the checks, exclusions and unique indexes of our tables."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT conname AS name FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'x')"
        " UNION SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
        " WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace"
        " AND relname <> 'tortoise_migrations'"
    )
    return {row["name"] for row in rows}


@pytest.mark.usefixtures("db")
class TestRules:
    async def test_each_row_that_breaks_a_rule_is_refused_by_its_name(self) -> None:
        await one_row_of_each()
        refused = [(await rule_against(table, changes), table, changes) for _, table, changes in BREACHES]
        assert refused == BREACHES

    async def test_every_rule_of_the_database_is_broken_here(self) -> None:
        assert await rules() == {rule for rule, _, _ in BREACHES}

    async def test_a_closed_case_leaves_room_for_a_new_one(self) -> None:
        await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

        await copy("case_file", number="another", status="OPEN", outcome=None, closed_at=None)

    async def test_a_closed_case_is_not_opened_beside_another(self) -> None:
        await make_case()
        await copy("case_file", number="another", **CLOSED)

        with pytest.raises(IntegrityError) as refused:
            await change("case_file", status="OPEN", outcome=None, closed_at=None)

        assert broken_rule(refused.value) == "case_one_open_per_patient"

    async def test_a_national_id_may_be_known_in_two_regencies(self) -> None:
        await make_patient(national_id="3302235507700001")

        await copy("patient", regency_code=OTHER_REGENCY)

    async def test_many_patients_may_have_no_national_id(self) -> None:
        await make_patient(national_id=None)

        await copy("patient", name="Sutinah kedua")

    @pytest.mark.parametrize("amount", [1, 2**53 - 1])
    async def test_an_amount_may_be_any_that_clients_can_count(self, amount: int) -> None:
        await one_row_of_each()

        await change("cost", amount=amount)

    @pytest.mark.parametrize("length", [2_704, 2_705, 4_096])
    async def test_a_long_token_is_one_devices_only(self, length: int) -> None:
        await make_device(await make_member(), token="t" * length)
        await copy("device", token="t" * (length - 1) + "u")

        with pytest.raises(IntegrityError) as refused:
            await copy("device", token="t" * length)

        assert broken_rule(refused.value) == "device_token_unique"


@pytest.mark.usefixtures("db")
async def test_the_database_knows_the_states_that_the_code_knows() -> None:
    rows = await get_connection("default").execute_query_dict(
        "SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS check FROM pg_constraint"
        " WHERE conname LIKE '%\\_status\\_known'"
    )
    known = {row["table"]: sorted(re.findall(r"'(\w+)'", row["check"])) for row in rows}
    assert known == {table: sorted(states) for table, states in STATES.items()}


@pytest.mark.parametrize(("written", "states"), [(constraints.LIVE, LIVE), (desk_rules.TAKING, TAKING)])
def test_the_migration_means_the_same_claims_as_the_code(written: str, states: tuple[ClaimStatus, ...]) -> None:
    assert written == ",".join(f"'{state}'" for state in states)
