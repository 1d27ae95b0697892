"""SMSGate: an Android phone with a SIM card sends the SMS, asked over HTTP.

https://docs.sms-gate.app/features/sending-messages/, the same in local, private and cloud mode.
"""

import httpx

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_senders import HttpTextSender, TextMessage, TextSender, refusal
from kurir_api.settings import Settings

BEFORE_OTHERS = 100  # from this priority on, the phone's own limits and delays are passed by
USUAL = 0
SHORTEST_TTL_SECONDS = 5


def create(settings: Settings) -> TextSender:
    """A sender to KURIR_SMSGATE_URL."""
    client = httpx.AsyncClient(
        base_url=settings.smsgate_url or "",
        auth=(settings.smsgate_user or "", settings.smsgate_password.get_secret_value()),
    )
    return HttpTextSender(client, ask, read)


def is_set_up(settings: Settings) -> bool:
    """See `TextSenderModule.is_set_up`."""
    return all((settings.smsgate_url, settings.smsgate_user, settings.smsgate_password.get_secret_value()))


async def ask(client: httpx.AsyncClient, message: TextMessage) -> httpx.Response:
    """Hand the message over. Its id is ours, so that the same one twice is sent once."""
    body = {
        "id": str(message.notification_id),
        "textMessage": {"text": message.text},
        "phoneNumbers": [message.phone],
        "ttl": max(int(message.ttl.total_seconds()), SHORTEST_TTL_SECONDS),
        "priority": BEFORE_OTHERS if message.urgent else USUAL,
        "withDeliveryReport": False,
    }
    return await client.post("messages", json=body)


def read(response: httpx.Response) -> Delivery:
    """What the answer means. A wrong password or URL is ours to mend, and must lose nothing."""
    if response.is_success:
        return Delivery(Outcome.SENT)
    if response.status_code == httpx.codes.CONFLICT:  # "duplicate id": it was taken before
        return Delivery(Outcome.SENT)
    failed = response.status_code == httpx.codes.BAD_REQUEST
    return refusal(response, Outcome.FAILED if failed else Outcome.RETRY, response.reason_phrase)
