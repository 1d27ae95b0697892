"""reviewContribution through the API."""

from kurir_api.models import LedgerEntry, Member, Role, WorkEntry
from tests.api import Api
from tests.factories import make_member, make_organization
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused
from tests.services.contributions.scene import spent, worked


async def partner() -> tuple[Member, WorkEntry, LedgerEntry]:
    """A reviewer, a task done for the partner, and a cost."""
    lazis, sri = await make_organization("Lazis Serayu"), await make_member("Sri")
    rini = await make_member("Rini", Role.PARTNER_REVIEWER, organization=lazis)
    return rini, await worked(lazis, sri, number=4821), (await spent(lazis, sri, 85_000, number=4822))[0]


@reaches("ReviewContributionSuccess", "reviewContribution")
async def test_the_answer_is_the_lines_with_what_was_said(api: Api) -> None:
    rini, work, cost = await partner()

    answer = await done(
        api,
        rini,
        "reviewContribution",
        "lines { id taskNumber decision note }",
        lineIds=[id_of(work), id_of(cost)],
        decision="DISPUTED",
        note=" Bukan anggota kami. ",
    )

    said = {"decision": "DISPUTED", "note": "Bukan anggota kami."}
    assert answer["lines"] == [
        {"id": id_of(cost), "taskNumber": 4822} | said,
        {"id": id_of(work), "taskNumber": 4821} | said,
    ]


@reaches("NotFound", "reviewContribution")
async def test_another_partners_line_and_no_line_are_not_found(api: Api) -> None:
    rini, work, _ = await partner()
    stranger = await make_member(role=Role.PARTNER_REVIEWER)

    for caller, line in ((stranger, id_of(work)), (rini, id_of(rini)), (rini, "no id")):
        answer = await refused(api, caller, "reviewContribution", lineIds=[line], decision="CONFIRMED")
        assert answer == NOT_FOUND


@reaches("NotAllowed", "reviewContribution")
async def test_nobody_reviews_the_own_work(api: Api) -> None:
    rini, work, _ = await partner()
    own = await worked(await work.organization, rini)

    answer = await refused(api, rini, "reviewContribution", lineIds=[id_of(own)], decision="CONFIRMED")

    assert answer == NOT_ALLOWED


@reaches("InvalidInput", "reviewContribution")
async def test_a_dispute_says_why(api: Api) -> None:
    rini, work, _ = await partner()

    answer = await refused(api, rini, "reviewContribution", lineIds=[id_of(work)], decision="DISPUTED")

    assert answer == invalid_input(("note", "Harus diisi.", "Must not be empty."))


@reaches("IdempotencyKeyReused", "reviewContribution")
async def test_the_same_key_with_another_decision_is_refused(api: Api) -> None:
    rini, work, _ = await partner()
    lines = {"lineIds": [id_of(work)], "idempotencyKey": "k1"}
    await api.do(rini, "reviewContribution", decision="CONFIRMED", **lines)

    answer = await refused(api, rini, "reviewContribution", decision="DISPUTED", note="Salah", **lines)

    assert answer == KEY_REUSED
