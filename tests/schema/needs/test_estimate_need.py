"""estimateNeed through the API."""

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import (
    OTHER_VILLAGE,
    VILLAGE,
    make_case,
    make_claim,
    make_member,
    make_need,
    make_patient,
    make_pledge,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused, unknown

NEED = """need {
  caseId taskId kind { code } region { code } amount pledged remaining closedAt pledges { amount }
}"""


async def officer() -> Member:
    return await make_member(role=Role.DESK_OFFICER)


@reaches("NeedSuccess", "estimateNeed")
async def test_a_case_and_a_task_of_it_have_needs_of_their_own(api: Api) -> None:
    task, caller = await make_task(kind="WAITING_COST"), await officer()
    case = await task.case

    of_case = await done(api, caller, "estimateNeed", NEED, caseId=id_of(case), amount=750_000)
    of_task = await api.do(caller, "estimateNeed", NEED, caseId=id_of(case), taskId=id_of(task), amount=250_000)

    assert of_case["need"] == {
        "caseId": id_of(case),
        "taskId": None,
        "kind": None,
        "region": {"code": VILLAGE},
        "amount": 750_000,
        "pledged": 0,
        "remaining": 750_000,
        "closedAt": None,
        "pledges": [],
    }
    assert of_task["need"]["taskId"] == id_of(task)
    assert of_task["need"]["kind"] == {"code": "WAITING_COST"}
    assert of_task["need"]["remaining"] == 250_000


@reaches("NotFound", "estimateNeed")
async def test_another_desks_case_is_not_found(api: Api) -> None:
    case = await make_case(await make_patient(region=OTHER_VILLAGE))
    assert await refused(api, await officer(), "estimateNeed", caseId=id_of(case), amount=1) == NOT_FOUND


@reaches("NotAllowed", "estimateNeed")
async def test_a_coordinator_elsewhere_who_holds_a_task_may_not(api: Api) -> None:
    task = await make_task()
    holder = await make_member(role=Role.COORDINATOR, region="33.02.24")
    await make_claim(task, holder)
    assert await refused(api, holder, "estimateNeed", caseId=id_of(await task.case), amount=1) == NOT_ALLOWED


@reaches("InvalidInput", "estimateNeed")
async def test_below_what_is_pledged_is_refused(api: Api) -> None:
    need = await make_need()
    await make_pledge(need, amount=200_000)

    answer = await refused(api, await officer(), "estimateNeed", caseId=id_of(await need.case), amount=199_999)

    assert answer == invalid_input(
        (
            "amount",
            "Sudah dijanjikan Rp200.000; isi paling sedikit sebanyak itu.",
            "Rp 200,000 is pledged already; give at least as much.",
        )
    )


async def test_what_is_no_task_is_named(api: Api) -> None:
    case, caller = await make_case(), await officer()
    assert await refused(api, caller, "estimateNeed", caseId=id_of(case), taskId="x", amount=1) == unknown("taskId")


@reaches("IdempotencyKeyReused", "estimateNeed")
async def test_the_same_key_with_another_amount_is_refused(api: Api) -> None:
    case, caller = id_of(await make_case()), await officer()
    await api.do(caller, "estimateNeed", caseId=case, amount=1, idempotencyKey="k")
    assert await refused(api, caller, "estimateNeed", caseId=case, amount=2, idempotencyKey="k") == KEY_REUSED
