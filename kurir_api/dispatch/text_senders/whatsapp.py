"""WhatsApp, through Meta's Cloud API.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages, and for who shows no number
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids.

A business may begin with a template only; it may answer in its own words for 24 hours. Ours has one text parameter in
its body, which takes the whole line, and exists in Indonesian ("id") and English ("en") under one name.
"""

import re
from collections.abc import Collection
from urllib.parse import quote

import httpx

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_senders import HttpTextSender, TextMessage, TextSender, refusal
from kurir_api.settings import Settings

GRAPH = "https://graph.facebook.com"
CHANNEL = "whatsapp"
"""As `intake` calls it."""

HOPELESS = frozenset(
    {
        100,  # invalid parameter
        131008,  # required parameter missing
        131009,  # parameter value not valid
        131021,  # to our own number
        131026,  # undeliverable: not on WhatsApp, or has blocked us
        131030,  # a test account may write to listed numbers only
        131047,  # more than 24 hours since their last message
        131051,  # unsupported message type
        131062,  # not to who shows no number
    }
)
"""The error codes that are the message's or the number's own fault,
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes. What else there is (limits, a lapsed
token, a paused template, an outage) passes, or is ours to mend.
"""


def create(settings: Settings) -> TextSender:
    """A sender from KURIR_WHATSAPP_PHONE_NUMBER_ID, or from the number that was written to."""
    template, number = settings.whatsapp_template or "", settings.whatsapp_phone_number_id or ""
    client = httpx.AsyncClient(
        base_url=f"{GRAPH}/{settings.whatsapp_api_version}/",
        headers={"Authorization": f"Bearer {settings.whatsapp_token.get_secret_value()}"},
    )

    async def ask(client: httpx.AsyncClient, message: TextMessage) -> httpx.Response:
        sender = quote(message.origin or number, safe="")
        return await client.post(f"{sender}/messages", json=request_body(message, template))

    return HttpTextSender(client, ask, read)


def is_set_up(settings: Settings) -> bool:
    """See `TextSenderModule.is_set_up`."""
    token = settings.whatsapp_token.get_secret_value()
    return all((settings.whatsapp_phone_number_id, token, settings.whatsapp_template))


def request_body(message: TextMessage, template: str) -> dict[str, object]:
    """The message as Meta wants it."""
    # What isn't a number would be taken for one in `to`, and lost without an error.
    to = {"to": message.phone[1:]} if message.phone.startswith("+") else {"recipient": message.phone}
    body: dict[str, object] = {"messaging_product": "whatsapp", "recipient_type": "individual", **to}
    if message.answers == CHANNEL:
        return body | {"type": "text", "text": {"body": message.text}}
    # A parameter with a line break, a tab or five spaces is refused.
    parameters = [{"type": "text", "text": " ".join(message.text.split())}]
    return body | {
        "type": "template",
        "template": {
            "name": template,
            "language": {"code": message.locale},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


def read(response: httpx.Response) -> Delivery:
    """What the answer means."""
    return delivery_of(response, "messages", HOPELESS)


def delivery_of(response: httpx.Response, names: str, hopeless: Collection[int]) -> Delivery:
    """What an answer of Meta's means, which names the message it took under `names`, or the error by its code."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.is_success:
        if isinstance(answer, dict) and answer.get(names):
            return Delivery(Outcome.SENT)
        return refusal(response, Outcome.RETRY, "the answer names no message")
    error = answer.get("error") if isinstance(answer, dict) else None
    code = _number(error.get("code")) if isinstance(error, dict) else None
    # Meta's messages repeat what they complain of, so only the code is kept.
    reason = response.reason_phrase if code is None else f"error {code}"
    return refusal(response, Outcome.FAILED if code in hopeless else Outcome.RETRY, reason)


def _number(code: object) -> int | None:
    """The error's code, whether as a number or in quotes; what else stands there is none."""
    return int(code) if isinstance(code, int | str) and re.fullmatch(r"[0-9]{1,9}", str(code)) else None
