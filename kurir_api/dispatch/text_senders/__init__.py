"""Text senders: the other way to a member, when a push isn't received, and the way back to who wrote to us.

A sender is a file in this folder, found by its name, which is also what `intake` calls the channel on which answers
come in: `create(settings)` returns a `TextSender`. Another vendor is another file; one that writes to telephone
numbers can be the office's own, and has its name in `settings.TextChannel`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast
from uuid import UUID

import httpx

from kurir_api.dispatch.senders import Delivery, Outcome, retry_after
from kurir_api.settings import Settings, TextChannel

DEADLINE = timedelta(seconds=10)
IN_FLIGHT = 10
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A `text` to `phone` (E.164, or what the channel calls its receiver), worth sending for `ttl`; in `locale`, "id"
    or "en".

    An `urgent` one calls somebody, and may pass by the vendor's own limits. `answers`: the channel on which its
    receiver wrote just now, if this is an answer; `origin`: the address of ours that they wrote to, where there are
    several. A `private` text is in people's own words, or lets in who reads it: never to be logged.
    """

    notification_id: UUID
    phone: str
    locale: str
    text: str
    ttl: timedelta
    urgent: bool
    answers: str | None = None
    origin: str | None = None
    private: bool = False


class TextSender(Protocol):
    """A way to a telephone number. Bound to the event loop it first sends in."""

    async def send(self, messages: Sequence[TextMessage]) -> list[Delivery]:
        """One delivery per message, in the same order: SENT, RETRY or FAILED.

        Never raises for a vendor's fault: what got no answer is RETRY, and may have been sent all the same.
        """

    async def close(self) -> None:
        """Let go of connections; later messages are answered with RETRY."""


class TextSenderModule(Protocol):
    """What a file in this folder offers."""

    def create(self, settings: Settings) -> TextSender: ...

    def is_set_up(self, settings: Settings) -> bool:
        """Whether the office can answer on this channel."""


@cache
def text_sender_names() -> list[str]:
    """The names of all senders, sorted. Read from the folder once: every message to a reporter asks for them."""
    return sorted(module.name for module in iter_modules(__path__))


def text_sender_named(name: str, settings: Settings) -> TextSender:
    """A new sender of that name; ValueError names the known ones."""
    known = text_sender_names()
    if name not in known:
        raise ValueError(f"no text sender is called {name!r}; known are {', '.join(known)}")
    return _module(name).create(settings)


def channel_senders(settings: Settings, office: TextSender) -> dict[str, TextSender]:
    """New senders of the channels that are set up, by name. `office`: the sender of KURIR_TEXT_SENDER, which stands
    for its own channel, and while that is the log for those that aren't set up.
    """
    senders: dict[str, TextSender] = {}
    for name in text_sender_names():
        if name == settings.text_sender:
            senders[name] = office
        elif _module(name).is_set_up(settings):
            senders[name] = text_sender_named(name, settings)
        elif settings.text_sender is TextChannel.LOG:
            senders[name] = office
    return senders


def _module(name: str) -> TextSenderModule:
    return cast("TextSenderModule", import_module(f"{__name__}.{name}"))


Ask = Callable[[httpx.AsyncClient, TextMessage], Awaitable[httpx.Response]]
Read = Callable[[httpx.Response], Delivery]


class HttpTextSender:
    """A vendor with one HTTP request a message: `ask` makes it, `read` says what the answer means.

    At most 10 in flight; no answer within `deadline` is RETRY.
    """

    def __init__(self, client: httpx.AsyncClient, ask: Ask, read: Read, deadline: timedelta = DEADLINE) -> None:
        self._client = client
        self._ask = ask
        self._read = read
        self._deadline = deadline.total_seconds()
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def send(self, messages: Sequence[TextMessage]) -> list[Delivery]:
        """See `TextSender.send`."""
        return list(await asyncio.gather(*(self._send_one(message) for message in messages)))

    async def close(self) -> None:
        """See `TextSender.close`."""
        await self._client.aclose()

    async def _send_one(self, message: TextMessage) -> Delivery:
        async with self._slots:
            if self._client.is_closed:
                return Delivery(Outcome.RETRY, "the sender is closed")
            try:
                # httpx's own time-outs are per read: an answer in drops would last for ever.
                async with asyncio.timeout(self._deadline):
                    return self._read(await self._ask(self._client, message))
            except TimeoutError:
                return Delivery(Outcome.RETRY, f"no answer within {self._deadline:g} s")
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                return Delivery(Outcome.RETRY, type(error).__name__)


def refusal(response: httpx.Response, outcome: Outcome, reason: str) -> Delivery:
    """The delivery of a message that wasn't taken; with what Retry-After asks for, if it is to be tried again."""
    wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC)) if outcome is Outcome.RETRY else None
    return Delivery(outcome, f"{response.status_code}: {reason}"[:REASON_LENGTH], wait)
