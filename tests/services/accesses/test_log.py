"""The log of accesses: chained, never rewritten, and told when it was."""

import asyncio

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.models import AccessAction, AccessBy, AccessEntry, AccessHead, Patient, Role
from kurir_api.services.accesses import Subject, accounted, note
from kurir_api.services.accesses.anchoring import tell_heads
from kurir_api.services.accesses.verify import Head, verify
from kurir_api.services.accesses.who import lines_of_accesses
from tests.conftest import Figures
from tests.counting import Statements
from tests.factories import NOW, OTHER_REGENCY, OTHER_VILLAGE, REGENCY, make_patient, principal_for

pytestmark = pytest.mark.usefixtures("db")

READ, WRITTEN = AccessAction.READ, AccessAction.WRITTEN


async def read_by(caller: Principal, *patients: Patient, reason: str = "case") -> None:
    """The caller reads the patients' phones, each in an operation of its own."""
    for patient in patients:
        async with accounted(reason):
            note(patient, READ, ("phone",), who=caller)


async def seven_rows() -> Patient:
    """A patient whose phone was read seven times."""
    patient = await make_patient()
    await read_by(await principal_for(Role.COORDINATOR), *[patient] * 7)
    return patient


async def faults(head: Head | None = None) -> list[str]:
    """What is wrong with Banyumas's log."""
    (log,) = await verify(REGENCY, head)
    return log.faults


async def by_force(*statements: str) -> None:
    """As somebody does who administers the database, without its triggers."""
    async with in_transaction() as connection:
        await connection.execute_script("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection.execute_script(statement)


async def test_an_operation_is_one_row_for_each_patient_with_all_its_fields() -> None:
    caller, one, other = await principal_for(Role.COORDINATOR), await make_patient(), await make_patient()

    async with accounted("cases", "node"):
        note(one, READ, ("phone",), who=caller, ground="claim:1")
        note(one, READ, ("address", "phone"), who=caller)
        note(other, READ, ("address",), who=caller)
        note(other, WRITTEN, ("consent",), who=AccessBy.COMMAND)

    rows = await AccessEntry.all().order_by("number")
    assert [
        (row.number, row.patient_id, row.member_id, row.by, row.action, row.field_names, row.reason, row.ground)
        for row in rows
    ] == [
        (1, one.id, caller.member_id, "MEMBER", "READ", ["address", "phone"], "cases,node", "claim:1"),
        (2, other.id, caller.member_id, "MEMBER", "READ", ["address"], "cases,node", None),
        (3, other.id, None, "COMMAND", "WRITTEN", ["consent"], "cases,node", None),
    ]


async def test_a_hundred_patients_cost_the_two_statements_that_one_costs(figure: Figures) -> None:
    caller = await principal_for(Role.COORDINATOR)
    patient = await make_patient()
    counted = []
    for many in (1, 100):
        with Statements() as statements:
            async with accounted("cases"):
                for _ in range(many):
                    note(Subject(Patient().id, REGENCY, withheld=False), READ, ("phone",), who=caller)
        counted.append(len(statements))
    with Statements() as none:
        async with accounted("cases"):
            pass

    assert (counted, len(none)) == ([2, 2], 0)
    assert await AccessEntry.exclude(patient_id=patient.id).count() == 101
    figure(
        "logging what is read costs the same for any number of patients", "2 statements for 1 and for 100 patients"
    )


async def test_what_was_done_in_vain_is_not_logged_and_nothing_is_read_unaccounted_for() -> None:
    caller, patient = await principal_for(Role.COORDINATOR), await make_patient()

    async def fail() -> None:
        async with accounted("case"):
            note(patient, READ, ("phone",), who=caller)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with pytest.raises(LookupError):
        note(patient, READ, ("phone",), who=caller)

    assert not await AccessEntry.exists()


async def test_within_a_transaction_the_log_is_its_last_lock_and_goes_with_it() -> None:
    caller, patient = await principal_for(Role.COORDINATOR), await make_patient()

    with Statements() as statements:
        async with in_transaction(), accounted("openCase", within=True):
            async with accounted("registerPatient", within=True):
                note(patient, WRITTEN, ("phone",), who=caller)
            await Patient.filter(id=patient.id).update(name="Sutinah binti Karto")

    assert ["access_" in sql for sql in statements.sent] == [False, True, True]
    assert [row.reason for row in await AccessEntry.all()] == ["registerPatient"]


async def test_many_at_once_make_one_chain_without_gaps_in_each_regency() -> None:
    here, there = await make_patient(), await make_patient(region=OTHER_VILLAGE)
    caller = await principal_for(Role.COORDINATOR)

    async def read_both() -> None:
        async with accounted("cases"):
            for patient in (there, here):
                note(patient, READ, ("phone",), who=caller)

    await asyncio.gather(*(read_both() for _ in range(20)))

    logs = await verify()
    assert [(log.regency, log.rows, log.head.number, log.faults) for log in logs] == [
        (REGENCY, 20, 20, []),
        (OTHER_REGENCY, 20, 20, []),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET field_names = '{}' WHERE number = 3",
        "DELETE FROM access_log WHERE number = 3",
        "TRUNCATE access_log",
    ],
)
async def test_the_database_lets_nobody_rewrite_it(statement: str) -> None:
    await seven_rows()

    with pytest.raises(IntegrityError) as refused:
        await get_connection("default").execute_query(statement)
    assert "access_log_never_rewritten" in str(refused.value.args[0].constraint_name)
    assert await faults() == []


SWAP = (
    "UPDATE access_log SET number = 99 WHERE number = 3",
    "UPDATE access_log SET number = 3 WHERE number = 5",
    "UPDATE access_log SET number = 5 WHERE number = 99",
)
PUT_IN = (
    "UPDATE access_log SET number = number + 100 WHERE number > 3",
    "UPDATE access_log SET number = number - 99 WHERE number > 100",
    "INSERT INTO access_log SELECT gen_random_uuid(), regency_code, 4, patient_id, member_id, by, action,"
    " field_names, reason, ground, at, digest FROM access_log WHERE number = 3",
    "UPDATE access_head SET number = 8",
)
ALTERED = "altered, put in or out of place"


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (("UPDATE access_log SET member_id = gen_random_uuid() WHERE number = 3",), [f"3 {ALTERED}"]),
        (("UPDATE access_log SET at = at - interval '1 day' WHERE number = 3",), [f"3 {ALTERED}"]),
        (("UPDATE access_log SET field_names = '{sex}' WHERE number = 3",), [f"3 {ALTERED}"]),
        (("DELETE FROM access_log WHERE number = 3",), ["3 missing"]),
        (("DELETE FROM access_log WHERE number IN (1, 2)",), ["1 to 2 missing"]),
        (SWAP, [f"3 {ALTERED}", f"4 {ALTERED}", f"5 {ALTERED}", f"6 {ALTERED}"]),
        (PUT_IN, [f"{number} {ALTERED}" for number in (4, 5, 6, 7, 8)]),
        (("DELETE FROM access_log WHERE number > 5",), ["the head says 7, the last row is 5"]),
        (("DELETE FROM access_head",), ["the head says nothing, the last row is 7"]),
        (("DELETE FROM access_log",), ["the head says 7, the last row is 0"]),
    ],
    ids=["who", "when", "fields", "taken out", "beginning", "swapped", "put in", "cut off", "no head", "emptied"],
)
async def test_whoever_rewrites_it_all_the_same_is_found_out(statements: tuple[str, ...], found: list[str]) -> None:
    await seven_rows()

    await by_force(*statements)

    assert await faults() == found


async def test_a_tail_that_was_cut_off_with_its_head_is_found_by_the_head_noted_elsewhere(figure: Figures) -> None:
    await seven_rows()
    (log,) = await verify(REGENCY)
    noted = Head.of(str(log.head))

    await by_force(
        "DELETE FROM access_log WHERE number > 5",
        "UPDATE access_head SET number = 5, digest = (SELECT digest FROM access_log WHERE number = 5)",
    )

    assert await faults() == []
    assert await faults(noted) == ["the noted head 7 is not in the log: rows were cut off"]
    figure(
        "kurir audit verify finds an altered or missing row",
        "all of 11 attacks past the triggers found, each row by its number",
    )


async def test_an_earlier_head_is_still_there_when_the_log_has_gone_on() -> None:
    patient = await seven_rows()
    (log,) = await verify(REGENCY)
    await read_by(await principal_for(Role.COORDINATOR), patient)

    assert await faults(log.head) == []


async def test_an_office_at_work_meanwhile_is_no_fault() -> None:
    patient, kus = await seven_rows(), await principal_for(Role.COORDINATOR)
    verified = asyncio.Event()

    async def work() -> None:
        while not verified.is_set():
            await read_by(kus, patient)

    async def look() -> list[list[str]]:
        found = [await faults() for _ in range(10)]
        verified.set()
        return found

    _, found = await asyncio.gather(work(), look())

    assert (found, await AccessEntry.all().count() > 7) == ([[]] * 10, True)


async def test_a_worker_tells_the_heads_for_a_log_outside_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    await seven_rows()
    head = await AccessHead.get(regency_code=REGENCY)

    assert await tell_heads(NOW) == 0

    assert f"{head.number}:{head.digest}" in capsys.readouterr().out


async def test_who_looked_at_a_patient_is_told_in_a_line_each_by_the_regencys_clock() -> None:
    patient = await make_patient()
    kus = await principal_for(Role.COORDINATOR, name="Kus Wardani")
    async with accounted("case"):
        note(patient, READ, ("phone", "address"), who=kus, ground="claim:7")
    async with accounted("family"):
        note(patient, READ, ("tasks",), who=AccessBy.FAMILY_LINK)

    first, second = await lines_of_accesses([patient])

    assert first[19:] == " WIB  Kus Wardani  READ  address, phone  case  (claim:7)"
    assert second[19:] == " WIB  the family's link  READ  tasks  family"
    later, told = await lines_of_accesses([patient], since=(await AccessEntry.get(number=2)).at)
    assert (later, told[19:]) == (second, " WIB  a command on the server  READ  accesses  audit who")
