"""Assessments and their forms through the API."""

from typing import Any

import pytest

from kurir_api.models import Member, Role, Task
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    ANSWERS,
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
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
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused

ASSESSMENT = """assessment {
  task { number } kind { code } version answers filledBy { name } has { code } needs { code } referredAt
  referrals { number }
}"""


async def officer() -> Member:
    return await make_member(role=Role.DESK_OFFICER)


async def visit() -> tuple[Member, Task]:
    """A visitor, and the visit."""
    task, visitor = await make_task(kind="OUTREACH_VISIT", number=4711), await make_member("Tari")
    await make_claim(task, visitor)
    return visitor, task


def answered(task: Task, **values: Any) -> dict[str, Any]:
    """An input that can be used."""
    return {"taskId": id_of(task), "version": 1, "answers": ANSWERS} | values


async def test_a_form_is_a_schema_with_words_and_old_versions_stay(api: Api) -> None:
    document = """query ($version: Int) {
        assessmentForm(kind: "OUTREACH_VISIT", version: $version) { kind { code name } version versions schema }
        none: assessmentForm(kind: "AMBULANCE_RUN") { version }
    }"""
    caller = await make_member(locale="en")

    newest = await api.data(caller, document)
    first = (await api.data(caller, document, version=1))["assessmentForm"]

    assert newest["none"] is None
    assert newest["assessmentForm"]["version"] == max(newest["assessmentForm"]["versions"])
    assert first["kind"] == {"code": "OUTREACH_VISIT", "name": "Outreach visit"}
    assert first["schema"]["properties"]["household_size"]["x-words"]["id"].startswith("Berapa orang")


@reaches("AssessmentSuccess", "submitAssessment")
async def test_a_visitor_submits_what_the_household_has_and_needs(api: Api) -> None:
    visitor, task = await visit()
    for code in ("KIS_PBI", "PKH"):
        await make_programme(code)

    answer = await done(api, visitor, "submitAssessment", ASSESSMENT, **answered(task))

    assert answer["assessment"] == {
        "task": {"number": 4711},
        "kind": {"code": "OUTREACH_VISIT"},
        "version": 1,
        "answers": ANSWERS,
        "filledBy": {"name": "Tari"},
        "has": [{"code": "PKH"}],
        "needs": [{"code": "KIS_PBI"}],
        "referredAt": None,
        "referrals": [],
    }


@reaches("NotFound", "submitAssessment")
async def test_another_regencys_visit_is_not_found(api: Api) -> None:
    _, task = await visit()
    caller = await make_member(region=OTHER_REGENCY)
    assert await refused(api, caller, "submitAssessment", **answered(task)) == NOT_FOUND


@reaches("NotAllowed", "submitAssessment")
async def test_who_doesnt_hold_the_visit_may_not_submit(api: Api) -> None:
    _, task = await visit()
    assert await refused(api, await make_member(), "submitAssessment", **answered(task)) == NOT_ALLOWED


@reaches("InvalidInput", "submitAssessment")
async def test_answers_that_dont_fit_are_named_by_their_questions(api: Api) -> None:
    visitor, task = await visit()

    answer = await refused(
        api, visitor, "submitAssessment", **answered(task, answers=ANSWERS | {"household_size": 0})
    )
    listed = await refused(api, visitor, "submitAssessment", **answered(task, answers=[]))

    assert answer == invalid_input(
        (
            "answers.household_size",
            "Berapa orang yang tinggal serumah, termasuk pasien? Paling sedikit 1.",
            "How many people live in the household, the patient included? At least 1.",
        )
    )
    assert listed == invalid_input(("answers", "Isi bagian-bagiannya.", "Fill in its parts."))


@reaches("IdempotencyKeyReused", "submitAssessment")
async def test_a_key_of_other_answers_is_refused(api: Api) -> None:
    visitor, task = await visit()
    await api.do(visitor, "submitAssessment", **answered(task, idempotencyKey="k"))
    other = answered(task, answers=ANSWERS | {"notes": "Lain"}, idempotencyKey="k")
    assert await refused(api, visitor, "submitAssessment", **other) == KEY_REUSED


@pytest.mark.parametrize(
    "answers",
    [{"notes": "a\0b"}, {"household_size": 2**53}, list(range(2_001)), [[[[[[[[[[[1]]]]]]]]]]]],
    ids=["nul", "a number too large", "too much", "too deep"],
)
async def test_json_that_cant_be_kept_is_refused_before_anything_else(api: Api, answers: Any) -> None:
    document = "mutation ($input: SubmitAssessmentInput!) { submitAssessment(input: $input) { __typename } }"
    values = {"taskId": "no id", "version": 1, "answers": answers}

    errors = await api.errors(await make_member(), document, input=values)

    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]


@reaches("ReferNeedsSuccess", "referNeeds")
async def test_the_desk_refers_what_is_needed_and_hears_what_was_left_out(api: Api) -> None:
    caller = await make_member(role=Role.DESK_OFFICER, locale="en")
    insurance, aid = await make_programme("KIS_PBI"), await make_programme("BAZNAS_AID")
    assessment = await make_assessment(answers=ANSWERS | {"programmes_needed": [insurance.code, aid.code]})
    live = await make_referral(insurance, await assessment.patient)

    answer = await done(
        api,
        caller,
        "referNeeds",
        "referrals { programme { code } } warnings assessment { referredAt referrals { programme { code } } }",
        assessmentId=id_of(assessment),
        consent=True,
    )

    assert answer["referrals"] == [{"programme": {"code": "BAZNAS_AID"}}]
    assert answer["warnings"] == [f"KIS_PBI: already referred, No. {live.number}."]
    assert answer["assessment"]["referredAt"] is not None
    assert [one["programme"]["code"] for one in answer["assessment"]["referrals"]] == ["BAZNAS_AID", "KIS_PBI"]


@reaches("NotFound", "referNeeds")
async def test_another_desks_assessment_is_not_found(api: Api) -> None:
    case = await make_case(await make_patient(region=OTHER_VILLAGE))
    assessment = await make_assessment(await make_task(case, kind="OUTREACH_VISIT"))
    given = {"assessmentId": id_of(assessment), "consent": True}
    assert await refused(api, await officer(), "referNeeds", **given) == NOT_FOUND


@reaches("NotAllowed", "referNeeds")
async def test_a_coordinator_elsewhere_who_made_the_visit_may_not_refer(api: Api) -> None:
    visitor, task = (
        await make_member(role=Role.COORDINATOR, region="33.02.24"),
        await make_task(kind="OUTREACH_VISIT"),
    )
    await make_claim(task, visitor)
    assessment = await make_assessment(task, filled_by=visitor)
    given = {"assessmentId": id_of(assessment), "consent": True}
    assert await refused(api, visitor, "referNeeds", **given) == NOT_ALLOWED


@reaches("InvalidInput", "referNeeds")
async def test_without_consent_somebody_says_why(api: Api) -> None:
    assessment = await make_assessment()
    await make_programme("KIS_PBI")
    given = {"assessmentId": id_of(assessment), "consent": False}
    assert await refused(api, await officer(), "referNeeds", **given) == invalid_input(
        ("consentNote", "Harus diisi.", "Must not be empty.")
    )


@reaches("IdempotencyKeyReused", "referNeeds")
async def test_a_key_of_other_needs_is_refused(api: Api) -> None:
    assessment, caller = await make_assessment(), await officer()
    await make_programme("KIS_PBI")
    given = {"assessmentId": id_of(assessment), "consent": True, "idempotencyKey": "k"}
    await api.do(caller, "referNeeds", **given)
    assert await refused(api, caller, "referNeeds", **given | {"programmes": ["KIS_PBI"]}) == KEY_REUSED


async def test_the_desk_lists_what_is_yet_to_be_referred_in_a_region(api: Api) -> None:
    await make_programme("KIS_PBI")
    for number in (1, 2, 3):
        referred_at = NOW if number == 3 else None
        await make_assessment(await make_task(kind="OUTREACH_VISIT", number=number), referred_at=referred_at)
    elsewhere = await make_case(await make_patient(region="33.02.24.1003"))
    await make_assessment(await make_task(elsewhere, kind="OUTREACH_VISIT", number=4))
    abroad = await make_case(await make_patient(region=OTHER_VILLAGE))
    await make_assessment(await make_task(abroad, kind="OUTREACH_VISIT", number=5))
    fields = "task { number } needs { code } has { code } filledBy { name } referrals { number }"
    document = f"""query ($referred: Boolean, $region: String) {{
        assessments(referred: $referred, region: $region) {{ edges {{ node {{ {fields} }} }} }}
    }}"""
    caller = await officer()

    async def numbers(**arguments: Any) -> list[int]:
        page = (await api.data(caller, document, **arguments))["assessments"]
        return [edge["node"]["task"]["number"] for edge in page["edges"]]

    assert await numbers() == [4, 3, 2, 1]
    assert await numbers(referred=False) == [4, 2, 1]
    assert await numbers(referred=True) == [3]
    with Statements() as few:
        assert await numbers(region="33.02.24") == [4]
    with Statements() as many:
        await numbers()
    assert len(few) == len(many)
