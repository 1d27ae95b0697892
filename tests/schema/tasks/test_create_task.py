"""createTask through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.models import CaseStatus, Member, Role
from tests.api import Api
from tests.factories import NOW, OTHER_REGENCY, make_case, make_claim, make_facility, make_member, make_task
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
    unknown,
)

TASK = """task {
  number status urgency phase title instructions slots openSlots startsAt endsAt
  kind { code } area { code } destination { name } location { latitude longitude } case { number }
}"""


async def officer(**values: Any) -> Member:
    return await make_member(role=Role.DESK_OFFICER, **values)


def in_hours(hours: int) -> datetime:
    return (datetime.now(UTC) + timedelta(hours=hours)).replace(microsecond=0)


@reaches("TaskSuccess", "createTask")
async def test_a_need_is_written_down_as_it_was_given_and_published_at_once(api: Api) -> None:
    case, hospital = (
        await make_case(number="3302-2026-0042", phase="IN_HOSPITAL"),
        await make_facility("RSUD Margono"),
    )
    starts_at, ends_at = in_hours(22), in_hours(26)

    answer = await done(
        api,
        await officer(),
        "createTask",
        TASK,
        caseId=id_of(case),
        kind="AMBULANCE_RUN",
        title=" Antar cuci darah ",
        instructions="Tunggu sampai selesai",
        urgency="EMERGENCY",
        startsAt=starts_at.isoformat(),
        endsAt=ends_at.isoformat(),
        slots=2,
        location={"latitude": -7.39, "longitude": 109.24},
        destinationId=id_of(hospital),
        publish=True,
    )

    assert answer["task"] == {
        "number": 1001,
        "status": "OPEN",
        "urgency": "EMERGENCY",
        "phase": "IN_HOSPITAL",
        "title": "Antar cuci darah",
        "instructions": "Tunggu sampai selesai",
        "slots": 2,
        "openSlots": 2,
        "startsAt": starts_at.isoformat(),
        "endsAt": ends_at.isoformat(),
        "kind": {"code": "AMBULANCE_RUN"},
        "area": {"code": "33.02.23.2004"},
        "destination": {"name": "RSUD Margono"},
        "location": {"latitude": -7.39, "longitude": 109.24},
        "case": {"number": "3302-2026-0042"},
    }


async def test_what_is_left_out_is_as_is_usual_for_the_kind(api: Api) -> None:
    case = await make_case()

    answer = await done(
        api,
        await officer(locale="en"),
        "createTask",
        "task { status title urgency slots location { latitude } startsAt endsAt }",
        caseId=id_of(case),
        kind="AMBULANCE_RUN",
    )

    times = [datetime.fromisoformat(answer["task"].pop(name)) for name in ("startsAt", "endsAt")]
    assert times[1] - times[0] == timedelta(hours=4)
    assert answer["task"] == {
        "status": "DRAFT",
        "title": "Ambulance run",
        "urgency": "URGENT",
        "slots": 1,
        "location": {"latitude": -7.3825},
    }


def need(case: object, **values: Any) -> dict[str, Any]:
    return {"caseId": id_of(case), "kind": "POST_CARE"} | values


@reaches("NotFound", "createTask")
async def test_a_case_of_another_regency_is_not_found(api: Api) -> None:
    assert (
        await refused(api, await officer(region=OTHER_REGENCY), "createTask", **need(await make_case())) == NOT_FOUND
    )


@reaches("NotAllowed", "createTask")
async def test_who_holds_a_task_of_a_case_adds_none_to_it(api: Api) -> None:
    case, volunteer = await make_case(), await make_member()
    await make_claim(await make_task(case), volunteer)

    assert await refused(api, volunteer, "createTask", **need(case)) == NOT_ALLOWED


@reaches("InvalidInput", "createTask")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    answer = await refused(
        api,
        await officer(),
        "createTask",
        **need(
            await make_case(),
            kind="FLYING",
            slots=51,
            title="x" * 121,
            instructions="x" * 2_001,
            startsAt=in_hours(5).isoformat(),
            endsAt=in_hours(5).isoformat(),
        ),
    )

    kinds = (
        "AMBULANCE_RUN, CIVIL_DOCUMENT, FOOD_DELIVERY, HEALTH_INSURANCE, OUTREACH_VISIT, POST_CARE, PSYCHOSOCIAL, "
        "SHELTER_STAY, WAITING_COST"
    )
    assert answer == invalid_input(
        ("kind", f"Pilih salah satu: {kinds}.", f"Choose one of: {kinds}."),
        ("slots", "Isi 1 sampai 50.", "Use 1 to 50."),
        ("title", "Paling banyak 120 karakter.", "At most 120 characters."),
        ("instructions", "Paling banyak 2000 karakter.", "At most 2000 characters."),
        ("endsAt", "Harus sesudah mulai.", "Must be after the start."),
    )


@pytest.mark.parametrize(
    ("startsAt", "endsAt", "problem"),
    [
        (-9, -8, ("endsAt", "Jendela waktunya sudah lewat.", "Its window has passed.")),
        (-999, None, ("startsAt", "Jendela waktunya sudah lewat.", "Its window has passed.")),
        (1, 746, ("endsAt", "Paling lama 31 hari sesudah mulai.", "At most 31 days after the start.")),
    ],
    ids=["over", "over after the kind's usual time", "longer than 31 days"],
)
async def test_the_window_must_be_one_in_which_somebody_can_come(
    api: Api,
    startsAt: int,  # noqa: N803 - the input's name
    endsAt: int | None,  # noqa: N803
    problem: tuple[str, str, str],
) -> None:
    window = {"startsAt": in_hours(startsAt).isoformat()}
    if endsAt is not None:
        window["endsAt"] = in_hours(endsAt).isoformat()

    answer = await refused(api, await officer(), "createTask", **need(await make_case(), **window))

    assert answer == invalid_input(problem)


async def test_a_destination_nobody_knows_names_its_field(api: Api) -> None:
    far = await make_facility(regency_code=OTHER_REGENCY)

    for destination in (id_of(far), "no id"):
        answer = await refused(
            api, await officer(), "createTask", **need(await make_case(), destinationId=destination)
        )
        assert answer == unknown("destinationId")


@reaches("InvalidTransition", "createTask")
async def test_a_closed_case_takes_no_task(api: Api) -> None:
    case = await make_case(status=CaseStatus.CLOSED, outcome="RECOVERED", closed_at=NOW)

    answer = await refused(api, await officer(), "createTask", **need(case))

    assert answer == invalid_transition("CLOSED", "OPEN", "ON_HOLD")


@reaches("IdempotencyKeyReused", "createTask")
async def test_the_same_key_for_another_kind_is_refused(api: Api) -> None:
    caller, case = await officer(), await make_case()
    await api.do(caller, "createTask", **need(case, idempotencyKey="k1"))

    answer = await refused(api, caller, "createTask", **need(case, kind="FOOD_DELIVERY", idempotencyKey="k1"))

    assert answer == KEY_REUSED
