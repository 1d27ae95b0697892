"""moveCase through the API."""

from typing import Any

import pytest

from kurir_api.models import Case, CaseStatus, Member, Role
from tests.api import Api
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    VILLAGE,
    add_membership,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    case_already_open,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
    unknown,
)

CASE = "case { status phase outcome careClass facility { name } } warnings"


async def officer() -> Member:
    return await make_member(role=Role.DESK_OFFICER)


async def closed_case(**values: Any) -> Case:
    return await make_case(status=CaseStatus.CLOSED, outcome="RECOVERED", closed_at=NOW, **values)


@reaches("CaseSuccess", "moveCase")
async def test_phase_facility_and_hold_change_together(api: Api) -> None:
    case, hospital = await make_case(), await make_facility("RSUD Margono")

    answer = await done(
        api,
        await officer(),
        "moveCase",
        CASE,
        caseId=id_of(case),
        phase="IN_HOSPITAL",
        facilityId=id_of(hospital),
        careClass=3,
        status="ON_HOLD",
    )

    assert answer["case"] == {
        "status": "ON_HOLD",
        "phase": "IN_HOSPITAL",
        "outcome": None,
        "careClass": 3,
        "facility": {"name": "RSUD Margono"},
    }
    assert answer["warnings"] == []


async def test_closing_keeps_the_outcome_and_opening_again_needs_a_reason(api: Api) -> None:
    caller, case = await officer(), await make_case()

    closed = await done(api, caller, "moveCase", CASE, caseId=id_of(case), status="CLOSED", outcome="RECOVERED")
    refused_again = await refused(api, caller, "moveCase", caseId=id_of(case), status="OPEN")
    opened = await api.do(caller, "moveCase", CASE, caseId=id_of(case), status="OPEN", reason="Kambuh")

    assert (closed["case"]["status"], closed["case"]["outcome"]) == ("CLOSED", "RECOVERED")
    assert refused_again == invalid_input(("reason", "Tulis alasannya.", "Say why."))
    assert (opened["case"]["status"], opened["case"]["outcome"]) == ("OPEN", None)


@reaches("CaseAlreadyOpen", "moveCase")
async def test_a_case_is_not_opened_again_beside_a_newer_one(api: Api) -> None:
    case = await closed_case()
    await make_case(await case.patient, number="3302-2026-0042")

    answer = await refused(api, await officer(), "moveCase", caseId=id_of(case), status="OPEN", reason="Kambuh")

    assert answer == case_already_open("3302-2026-0042")


@reaches("NotFound", "moveCase")
async def test_a_case_of_another_regency_is_not_found(api: Api) -> None:
    case = await make_case()
    elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await refused(api, elsewhere, "moveCase", caseId=id_of(case), status="ON_HOLD") == NOT_FOUND


@reaches("NotAllowed", "moveCase")
async def test_who_holds_a_task_of_a_case_sees_it_but_does_not_move_it(api: Api) -> None:
    case, volunteer = await make_case(), await make_member()
    await add_membership(volunteer, Role.DESK_OFFICER, OTHER_REGENCY)
    await make_claim(await make_task(case), volunteer)

    assert await refused(api, volunteer, "moveCase", caseId=id_of(case), status="ON_HOLD") == NOT_ALLOWED


@reaches("InvalidInput", "moveCase")
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {},
            (
                "status",
                "Isi setidaknya satu hal yang berubah, misalnya phase, status atau facilityId.",
                "Give at least one thing that changes, such as phase, status or facilityId.",
            ),
        ),
        (
            {"status": "CLOSED", "outcome": "GONE"},
            (
                "outcome",
                "Pilih salah satu: RECOVERED, ONGOING_CARE_HANDED_OVER, DIED, MOVED, WITHDRAWN, OTHER.",
                "Choose one of: RECOVERED, ONGOING_CARE_HANDED_OVER, DIED, MOVED, WITHDRAWN, OTHER.",
            ),
        ),
        (
            {"phase": "BEFORE_HOSPITAL"},
            (
                "reason",
                "Tulis alasan kembali ke tahap sebelumnya.",
                "Say why it goes back to an earlier phase.",
            ),
        ),
        (
            {"status": "ON_HOLD", "reason": "x" * 2_001},
            ("reason", "Paling banyak 2000 karakter.", "At most 2000 characters."),
        ),
    ],
    ids=["nothing to change", "no such outcome", "back without a reason", "too long a reason"],
)
async def test_what_cannot_be_used_names_its_field(
    api: Api, values: dict[str, Any], problem: tuple[str, str, str]
) -> None:
    case = await make_case(phase="IN_HOSPITAL")

    assert await refused(api, await officer(), "moveCase", caseId=id_of(case), **values) == invalid_input(problem)


async def test_a_facility_nobody_knows_names_its_field(api: Api) -> None:
    case = await make_case()

    answer = await refused(api, await officer(), "moveCase", caseId=id_of(case), facilityId=id_of(case))

    assert answer == unknown("facilityId")


async def test_a_case_with_live_tasks_is_not_closed_and_they_are_named(api: Api) -> None:
    case = await make_case()
    await make_task(case, number=4821)
    await make_task(case, number=4822, status="DRAFT")

    answer = await refused(api, await officer(), "moveCase", caseId=id_of(case), status="CLOSED", outcome="RECOVERED")

    assert answer == invalid_input(
        (
            "status",
            "Selesaikan, tarik atau batalkan dahulu tugas 4821.",
            "First complete, revoke or cancel these tasks: 4821.",
        )
    )


@reaches("InvalidTransition", "moveCase")
async def test_a_closed_case_is_not_put_on_hold(api: Api) -> None:
    case = await closed_case()

    answer = await refused(api, await officer(), "moveCase", caseId=id_of(case), status="ON_HOLD")

    assert answer == invalid_transition("CLOSED", "OPEN")


@reaches("IdempotencyKeyReused", "moveCase")
async def test_the_same_key_with_another_phase_is_refused(api: Api) -> None:
    caller, case = await officer(), await make_case()
    values = {"caseId": id_of(case), "idempotencyKey": "k1"}
    await api.do(caller, "moveCase", **values, phase="IN_HOSPITAL")

    assert await refused(api, caller, "moveCase", **values, phase="AFTER_HOSPITAL") == KEY_REUSED


async def test_a_village_desk_moves_its_villages_cases(api: Api) -> None:
    case = await make_case()
    village = await make_member(role=Role.DESK_OFFICER, region=VILLAGE)

    answer = await done(api, village, "moveCase", "case { phase }", caseId=id_of(case), phase="IN_HOSPITAL")

    assert answer["case"] == {"phase": "IN_HOSPITAL"}
