"""Deliveries of every channel, signed as its provider does."""

import hashlib
import hmac
import json
import time
from typing import Any

from tests.intake.conftest import APP_SECRET, PAGE_SECRET, SIGNING_KEY, WEBHOOK_KEY

SECRETS = {"whatsapp": APP_SECRET, "messenger": PAGE_SECRET, "smsgate": SIGNING_KEY, "webhook": WEBHOOK_KEY}


def body_of(delivery: Any) -> bytes:
    """As JSON."""
    return json.dumps(delivery).encode()


def signed(channel: str, body: bytes, at: float | None = None, key: str | None = None) -> dict[str, str]:
    """The headers under which the provider delivers that body."""
    secret = (key or SECRETS[channel]).encode()
    timestamp = str(int(time.time() if at is None else at))
    if channel in {"whatsapp", "messenger"}:
        return {"X-Hub-Signature-256": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"}
    if channel == "smsgate":
        signature = hmac.new(secret, body + timestamp.encode(), hashlib.sha256).hexdigest()
        return {"X-Signature": signature, "X-Timestamp": timestamp}
    signature = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Kurir-Timestamp": timestamp, "X-Kurir-Signature": signature}
