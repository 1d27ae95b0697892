"""The desk refers what a household needs."""

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import NotAllowed, NotFound, Words
from kurir_api.models import Assessment, Case, Referral, Role
from kurir_api.services.assessments.refer_needs import ReferNeeds, ReferredNeeds, refer_needs
from tests.counting import Statements
from tests.factories import (
    ANSWERS,
    NOW,
    OTHER_REGENCY,
    make_assessment,
    make_claim,
    make_member,
    make_programme,
    make_task,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

NEEDS = ANSWERS | {"programmes_needed": ["KIS_PBI", "BAZNAS_AID", "PKH", "OLD"]}


@pytest.fixture
async def desk(db: None) -> Principal:
    """Of the regency, which has four programmes, one of which is no longer given."""
    for code in ("KIS_PBI", "BAZNAS_AID", "PKH"):
        await make_programme(code)
    await make_programme("OLD", active=False)
    return await principal_for(Role.DESK_OFFICER)


async def programmes_of(done: ReferredNeeds) -> list[str]:
    """The codes of the new referrals' programmes."""
    rows = Referral.filter(id__in=done.referral_ids).order_by("programme__code")
    return list(await rows.values_list("programme__code", flat=True))


async def test_everything_that_is_needed_and_active_and_not_had_is_referred(desk: Principal) -> None:
    assessment = await make_assessment(answers=NEEDS)

    done = await refer_needs(desk, ReferNeeds(assessment_id=assessment.id, consent=True))

    await assessment.refresh_from_db()
    referral = await Referral.filter(case_id=assessment.case_id).first()
    assert await programmes_of(done) == ["BAZNAS_AID", "KIS_PBI"]
    assert done.warnings == ()
    assert referral is not None
    assert (referral.patient_id, referral.sent_at) == (assessment.patient_id, assessment.referred_at)


async def test_only_what_the_desk_names_is_referred(desk: Principal) -> None:
    assessment = await make_assessment(answers=NEEDS)

    done = await refer_needs(desk, ReferNeeds(assessment_id=assessment.id, programmes=("PKH",), consent=True))

    assert await programmes_of(done) == ["PKH"]


async def test_what_has_a_live_referral_is_left_out_and_said(desk: Principal) -> None:
    assessment = await make_assessment(answers=NEEDS)
    first = await refer_needs(desk, ReferNeeds(assessment_id=assessment.id, programmes=("KIS_PBI",), consent=True))
    referred_at = (await Assessment.get()).referred_at
    number = (await Referral.get()).number

    done = await refer_needs(desk, ReferNeeds(assessment_id=assessment.id, consent=True))

    assert await programmes_of(done) == ["BAZNAS_AID"]
    assert done.warnings == (
        Words(id=f"KIS_PBI: sudah dirujuk, No. {number}.", en=f"KIS_PBI: already referred, No. {number}."),
    )
    assert (await Assessment.get()).referred_at == referred_at
    assert len(first.referral_ids) == 1


async def test_a_retry_refers_nothing_twice(desk: Principal) -> None:
    assessment = await make_assessment(answers=NEEDS)
    command = ReferNeeds(assessment_id=assessment.id, consent=False, consent_note="Tak sadar", idempotency_key="one")

    assert await refer_needs(desk, command) == await refer_needs(desk, command)
    assert await Referral.all().count() == 2


async def test_what_cant_be_referred_is_named_and_nothing_is(desk: Principal) -> None:
    assessment = await make_assessment(answers=ANSWERS | {"programmes_needed": []})

    none = ReferNeeds(assessment_id=assessment.id, consent=True)
    wrong = ReferNeeds(assessment_id=assessment.id, programmes=("KIS_PBI", "OLD", "NEW"), consent=False)
    assert await problems(refer_needs(desk, none)) == {
        "programmes": "No active programme is needed; name the programmes."
    }
    assert await problems(refer_needs(desk, wrong)) == {
        "consentNote": "Must not be empty.",
        "programmes.1": "Choose a programme that is active.",
        "programmes.2": "Choose a programme that is active.",
    }


async def test_from_a_closed_case_nothing_is_referred(desk: Principal) -> None:
    assessment = await make_assessment(answers=NEEDS)
    await Case.filter(id=assessment.case_id).update(status="CLOSED", closed_at=NOW, outcome="DIED")

    assert await problems(refer_needs(desk, ReferNeeds(assessment_id=assessment.id, consent=True))) == {
        "assessmentId": "The case is closed; open it again, or refer the patient without the case."
    }


async def test_a_further_programme_takes_six_statements(desk: Principal) -> None:
    counted = []
    for programmes in (("KIS_PBI",), ("BAZNAS_AID", "PKH")):
        assessment = await make_assessment(answers=NEEDS)
        with Statements() as statements:
            await refer_needs(desk, ReferNeeds(assessment_id=assessment.id, programmes=programmes, consent=True))
        counted.append(len(statements))

    assert counted[1] - counted[0] <= 6


async def test_the_visitor_may_not_refer_and_another_regency_finds_nothing(desk: Principal) -> None:
    claim = await make_claim(await make_task(kind="OUTREACH_VISIT"), await make_member())
    task = await claim.task
    assessment = await make_assessment(task, filled_by_id=claim.member_id)
    command = ReferNeeds(assessment_id=assessment.id, consent=True)
    visitor = await principal_of_member(claim.member_id)

    await refused(refer_needs(visitor, command), NotAllowed)
    await refused(refer_needs(await principal_for(Role.COORDINATOR, region=OTHER_REGENCY), command), NotFound)
