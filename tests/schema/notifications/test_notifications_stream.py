"""The subscription myNotifications: the caller's inbox as it fills."""

from kurir_api.models import Role
from tests.api import Api
from tests.factories import make_claim, make_member, make_notification, make_task
from tests.ids import id_of

STREAM = "subscription { myNotifications { kind title task { number } } }"


async def test_one_hears_what_one_is_told_in_ones_own_language(api: Api) -> None:
    emma, kus = await make_member(locale="en"), await make_member(role=Role.COORDINATOR)
    claim = await make_claim(await make_task(number=4821), emma)
    async with api.subscribed(emma, STREAM) as stream:
        await api.do(kus, "revokeClaim", claimId=id_of(claim), note="Ambulans rusak")

        event = await stream.event()

    assert event["myNotifications"] == {
        "kind": "CLAIM_REVOKED",
        "title": "Task taken back: Ambulance run",
        "task": {"number": 4821},
    }


async def test_others_notifications_and_silent_ones_are_not_heard(api: Api) -> None:
    sri = await make_member()
    async with api.subscribed(sri, STREAM) as stream:
        await make_notification(await make_member(), kind="TASK_CANCELLED")
        await make_notification(sri, kind="TASK_TAKEN", silent=True)
        await make_notification(sri, kind="TASK_VERIFIED")

        event = await stream.event()

    assert event["myNotifications"]["kind"] == "TASK_VERIFIED"
