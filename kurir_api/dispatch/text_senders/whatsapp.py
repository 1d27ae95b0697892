"""WhatsApp, through Meta's Cloud API.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages. A business may begin with a template
only; it may answer in its own words for 24 hours. Ours has one text parameter in its body, which takes the whole
line, and exists in Indonesian ("id") and English ("en") under one name.
"""

import re

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
    }
)
"""The error codes that are the message's or the number's own fault,
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes. What else there is (limits, a lapsed
token, a paused template, an outage) passes, or is ours to mend.
"""


def create(settings: Settings) -> TextSender:
    """A sender from KURIR_WHATSAPP_PHONE_NUMBER_ID."""
    template = settings.whatsapp_template or ""
    client = httpx.AsyncClient(
        base_url=f"{GRAPH}/{settings.whatsapp_api_version}/{settings.whatsapp_phone_number_id}/",
        headers={"Authorization": f"Bearer {settings.whatsapp_token.get_secret_value()}"},
    )

    async def ask(client: httpx.AsyncClient, message: TextMessage) -> httpx.Response:
        return await client.post("messages", json=request_body(message, template))

    return HttpTextSender(client, ask, read)


def request_body(message: TextMessage, template: str) -> dict[str, object]:
    """The message as Meta wants it."""
    body: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.phone.removeprefix("+"),
    }
    if message.answers == CHANNEL:
        return body | {"type": "text", "text": {"body": message.text}}
    parameters = [{"type": "text", "text": message.text}]
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
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.is_success:
        if isinstance(answer, dict) and answer.get("messages"):
            return Delivery(Outcome.SENT)
        return refusal(response, Outcome.RETRY, "the answer names no message")
    error = answer.get("error") if isinstance(answer, dict) else None
    code = _number(error.get("code")) if isinstance(error, dict) else None
    # Meta's messages repeat what they complain of, so only the code is kept.
    reason = response.reason_phrase if code is None else f"error {code}"
    return refusal(response, Outcome.FAILED if code in HOPELESS else Outcome.RETRY, reason)


def _number(code: object) -> int | None:
    """The error's code, whether as a number or in quotes; what else stands there is none."""
    return int(code) if isinstance(code, int | str) and re.fullmatch(r"[0-9]{1,9}", str(code)) else None
