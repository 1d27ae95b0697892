"""What WhatsApp and Messenger share, https://developers.facebook.com/docs/graph-api/webhooks/getting-started."""

import hmac
from collections.abc import Mapping
from datetime import datetime

from kurir_api.intake.channels import is_signed

PREFIX = "sha256="


class Meta:
    """Signed with the app's secret, over the body. It has no time: a message that comes again is known by its id."""

    max_body = 3 * 1024 * 1024  # Meta's own limit for a batch
    explains = False

    def __init__(self, secret: bytes, verify_token: bytes) -> None:
        self._secret = secret
        self._verify_token = verify_token

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:  # noqa: ARG002
        """See `Channel.is_genuine`."""
        signature = headers.get("x-hub-signature-256", "")
        return signature.startswith(PREFIX) and is_signed(self._secret, body, signature.removeprefix(PREFIX))

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """See `Channel.challenge`."""
        given = query.get("hub.verify_token", "").encode("utf-8", "replace")
        known = bool(self._verify_token) and hmac.compare_digest(self._verify_token, given)
        return query.get("hub.challenge", "") if query.get("hub.mode") == "subscribe" and known else None
