"""correctWork through the API."""

from kurir_api.models import Member, Role, WorkEntry
from tests.api import Api
from tests.factories import OTHER_REGENCY, add_membership, make_member, make_organization
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused
from tests.services.contributions.scene import worked


async def line() -> tuple[Member, WorkEntry]:
    """A coordinator, and 90 minutes of work."""
    return await make_member("Kus", Role.COORDINATOR), await worked(
        await make_organization(), await make_member("Sri")
    )


@reaches("CorrectWorkSuccess", "correctWork")
async def test_the_answer_is_the_line_that_holds_now(api: Api) -> None:
    kus, old = await line()

    answer = await done(
        api,
        kus,
        "correctWork",
        "line { bookedOn minutes distanceM member { name } correction decision }",
        lineId=id_of(old),
        minutes=60,
        reason="Salah jam",
    )

    assert answer["line"] == {
        "bookedOn": "2026-11-23",
        "minutes": 60,
        "distanceM": 12_000,
        "member": {"name": "Sri"},
        "correction": True,
        "decision": None,
    }


@reaches("NotFound", "correctWork")
async def test_another_regencys_line_is_not_found(api: Api) -> None:
    _, old = await line()
    other = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await refused(api, other, "correctWork", lineId=id_of(old), minutes=60, reason="Salah jam") == NOT_FOUND


@reaches("NotAllowed", "correctWork")
async def test_nobody_corrects_the_own_work(api: Api) -> None:
    kus = await make_member()
    await add_membership(kus, Role.COORDINATOR)
    own = await worked(await make_organization(), kus)

    assert await refused(api, kus, "correctWork", lineId=id_of(own), minutes=60, reason="Salah jam") == NOT_ALLOWED


@reaches("InvalidInput", "correctWork")
async def test_a_line_that_was_corrected_stays_so(api: Api) -> None:
    kus, old = await line()
    await api.do(kus, "correctWork", lineId=id_of(old), minutes=60, reason="Salah jam")

    assert await refused(api, kus, "correctWork", lineId=id_of(old), minutes=30, reason="Lagi") == invalid_input(
        (
            "lineId",
            "Baris ini sudah dikoreksi; koreksi baris penggantinya.",
            "This line was corrected already; correct the one that replaced it.",
        )
    )


@reaches("IdempotencyKeyReused", "correctWork")
async def test_the_same_key_with_other_minutes_is_refused(api: Api) -> None:
    kus, old = await line()
    said = {"lineId": id_of(old), "reason": "Salah jam", "idempotencyKey": "k1"}
    await api.do(kus, "correctWork", minutes=60, **said)

    assert await refused(api, kus, "correctWork", minutes=30, **said) == KEY_REUSED
