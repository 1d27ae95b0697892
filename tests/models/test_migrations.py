"""Migrating with rows in the tables, down and up; and migrations that make exactly what the models describe."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from asyncpg.exceptions import RaiseError
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.models import Model

from kurir_api import models
from kurir_api.auth import principal_of_member
from kurir_api.database import APP, MODELS, connected, migrate, pending_migrations
from kurir_api.models import CarePhase, Claim, Cost, CostCategory, Role, Task, Urgency, Wave, WaveStatus
from kurir_api.services.cases.open_case import OpenCase, open_case
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.costs.log_cost import LogCost, log_cost
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.create_task import CreateTask, create_task
from kurir_api.services.tasks.publish_task import TaskAction, publish_task
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.conftest import TEMPLATE, copy_database, url_of
from tests.factories import (
    make_alert,
    make_device,
    make_facility,
    make_ledger_entries,
    make_member,
    make_notification,
    make_patient,
    make_report,
    make_task,
    make_wave,
    principal_for,
)
from tests.models.rows import broken_rule, copy

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
TABLES = {
    model._meta.db_table
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
}
LATER = {
    "access_head",
    "access_log",
    "aid_lookup",
    "alarm",
    "assessment",
    "closed_month",
    "dispatch_setting",
    "drill",
    "duty_shift",
    "escalation",
    "family_link",
    "holiday",
    "hotline",
    "inbound_message",
    "ledger_entry",
    "letter",
    "line_review",
    "message",
    "need",
    "pledge",
    "programme",
    "rate",
    "receipt",
    "recurrence",
    "referral",
    "referral_document",
    "registry_key",
    "registry_person",
    "session",
    "sign_in_code",
    "statement",
    "sync",
    "synced",
    "trusted_document",
    "work_entry",
}
"""Tables that came after the first release."""

STEPS = [
    "0001_initial",
    "0002_constraints",
    "0003_dispatch",
    "0004_dispatch_rules",
    "0005_texts",
    "0006_ranking_indexes",
    "0007_money",
    "0008_money_rules",
    "0009_desk",
    "0010_desk_rules",
    "0011_registry",
    "0012_audit",
    "0013_sessions",
    "0014_surface",
    "0015_sync",
    "0016_places",
    "0017_erasure",
]

CATALOG = """
SELECT 'column' AS kind, table_name || '.' || column_name AS name,
       concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default) AS definition
  FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT 'range', typname, '' FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'r'
UNION SELECT 'sequence', sequencename, start_value::text FROM pg_sequences WHERE schemaname = 'public'
"""
ORDER = " ORDER BY 1, 2"

BOOKED = """
SELECT w.tasks, w.kind, w.claim_id = c.id AND w.task_id = c.task_id AND w.member_id = c.member_id
    AND w.organization_id = c.organization_id AND w.patient_id = f.patient_id AS same, w.reverses_id,
    w.booked_on = (c.completed_at AT TIME ZONE 'Asia/Jakarta')::date AS that_day
FROM work_entry w JOIN claim c ON true JOIN task t ON t.id = c.task_id JOIN case_file f ON f.id = t.case_id
"""


@dataclass
class Journey:
    """A database that went down to the first migration and up again, and what was seen of it on the way."""

    database: str
    rows: list[tuple[str, ...]]
    made: list[tuple[str, ...]]
    booked: list[tuple[str, ...]]
    undone: list[str]
    rows_below: list[tuple[str, ...]]
    pending_below: list[str]
    done: list[str]


@pytest.fixture(scope="module")
async def filled(settings: Settings, worker_id: str) -> str:
    """The name of a database with a week's rows in every table, to be copied."""
    open_vault(settings)
    database = f"kurir_filled_{worker_id}"
    await copy_database(TEMPLATE, database)
    async with connected(url_of(database)):
        await a_weeks_rows()
    return database


@pytest.fixture
async def url(filled: str, worker_id: str) -> str:
    """A database of its own, with a week's rows in every table."""
    database = f"kurir_migrated_{worker_id}"
    await copy_database(filled, database)
    return url_of(database)


@pytest.fixture(scope="module")
async def journey(filled: str, worker_id: str) -> Journey:
    """All the way down to the first migration, and up again. Tests that write take a copy."""
    database = f"kurir_journey_{worker_id}"
    await copy_database(filled, database)
    url = url_of(database)
    rows, made, booked = await contents(url), await catalog(url), await answered(url, BOOKED)
    undone = await migrate(url, STEPS[0])
    rows_below, pending_below = await contents(url), await pending(url)
    return Journey(database, rows, made, booked, undone, rows_below, pending_below, await migrate(url))


async def a_weeks_rows() -> None:
    """Two cases, one of them from a report; one task verified as far as its driver can, one open, one drafted."""
    facility = await make_facility()
    coordinator = await principal_for(Role.COORDINATOR)
    # Without a home, since the column for how far he went is lost on the way down.
    member = await make_member(capabilities=("AMBULANCE_LICENCE",), home=None)
    await make_device(member, token="t" * 4_096)
    driver = await principal_of_member(member.id)
    # Without phones, since what is texted to families is lost on the way down, too; so is how names sound.
    patient = await make_patient(national_id="3302235507700001", phone=None, name_tokens=[])
    report = await make_report(reporter_phone=None, number=1)
    opened = await open_case(
        coordinator,
        OpenCase(
            phase=CarePhase.BEFORE_HOSPITAL,
            patient_id=patient.id,
            report_id=report.id,
            facility_id=facility.id,
            needs=("AMBULANCE_RUN", "FOOD_DELIVERY"),
            idempotency_key="case",
        ),
    )
    await open_case(
        coordinator,
        OpenCase(phase=CarePhase.AFTER_HOSPITAL, patient_id=(await make_patient(name="Warsito", name_tokens=[])).id),
    )
    run = await Task.get(kind="AMBULANCE_RUN")
    await publish_task(coordinator, TaskAction(task_id=run.id))
    claim_id = await claim_task(driver, ClaimTask(task_id=run.id, idempotency_key="claim"))
    await start_claim(driver, ClaimAction(claim_id=claim_id, note="Berangkat dari Berkoh."))
    await complete_claim(driver, ClaimAction(claim_id=claim_id))
    await log_cost(
        driver,
        # A gift, which is not flagged for want of a receipt: flags are lost on the way down, too.
        LogCost(
            task_id=run.id,
            category=CostCategory.FUEL,
            amount=50_000,
            in_kind=True,
            spent_on=TODAY,
            note="Pertalite",
        ),
    )
    await create_task(coordinator, CreateTask(case_id=opened.case_id, kind="POST_CARE", publish=True))
    await make_alert(await Wave.get(task__kind="POST_CARE"), member)
    await make_notification(member)


async def answered(url: str, statement: str) -> list[tuple[str, ...]]:
    """The rows that a statement answers, as tuples."""
    async with connected(url, minsize=1, maxsize=1):
        rows = await get_connection("default").execute_query_dict(statement)
    return [tuple(row.values()) for row in rows]


async def catalog(url: str) -> list[tuple[str, ...]]:
    """Everything that migrations make, with its definition."""
    return await answered(url, CATALOG + ORDER)


async def contents(url: str) -> list[tuple[str, ...]]:
    """Every row of the first release's tables as text, and its table."""
    selects = (f"SELECT '{table}' AS name, t::text AS row FROM {table} t" for table in TABLES - LATER)
    return await answered(url, " UNION ALL ".join(selects) + ORDER)


async def pending(url: str) -> list[str]:
    """The migrations that the database lacks."""
    async with connected(url, minsize=1, maxsize=1):
        return await pending_migrations()


async def test_undoing_the_constraints_and_making_them_again_changes_no_row(journey: Journey) -> None:
    assert {table for table, _ in journey.rows} == TABLES - LATER
    assert journey.undone == STEPS[:0:-1]
    assert [table for table, _ in journey.rows_below] == [table for table, _ in journey.rows]
    assert journey.done == STEPS[1:]
    assert await contents(url_of(journey.database)) == journey.rows
    assert await catalog(url_of(journey.database)) == journey.made


async def test_what_an_older_release_left_open_gets_its_deadlines(url: str) -> None:
    async with connected(url, minsize=1, maxsize=1):
        later = datetime.now(UTC) + timedelta(days=2)
        for urgency, status in ((Urgency.EMERGENCY, WaveStatus.EXHAUSTED), (Urgency.URGENT, WaveStatus.WAITING)):
            task = await make_task(urgency=urgency, starts_at=later)
            await make_wave(task, status=status, due_at=later, created_at=later)
    await migrate(url, STEPS[1])
    await migrate(url)

    alarms = (
        "SELECT t.status || ' ' || t.urgency AS task, a.reason, a.raised_at IS NULL AS untold,"
        " CASE reason WHEN 'WINDOW_PASSED' THEN a.due_at - t.ends_at ELSE date_trunc('minute', a.due_at - now()) END"
        " FROM alarm a JOIN task t ON t.id = a.task_id" + ORDER
    )
    in_time = timedelta(minutes=30)
    assert await answered(url, alarms) == [
        ("DONE URGENT", "NOT_VERIFIED", True, timedelta(hours=23, minutes=59)),
        ("DRAFT NORMAL", "WINDOW_PASSED", True, in_time),
        ("OPEN EMERGENCY", "UNCLAIMED", True, timedelta(minutes=4)),
        ("OPEN EMERGENCY", "WINDOW_PASSED", True, in_time),
        ("OPEN NORMAL", "WINDOW_PASSED", True, in_time),
        ("OPEN URGENT", "UNCLAIMED", True, timedelta(minutes=14)),
        ("OPEN URGENT", "WINDOW_PASSED", True, in_time),
    ]
    waves = (
        "SELECT t.urgency, w.number, w.run, w.status, w.due_at <= now() AS due"
        " FROM wave w JOIN task t ON t.id = w.task_id WHERE t.status = 'OPEN'" + ORDER
    )
    assert await answered(url, waves) == [
        ("EMERGENCY", 1, 1, "EXHAUSTED", False),
        ("EMERGENCY", 2, 1, "PLANNED", True),
        ("NORMAL", 1, 1, "PLANNED", True),
        ("URGENT", 1, 1, "WAITING", False),
    ]
    open_tasks = (
        "SELECT t.published_at = w.created_at AS dated FROM task t JOIN wave w ON w.task_id = t.id AND w.number = 1"
    )
    assert await answered(url, open_tasks) == [(True,)] * 4


async def test_what_was_completed_before_there_were_books_is_entered(journey: Journey) -> None:
    assert journey.booked == [(1, "AMBULANCE_RUN", True, None, True)]
    assert await answered(url_of(journey.database), BOOKED) == journey.booked


async def test_books_that_hold_entries_are_not_undone(url: str) -> None:
    async with connected(url, minsize=1, maxsize=1):
        await make_ledger_entries(await Cost.get())
    made = await catalog(url)

    with pytest.raises(RaiseError, match="an older release has no books"):
        await migrate(url, STEPS[5])

    assert await catalog(url) == made
    assert await answered(url, "SELECT count(*) FROM ledger_entry") == [(2,)]


async def test_constraints_made_again_hold_for_the_rows_that_were_there(journey: Journey, worker_id: str) -> None:
    await copy_database(journey.database, f"kurir_remade_{worker_id}")
    async with connected(url_of(f"kurir_remade_{worker_id}")):
        with pytest.raises(IntegrityError) as refused:
            await copy("device")
        assert broken_rule(refused.value) == "device_token_unique"
        claim = await Claim.get()
        await Claim.filter(id=claim.id).update(status="RELEASED")
        assert (await Task.get(id=claim.task_id)).slots_taken == 0


async def test_numbers_go_on_after_those_that_were_given(journey: Journey, worker_id: str) -> None:
    await copy_database(journey.database, f"kurir_remade_{worker_id}")
    url = url_of(f"kurir_remade_{worker_id}")

    # Asked of the sequences themselves: a use case tries again when it met a number that was taken.
    assert await answered(url, "SELECT max(number) FROM task") == [(1003,)]
    assert await answered(url, "SELECT nextval('task_number')") == [(1004,)]
    assert await answered(url, "SELECT count(*) FROM case_file") == [(2,)]
    assert await answered(url, "SELECT nextval('case_number')") == [(3,)]


async def test_without_any_migration_nothing_is_left_and_all_can_be_made_again(url: str) -> None:
    made = await catalog(url)

    assert await migrate(url, "zero") == STEPS[::-1]
    assert [
        name for _, name, _ in await catalog(url) if not name.startswith(("tortoise_mi", "uid_tortoise_mi"))
    ] == []
    assert await migrate(url) == STEPS

    assert await catalog(url) == made
    assert await contents(url) == []


async def test_what_is_pending_is_told_in_order(journey: Journey) -> None:
    assert journey.pending_below == STEPS[1:]
    assert await pending(url_of(journey.database)) == []


async def test_in_a_database_that_was_never_migrated_everything_is_pending(worker_id: str) -> None:
    database = f"kurir_new_{worker_id}"
    await copy_database("template1", database)

    assert await pending(url_of(database)) == STEPS


@pytest.mark.usefixtures("db")
async def test_the_models_ask_for_no_further_migration() -> None:
    missing = await MigrationAutodetector(Tortoise.apps, {APP: MODELS.to_dict()}).changes()
    assert [migration.as_string() for migration in missing] == []
