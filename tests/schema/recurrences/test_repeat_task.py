"""repeatTask and endRecurrence through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kurir_api.models import Case, Member, Role
from tests.api import Api
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    add_membership,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_recurrence,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
)

RECURRENCE = """recurrence {
  rule startsAt minutes urgency slots title instructions endedAt kind { code } case { number } destination { name }
  createdBy { name }
} next"""
TASK = "query ($id: ID!) { task(id: $id) { recurrence { rule } familyWord familySaidAt waitingSince } }"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(hour=23, minute=0, second=0, microsecond=0)


async def officer() -> Member:
    return await make_member("Sri", role=Role.DESK_OFFICER)


def dialysis(case: Case, **values: Any) -> dict[str, Any]:
    given = {"kind": "AMBULANCE_RUN", "rule": "FREQ=DAILY", "startsAt": TOMORROW.isoformat(), "minutes": 360}
    return {"caseId": id_of(case)} | given | values


@reaches("RecurrenceSuccess", "repeatTask")
async def test_the_desk_reads_the_rule_and_its_next_five_times(api: Api) -> None:
    case, hospital = await make_case(number="3302-2026-0042"), await make_facility("RSUD Margono")
    values = dialysis(case, title="Cuci darah", slots=2, destinationId=id_of(hospital))

    answer = await done(api, await officer(), "repeatTask", RECURRENCE, **values)

    assert answer["recurrence"] == {
        "rule": "FREQ=DAILY",
        "startsAt": TOMORROW.isoformat(),
        "minutes": 360,
        "urgency": "URGENT",
        "slots": 2,
        "title": "Cuci darah",
        "instructions": None,
        "endedAt": None,
        "kind": {"code": "AMBULANCE_RUN"},
        "case": {"number": "3302-2026-0042"},
        "destination": {"name": "RSUD Margono"},
        "createdBy": {"name": "Sri"},
    }
    assert answer["next"] == [(TOMORROW + timedelta(days=n)).isoformat() for n in range(5)]


@reaches("RecurrenceSuccess", "endRecurrence")
async def test_an_ended_one_has_no_times_to_come(api: Api) -> None:
    recurrence = await make_recurrence()

    answer = await done(
        api, await officer(), "endRecurrence", "recurrence { endedAt } next", recurrenceId=id_of(recurrence)
    )

    assert answer["recurrence"]["endedAt"] is not None
    assert answer["next"] == []


@reaches("InvalidInput", "repeatTask")
async def test_a_rule_that_cannot_be_used_is_explained(api: Api) -> None:
    answer = await refused(
        api, await officer(), "repeatTask", **dialysis(await make_case(), rule="FREQ=DAILY;BYHOUR=6,18")
    )

    assert answer == invalid_input(
        (
            "rule",
            "Pakai FREQ=DAILY, WEEKLY atau MONTHLY dengan INTERVAL, BYDAY, BYMONTHDAY, COUNT atau UNTIL, "
            "misalnya FREQ=WEEKLY;BYDAY=MO,TH.",
            "Use FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL, "
            "such as FREQ=WEEKLY;BYDAY=MO,TH.",
        )
    )


@reaches("InvalidTransition", "repeatTask")
async def test_a_closed_case_gets_none(api: Api) -> None:
    case = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

    answer = await refused(api, await officer(), "repeatTask", **dialysis(case))

    assert answer == invalid_transition("CLOSED", "OPEN", "ON_HOLD")


@reaches("NotFound", "repeatTask", "endRecurrence")
async def test_another_regencys_is_not_found(api: Api) -> None:
    recurrence = await make_recurrence()
    elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    case = await recurrence.case
    assert await refused(api, elsewhere, "repeatTask", **dialysis(case)) == NOT_FOUND
    assert await refused(api, elsewhere, "endRecurrence", recurrenceId=id_of(recurrence)) == NOT_FOUND


@reaches("NotAllowed", "repeatTask", "endRecurrence")
async def test_volunteers_repeat_and_end_nothing(api: Api) -> None:
    recurrence, holder = await make_recurrence(), await make_member()
    case = await recurrence.case
    await make_claim(await make_task(case), holder)

    assert await refused(api, holder, "endRecurrence", recurrenceId=id_of(recurrence)) == NOT_ALLOWED
    await add_membership(holder, Role.DESK_OFFICER, OTHER_REGENCY)
    assert await refused(api, holder, "repeatTask", **dialysis(case)) == NOT_ALLOWED


@reaches("InvalidInput", "endRecurrence")
async def test_a_reason_too_long_is_refused(api: Api) -> None:
    recurrence = await make_recurrence()

    answer = await refused(api, await officer(), "endRecurrence", recurrenceId=id_of(recurrence), reason="x" * 2_001)

    assert answer == invalid_input(("reason", "Paling banyak 2000 karakter.", "At most 2000 characters."))


@reaches("IdempotencyKeyReused", "repeatTask", "endRecurrence")
async def test_the_same_key_for_something_else_is_refused(api: Api) -> None:
    caller, one = await officer(), await make_recurrence()
    case = await one.case
    await api.do(caller, "repeatTask", **dialysis(case, idempotencyKey="k1"))
    await api.do(caller, "endRecurrence", recurrenceId=id_of(one), idempotencyKey="k1")

    other = {"recurrenceId": id_of(one), "reason": "Pindah", "idempotencyKey": "k1"}
    assert await refused(api, caller, "repeatTask", **dialysis(case, slots=2, idempotencyKey="k1")) == KEY_REUSED
    assert await refused(api, caller, "endRecurrence", **other) == KEY_REUSED


async def test_a_task_tells_the_desk_its_rule_and_the_familys_word(api: Api) -> None:
    recurrence = await make_recurrence()
    task = await make_task(
        await recurrence.case, recurrence=recurrence, family_word="CAME", family_said_at=NOW, status="DONE"
    )

    callers = (await officer(), await make_member(role=Role.ADMIN))
    told = [(await api.data(caller, TASK, id=id_of(task)))["task"] for caller in callers]

    assert told == [
        {
            "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO,TH"},
            "familyWord": "CAME",
            "familySaidAt": NOW.isoformat(),
            "waitingSince": None,
        },
        {"recurrence": None, "familyWord": None, "familySaidAt": None, "waitingSince": None},
    ]
