"""Firebase Cloud Messaging, for Android, iOS and the web.

firebase-admin makes and checks the messages and keeps the credential; the requests are our own. Its asynchronous
calls reach 0.4 of what its threads do, and its threads can't be given up: they sleep through Retry-After, and through
four tries more at every 500 and 503, while alerts wait (docs/decisions/0010-fcm-requests-of-our-own.md).
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from os import PathLike
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from uuid import uuid4

import aiohttp
import firebase_admin
import orjson
from firebase_admin import credentials as firebase_credentials
from firebase_admin import messaging
from google.auth.credentials import TokenState
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender, SenderConfig, retry_after
from kurir_api.models import global_id

ENDPOINT = "https://fcm.googleapis.com"
REFRESH_SECONDS = 10
MESSAGE_DEADLINE = timedelta(seconds=10)
IN_FLIGHT = 400
"""Messages, and so connections, at once. With a stand-in that takes 50 ms a process sends no more than with 200; the
rest is room for those that hang.
"""

LONGEST_TTL = timedelta(days=28)  # FCM refuses more
REASON_LENGTH = 200

# A Firebase installation id: 22 characters of base64url whose first four bits are 0111. Registration tokens
# are far longer.
INSTALLATION_ID = re.compile(r"[c-f][A-Za-z0-9_-]{21}")

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
OUTCOMES: Mapping[str, Outcome] = {
    "UNREGISTERED": Outcome.TOKEN_GONE,
    "SENDER_ID_MISMATCH": Outcome.TOKEN_GONE,
    "INVALID_ARGUMENT": Outcome.FAILED,
}
"""Whatever else FCM says is RETRY: a missing permission or a wrong project (403 and 404 as well) is for us to mend,
and must lose neither alerts nor devices.
"""


def create(config: SenderConfig) -> PushSender:
    """A sender for the project; ValueError when neither the config nor the credentials name one."""
    return FcmSender(config)


class FcmSender:
    """Sends each message by itself, `IN_FLIGHT` at a time, and gives each up after `deadline`.

    A message that hangs can't take the answers of the others with it. The longest that `send` takes is the deadline
    for every `IN_FLIGHT` messages begun, and the credential's refresh.
    """

    def __init__(
        self, config: SenderConfig, *, endpoint: str = ENDPOINT, deadline: timedelta = MESSAGE_DEADLINE
    ) -> None:
        credential = config.credentials
        if isinstance(credential, str | PathLike):
            credential = firebase_credentials.Certificate(credential)
        options = {"projectId": config.project_id} if config.project_id else {}
        self._app = firebase_admin.initialize_app(credential, options, name=f"kurir-push-{uuid4()}")
        if not self._app.project_id:
            firebase_admin.delete_app(self._app)
            raise ValueError("FCM needs a project: set the project id, or use a service account's key file")
        self._url = f"{endpoint}/v1/projects/{self._app.project_id}/messages:send"
        self._deadline = deadline.total_seconds()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._refresh: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        return list(await asyncio.gather(*(self._send_one(push) for push in pushes)))

    async def close(self) -> None:
        """See `PushSender.close`."""
        if self._closed:
            return
        self._closed = True
        if self._session is not None:
            await self._session.close()
        firebase_admin.delete_app(self._app)

    async def _send_one(self, push: Push) -> Delivery:
        async with self._slots:
            if self._closed:
                return Delivery(Outcome.RETRY, "the sender is closed")
            try:
                body = f'{{"message": {fcm_message(push, datetime.now(UTC))}}}'.encode()
                delivery, token = await self._ask(body)
                if delivery is None:  # the token isn't taken any more
                    delivery, _ = await self._ask(body, stale=token)
            except ValueError as error:  # the library found the message malformed, and it wasn't sent
                return Delivery(Outcome.FAILED, _reason(error))
            except GoogleAuthError as error:
                return Delivery(Outcome.RETRY, _reason(error))
            return delivery or Delivery(Outcome.RETRY, "UNAUTHENTICATED: FCM takes no credential of ours")

    async def _ask(self, body: bytes, stale: str | None = None) -> tuple[Delivery | None, str]:
        """What FCM says, None when it doesn't take the credential's token; and that token. Raises GoogleAuthError."""
        token, headers = await self._authorization(stale)
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._connections().post(self._url, data=body, headers=headers) as response,
            ):
                answer = await response.read()
        except TimeoutError:
            return Delivery(Outcome.RETRY, f"no answer within {self._deadline:g} s"), token
        except (aiohttp.ClientError, OSError) as error:
            return Delivery(Outcome.RETRY, type(error).__name__), token
        if response.status == 401:
            return None, token
        return delivery_of(response.status, answer, response.headers, datetime.now(UTC)), token

    async def _authorization(self, stale: str | None) -> tuple[str, dict[str, str]]:
        """The token and the headers with it; first refreshed when it is old, or is the `stale` one."""
        credential = self._app.credential.get_credential()
        if credential.token_state is not TokenState.FRESH or credential.token == stale:
            # In a thread, since it blocks; once for all who wait for it, and whether it succeeds or not.
            if self._refresh is None or self._refresh.done():
                request = partial(Request(), timeout=REFRESH_SECONDS)
                self._refresh = asyncio.create_task(asyncio.to_thread(credential.refresh, request))
            await asyncio.shield(self._refresh)
        # The second asks for errors with their details.
        headers = {"content-type": "application/json; charset=utf-8", "x-goog-api-format-version": "2"}
        credential.apply(headers)
        return credential.token, headers

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            # An office may reach Google through a proxy only. aiohttp would look for it at each request, in a thread.
            where = urlsplit(self._url)
            proxy = None if proxy_bypass(where.netloc) else getproxies().get(where.scheme)
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT), proxy=proxy)
        return self._session


def fcm_message(push: Push, now: datetime) -> messaging.Message:
    """The push as FCM's message, https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages.

    As text it is the JSON that FCM wants; ValueError then when it is malformed.
    """
    ttl = min(max(push.ttl, timedelta(0)), LONGEST_TTL)
    # FCM stops treating messages as urgent when they often show nothing, so a silent one never is.
    urgent = push.urgent and not push.silent
    message = messaging.Message(
        data={
            **push.data,
            "notificationId": global_id("Notification", push.notification_id),
            "collapseKey": push.collapse_key,
        },
        notification=None if push.silent else messaging.Notification(title=push.title, body=push.body),
        android=messaging.AndroidConfig(
            collapse_key=push.collapse_key,
            priority="high" if urgent else "normal",
            ttl=ttl,
            # The collapse key replaces what still waits at FCM, the tag what the phone already shows.
            notification=None if push.silent else messaging.AndroidNotification(tag=push.collapse_key),
        ),
        apns=messaging.APNSConfig(
            headers={
                "apns-collapse-id": push.collapse_key,
                "apns-expiration": str(int((now + ttl).timestamp())),
                "apns-priority": "10" if urgent else "5",
                "apns-push-type": "background" if push.silent else "alert",
            },
            payload=messaging.APNSPayload(
                messaging.Aps(content_available=True) if push.silent else messaging.Aps(sound="default")
            ),
        ),
    )
    # Apps register an installation id or, older ones, a registration token. Set afterwards: the constructor
    # warns that tokens are deprecated, and which of the two an app has is not ours to choose.
    if INSTALLATION_ID.fullmatch(push.token):
        message.fid = push.token
    else:
        message.token = push.token
    return message


def delivery_of(status: int, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
    """What FCM's answer means for the push, https://firebase.google.com/docs/cloud-messaging/error-codes."""
    answer = _json_object(body)
    if status == 200:
        return Delivery(Outcome.SENT) if answer.get("name") else _retry("FCM's answer names no message")
    error = answer.get("error")
    if not isinstance(error, dict):
        return replace(_retry(f"HTTP {status}"), retry_after=retry_after(headers.get("Retry-After"), now))
    details = error.get("details")
    codes = [
        detail.get("errorCode")
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict) and detail.get("@type") == FCM_ERROR
    ]
    code = str(next(iter(codes), None) or error.get("status") or f"HTTP {status}")
    delivery = Delivery(OUTCOMES.get(code, Outcome.RETRY), f"{code}: {error.get('message', '')}"[:REASON_LENGTH])
    if delivery.outcome is Outcome.RETRY:
        return replace(delivery, retry_after=retry_after(headers.get("Retry-After"), now))
    return delivery


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _retry(reason: str) -> Delivery:
    return Delivery(Outcome.RETRY, reason)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:REASON_LENGTH]
