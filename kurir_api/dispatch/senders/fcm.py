"""Firebase Cloud Messaging, for Android, iOS and the web, through firebase-admin."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from os import PathLike
from uuid import uuid4

import firebase_admin
from firebase_admin import credentials as firebase_credentials
from firebase_admin import exceptions, messaging
from google.auth.credentials import TokenState
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender, SenderConfig
from kurir_api.models import global_id

HTTP_TIMEOUT_SECONDS = 10
# The library answers a 500 or 503 by trying four times more, which takes 7 s and can't be switched off;
# a message that has no answer by then is given up here, and tried again later by whoever sent it.
MESSAGE_DEADLINE = timedelta(seconds=12)
# As many as the connections httpx keeps alive, measured over TLS: 307 messages/s, with 10 in flight 168,
# with 50 126, since every further message opens a connection of its own.
IN_FLIGHT = 20
LONGEST_TTL = timedelta(days=28)  # FCM refuses more
REASON_LENGTH = 200

# A Firebase installation id: 22 characters of base64url whose first four bits are 0111. Registration tokens
# are far longer.
INSTALLATION_ID = re.compile(r"[c-f][A-Za-z0-9_-]{21}")

OUTCOMES: dict[type[exceptions.FirebaseError], Outcome] = {
    messaging.UnregisteredError: Outcome.TOKEN_GONE,
    messaging.SenderIdMismatchError: Outcome.TOKEN_GONE,
    exceptions.InvalidArgumentError: Outcome.FAILED,
}


def create(config: SenderConfig) -> PushSender:
    """A sender for the project; ValueError when neither the config nor the credentials name one."""
    return FcmSender(config)


class FcmSender:
    """Sends each message by itself, `IN_FLIGHT` at a time.

    One call of the library per message rather than one per batch: a message that hangs, or that the library
    keeps retrying, then can't take the answers of the others with it. The longest that `send` takes is
    `deadline` for every `IN_FLIGHT` messages begun, and the credential's refresh.
    """

    def __init__(self, config: SenderConfig, deadline: timedelta = MESSAGE_DEADLINE) -> None:
        credential = config.credentials
        if isinstance(credential, str | PathLike):
            credential = firebase_credentials.Certificate(credential)
        options: dict[str, object] = {"httpTimeout": HTTP_TIMEOUT_SECONDS}
        if config.project_id:
            options["projectId"] = config.project_id
        self._app = firebase_admin.initialize_app(credential, options, name=f"kurir-push-{uuid4()}")
        if not self._app.project_id:
            firebase_admin.delete_app(self._app)
            raise ValueError("FCM needs a project: set the project id, or use a service account's key file")
        self._deadline = deadline
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._refreshing = asyncio.Lock()
        self._closed = False

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        if not pushes:
            return []
        problem = await self._refresh_credential()
        if problem is not None:
            return [problem] * len(pushes)
        return list(await asyncio.gather(*(self._send_one(push) for push in pushes)))

    async def close(self) -> None:
        """See `PushSender.close`."""
        if self._closed:
            return
        self._closed = True
        # Deleting the app runs an event loop of its own, which a thread without one allows.
        await asyncio.to_thread(firebase_admin.delete_app, self._app)

    async def _refresh_credential(self) -> Delivery | None:
        """Refresh the credential in a thread if it needs it: the library would do it inside the event loop,
        for each message, and hold up everything else meanwhile."""
        async with self._refreshing:
            credential = self._app.credential.get_credential()
            if credential.token_state is TokenState.FRESH:
                return None
            request = partial(Request(), timeout=HTTP_TIMEOUT_SECONDS)
            try:
                await asyncio.to_thread(credential.refresh, request)
            except GoogleAuthError as error:
                return Delivery(Outcome.RETRY, _reason(error))
            return None

    async def _send_one(self, push: Push) -> Delivery:
        async with self._slots:
            if self._closed:
                return Delivery(Outcome.RETRY, "the sender is closed")
            try:
                async with asyncio.timeout(self._deadline.total_seconds()):
                    return await self._ask(push)
            except TimeoutError:
                return Delivery(Outcome.RETRY, f"no answer within {self._deadline.total_seconds():g} s")

    async def _ask(self, push: Push) -> Delivery:
        message = fcm_message(push, datetime.now(UTC))
        try:
            batch = await messaging.send_each_async([message], app=self._app)
        except exceptions.FirebaseError as error:
            return delivery_of(error, datetime.now(UTC))
        except ValueError as error:  # the library found the message malformed, and didn't send it
            return Delivery(Outcome.FAILED, _reason(error))
        answer = batch.responses[0]
        if answer.exception is not None:
            return delivery_of(answer.exception, datetime.now(UTC))
        if not answer.success:
            return Delivery(Outcome.RETRY, "FCM's answer names no message")
        return Delivery(Outcome.SENT)


def fcm_message(push: Push, now: datetime) -> messaging.Message:
    """The push as FCM's message, https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages."""
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


def delivery_of(error: exceptions.FirebaseError, now: datetime) -> Delivery:
    """What FCM's error means for the push, https://firebase.google.com/docs/cloud-messaging/error-codes.

    Whatever is not surely the token's or the message's own fault is RETRY: a missing permission or a wrong
    project (403 and 404 as well) is for us to mend, and must lose neither alerts nor devices.
    """
    outcome = next((found for kind, found in OUTCOMES.items() if isinstance(error, kind)), Outcome.RETRY)
    delivery = Delivery(outcome, _reason(error))
    if outcome is Outcome.RETRY and error.http_response is not None:
        return replace(delivery, retry_after=retry_after(error.http_response.headers.get("Retry-After"), now))
    return delivery


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """A Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3); None if absent or malformed."""
    if header is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", header):
        return timedelta(seconds=int(header))
    try:
        return max(parsedate_to_datetime(header) - now, timedelta(0))
    except (ValueError, TypeError):  # no date, or one without its zone
        return None


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:REASON_LENGTH]
