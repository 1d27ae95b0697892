"""What anybody reads of a patient through the API is in the log before it is answered."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.models import AccessEntry, Role, Sex
from tests.api import Api
from tests.conftest import Figures
from tests.counting import Statements
from tests.factories import (
    VILLAGE,
    make_assessment,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_programme,
    make_referral,
    make_task,
)
from tests.ids import id_of
from tests.services.accesses.logged import logged

PATIENT = (
    "name maskedNationalId maskedFamilyCard birthDate sex diagnosis phone address landmark location { latitude }"
)
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Patient {{ {PATIENT} }} }} }}"
ALL = ["address", "birthDate", "diagnosis", "familyCard", "landmark", "location", "nationalId", "phone", "sex"]


WHOLE = {
    "national_id": "3302230101600001",
    "family_card": "3302230101070001",
    "landmark": "utara mushala",
    "birth_date": date(1960, 1, 1),
    "sex": Sex.FEMALE,
}


async def test_a_coordinator_who_reads_all_of_a_patient_leaves_one_row_that_names_it(api: Api) -> None:
    patient = await make_patient(**WHOLE)
    coordinator = await make_member(role=Role.COORDINATOR)

    found = await api.data(coordinator, NODE, id=id_of(patient))

    assert found["node"]["phone"] == "+6281234567890"
    (row,) = await AccessEntry.all()
    assert (row.patient_id, row.member_id, row.action, row.field_names, row.reason, row.ground) == (
        patient.id,
        coordinator.id,
        "READ",
        ALL,
        "node",
        None,
    )


async def test_a_holder_reads_by_the_claim_and_only_what_was_answered_is_logged(api: Api) -> None:
    case = await make_case(await make_patient(landmark="utara mushala"))
    holder = await make_member()
    task = await make_task(case, kind="AMBULANCE_RUN", instructions="Bawa kursi roda")
    claim = await make_claim(task, holder)
    await make_claim(await make_task(case, kind="WAITING_COST"), await make_member())

    read = "instructions address location { latitude } case { patient { phone } }"
    document = f"query ($id: ID!) {{ task(id: $id) {{ {read} }} }}"
    await api.data(holder, document, id=id_of(task))
    outsider = await make_member()
    await api.data(outsider, document, id=id_of(task))

    (row,) = await AccessEntry.all()
    assert (row.member_id, row.ground) == (holder.id, f"claim:{claim.id}")
    assert row.field_names == ["address", "instructions", "location", "phone"]


async def test_an_officer_reads_by_the_referral(api: Api) -> None:
    agency_programme = await make_programme()
    referral = await make_referral(agency_programme)
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=await agency_programme.organization)

    await api.data(officer, "{ referrals { edges { node { patient { phone } } } } }")

    assert [(row.field_names, row.ground) for row in await AccessEntry.all()] == [
        (["phone"], f"referral:{referral.id}")
    ]


async def test_what_visits_found_out_is_the_patients_too(api: Api) -> None:
    assessment = await make_assessment()
    desk = await make_member(role=Role.DESK_OFFICER)

    document = "query ($id: ID!) { node(id: $id) { ... on Assessment { answers } } }"
    await api.data(desk, document, id=id_of(assessment))

    assert await logged(patient_id=assessment.patient_id) == [("READ", ["assessment"], "node")]


async def test_a_list_of_many_costs_no_more_statements_than_a_list_of_one(api: Api) -> None:
    coordinator = await make_member(role=Role.COORDINATOR)
    document = "{ cases(first: 20) { edges { node { patient { phone diagnosis } } } } }"
    counted = []
    for more in (1, 19):
        for _ in range(more):
            await make_case()
        with Statements() as statements:
            await api.data(coordinator, document)
        counted.append(len(statements))
        assert sum("access_" in sql for sql in statements.sent) == 2

    assert counted[0] == counted[1]
    assert await AccessEntry.all().count() == 1 + 20


async def test_without_a_log_nothing_is_answered(api: Api, figure: Figures) -> None:
    patient = await make_patient()
    coordinator = await make_member(role=Role.COORDINATOR)
    connection = get_connection("default")

    await connection.execute_script("ALTER TABLE access_log RENAME TO access_log_gone")
    try:
        answer = await api.post(coordinator, NODE, id=id_of(patient))
    finally:
        await connection.execute_script("ALTER TABLE access_log_gone RENAME TO access_log")

    assert answer.status_code == 500
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INTERNAL"]
    assert "+6281234567890" not in answer.text
    figure(
        "no read of a patient's sealed fields is answered unlogged", "withheld (500) when the log can't be written"
    )


async def test_registering_writes_down_what_was_written_in_the_same_transaction(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    await make_patient()
    details = {"name": "Sarwono", "region": VILLAGE, "consent": True, "phone": "0812-3456-7891"}

    done = await api.do(desk, "registerPatient", "patient { name }", patient=details, idempotencyKey="k")
    again = await api.do(desk, "registerPatient", "patient { name }", patient=details, idempotencyKey="k")
    refused = await api.do(desk, "registerPatient", patient={**details, "phone": "112"})

    assert (done, refused["__typename"]) == (again, "InvalidInput")
    assert done["__typename"] == "PatientSuccess"
    assert await logged() == [("WRITTEN", ["consent", "phone"], "registerPatient")]


async def test_each_event_of_a_subscription_is_logged_for_itself(api: Api) -> None:
    coordinator = await make_member(role=Role.COORDINATOR)
    task = await make_task(
        status="DRAFT",
        instructions="Bawa kursi roda",
        starts_at=datetime.now(UTC) + timedelta(hours=1),
        ends_at=datetime.now(UTC) + timedelta(hours=3),
    )

    async with api.subscribed(coordinator, "subscription { boardEvents { task { instructions } } }") as stream:
        done = await api.do(coordinator, "publishTask", taskId=id_of(task))
        ended = await api.do(coordinator, "cancelTask", taskId=id_of(task), reason="Tidak perlu lagi")
        assert (done["__typename"], ended["__typename"]) == ("TaskSuccess", "TaskSuccess")
        events = [await stream.event(), await stream.event()]

    assert [event["boardEvents"]["task"]["instructions"] for event in events] == ["Bawa kursi roda"] * 2
    assert await logged() == [("READ", ["instructions"], "boardEvents")] * 2


async def test_coordinators_read_who_looked_and_others_dont(api: Api) -> None:
    patient = await make_patient()
    coordinator, desk = (
        await make_member(role=Role.COORDINATOR, name="Kus"),
        await make_member(role=Role.DESK_OFFICER),
    )
    await api.data(coordinator, NODE, id=id_of(patient))
    document = """query ($id: ID!) { node(id: $id) { ... on Patient { accesses(first: 1) {
        edges { node { number action by fields reason ground member { name } } } pageInfo { hasNextPage } } } } }"""

    seen = await api.data(coordinator, document, id=id_of(patient))
    hidden = await api.data(desk, document, id=id_of(patient))

    fields = ["address", "diagnosis", "location", "phone"]
    assert seen["node"]["accesses"] == {
        "edges": [
            {
                "node": {
                    "number": 1,
                    "action": "READ",
                    "by": "MEMBER",
                    "fields": fields,
                    "reason": "node",
                    "ground": None,
                    "member": {"name": "Kus"},
                }
            }
        ],
        "pageInfo": {"hasNextPage": False},
    }
    assert hidden["node"]["accesses"]["edges"] == []


@pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.VOLUNTEER])
async def test_what_one_may_not_read_is_no_access(api: Api, role: Role) -> None:
    patient = await make_patient()

    document = "query ($id: ID!) { node(id: $id) { ... on Patient { phone address diagnosis } } }"
    await api.data(await make_member(role=role), document, id=id_of(patient))

    assert not await AccessEntry.exists()
