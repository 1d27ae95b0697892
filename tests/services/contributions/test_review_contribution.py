"""A partner confirms or disputes lines."""

import asyncio

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import LedgerEntry, LineDecision, LineReview, Notification, Role, WorkEntry, new_id
from kurir_api.services.contributions.review_contribution import ReviewContribution, review_contribution
from tests.factories import OTHER_REGENCY, VILLAGE, make_member, make_organization, principal_for
from tests.services.contributions.scene import spent, worked
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def partner() -> tuple[Principal, WorkEntry, LedgerEntry]:
    """A reviewer of Lazis, a task that was done for it, and a cost."""
    lazis = await make_organization("Lazis Serayu")
    sri = await make_member("Sri")
    reviewer = await principal_for(Role.PARTNER_REVIEWER, organization=lazis)
    return reviewer, await worked(lazis, sri), (await spent(lazis, sri, 85_000))[0]


def confirmed(work: WorkEntry | None = None, cost: LedgerEntry | None = None) -> ReviewContribution:
    """These lines are right."""
    return ReviewContribution(
        work_entry_ids=(work.id,) if work else (),
        ledger_entry_ids=(cost.id,) if cost else (),
        decision=LineDecision.CONFIRMED,
    )


def disputed(
    *work: WorkEntry, note: str | None = "Bukan anggota kami.", key: str | None = None
) -> ReviewContribution:
    """These lines are wrong."""
    return ReviewContribution(
        work_entry_ids=tuple(one.id for one in work),
        decision=LineDecision.DISPUTED,
        note=note,
        idempotency_key=key,
    )


async def said() -> list[tuple[str, str | None, object]]:
    """What was said of which line."""
    reviews = await LineReview.all().order_by("id")
    return [(one.decision, one.note, one.work_entry_id or one.ledger_entry_id) for one in reviews]


async def test_lines_of_both_ledgers_are_confirmed_together() -> None:
    reviewer, work, cost = await partner()

    assert await review_contribution(reviewer, confirmed(work, cost)) == 2

    assert await said() == [("CONFIRMED", None, work.id), ("CONFIRMED", None, cost.id)]
    assert await Notification.all().count() == 0


async def test_the_last_word_holds() -> None:
    reviewer, work, _ = await partner()

    await review_contribution(reviewer, disputed(work))
    assert await said() == [("DISPUTED", "Bukan anggota kami.", work.id)]
    await review_contribution(reviewer, confirmed(work))

    assert await said() == [("CONFIRMED", None, work.id)]


async def test_of_a_dispute_the_coordinators_of_the_regency_are_told_once() -> None:
    reviewer, work, _ = await partner()
    another = await worked(await work.organization, await make_member())
    kus = await make_member("Kus", Role.COORDINATOR)
    await make_member("of a village", Role.COORDINATOR, VILLAGE)
    await make_member("of another regency", Role.COORDINATOR, OTHER_REGENCY)

    await review_contribution(reviewer, disputed(work, another, key="k1"))
    await review_contribution(reviewer, disputed(work, another, key="k1"))

    (told,) = await Notification.all()
    assert (told.member_id, told.kind, told.data["partner"]) == (kus.id, "CONTRIBUTION_DISPUTED", "Lazis Serayu")


async def test_two_reviewers_at_once_leave_one_word() -> None:
    reviewer, work, cost = await partner()
    other = await principal_for(Role.PARTNER_REVIEWER, organization=await work.organization)

    await asyncio.gather(*(review_contribution(one, confirmed(work, cost)) for one in [reviewer, other] * 5))

    assert [line for _, _, line in await said()] == [work.id, cost.id]


async def test_another_partners_line_is_not_found() -> None:
    _, work, _ = await partner()

    await refused(review_contribution(await principal_for(Role.PARTNER_REVIEWER), confirmed(work)), NotFound)


async def test_one_line_that_is_not_found_refuses_all() -> None:
    reviewer, work, _ = await partner()
    command = ReviewContribution(work_entry_ids=(work.id, new_id()), decision=LineDecision.CONFIRMED)

    await refused(review_contribution(reviewer, command), NotFound)


async def test_what_is_owed_is_no_line() -> None:
    reviewer, work, _ = await partner()
    _, owed = await spent(await work.organization, await make_member(), 1)

    await refused(review_contribution(reviewer, confirmed(cost=owed)), NotFound)


async def test_whoever_sees_the_line_without_reviewing_the_partner_may_not() -> None:
    _, work, _ = await partner()

    await refused(review_contribution(await principal_for(Role.COORDINATOR), confirmed(work)), NotAllowed)


async def test_nobody_reviews_the_own_work() -> None:
    lazis = await make_organization()
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)
    own = await worked(lazis, reviewer)

    await refused(review_contribution(await principal_of_member(reviewer.id), confirmed(own)), NotAllowed)


async def test_a_dispute_says_why() -> None:
    reviewer, work, _ = await partner()

    assert await problems(review_contribution(reviewer, disputed(work, note=" "))) == {"note": "Must not be empty."}


async def test_there_are_one_to_a_hundred_lines_and_a_note_that_fits() -> None:
    reviewer, _, _ = await partner()
    many = ReviewContribution(
        work_entry_ids=tuple(new_id() for _ in range(101)), decision=LineDecision.CONFIRMED, note="x" * 2_001
    )

    assert await problems(review_contribution(reviewer, confirmed())) == {"lineIds": "Choose 1 to 100 lines."}
    assert await problems(review_contribution(reviewer, many)) == {
        "lineIds": "Choose 1 to 100 lines.",
        "note": "At most 2000 characters.",
    }
