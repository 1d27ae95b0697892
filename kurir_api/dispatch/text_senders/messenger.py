"""Facebook Messenger, through Meta's Graph API.

https://developers.facebook.com/docs/messenger-platform/send-messages: who wrote to the page may be answered for 24
hours. Later only tags for other purposes, or paid messages, would reach them, so such a message fails, and its author
is told.
"""

import httpx

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_senders import HttpTextSender, TextMessage, TextSender
from kurir_api.dispatch.text_senders.whatsapp import GRAPH, delivery_of
from kurir_api.settings import Settings

CHANNEL = "messenger"
"""As `intake` calls it."""

TOO_LATE = "more than 24 hours since they wrote"
HOPELESS = frozenset(
    {
        100,  # invalid parameter, such as nobody of that id
        551,  # the person isn't available
    }
)
"""The error codes that are the message's or the receiver's own fault,
https://developers.facebook.com/docs/graph-api/reference/page/messages.
"""


def create(settings: Settings) -> TextSender:
    """A sender for the page of KURIR_MESSENGER_PAGE_TOKEN."""
    client = httpx.AsyncClient(
        base_url=f"{GRAPH}/{settings.whatsapp_api_version}/",
        headers={"Authorization": f"Bearer {settings.messenger_page_token.get_secret_value()}"},
    )
    return MessengerSender(client, ask, read)


def is_set_up(settings: Settings) -> bool:
    """See `TextSenderModule.is_set_up`."""
    return bool(settings.messenger_page_token.get_secret_value())


class MessengerSender(HttpTextSender):
    """Only answers."""

    async def _send_one(self, message: TextMessage) -> Delivery:
        if message.answers != CHANNEL:
            return Delivery(Outcome.FAILED, TOO_LATE)
        return await super()._send_one(message)


async def ask(client: httpx.AsyncClient, message: TextMessage) -> httpx.Response:
    """Hand the message over; the receiver's id is the one by which this page knows them."""
    body = {"recipient": {"id": message.phone}, "messaging_type": "RESPONSE", "message": {"text": message.text}}
    return await client.post("me/messages", json=body)


def read(response: httpx.Response) -> Delivery:
    """What the answer means."""
    return delivery_of(response, "message_id", HOPELESS)
