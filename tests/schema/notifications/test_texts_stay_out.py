"""Text messages repeat what is in the inbox, or answer a text: the inbox and its subscription leave them out."""

from kurir_api.models import global_id
from tests.api import Api
from tests.factories import make_member, make_notification

INBOX = "{ myNotifications { edges { node { id } } } }"
STREAM = "subscription { myNotifications { id } }"


async def test_the_inbox_lists_pushes_only(api: Api) -> None:
    member = await make_member()
    text = await make_notification(member, channel="fallback")
    push = await make_notification(member)

    data = await api.data(member, INBOX)

    assert [edge["node"]["id"] for edge in data["myNotifications"]["edges"]] == [global_id("Notification", push.id)]
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await api.data(member, query, id=global_id("Notification", text.id)))["node"] is None


async def test_the_subscription_tells_of_pushes_only(api: Api) -> None:
    member = await make_member()

    async with api.subscribed(member, STREAM) as stream:
        await make_notification(member, channel="fallback")
        push = await make_notification(member)

        assert await stream.event() == {"myNotifications": {"id": global_id("Notification", push.id)}}
