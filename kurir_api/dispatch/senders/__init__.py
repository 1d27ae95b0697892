"""Push senders: what the worker hands to a vendor, and what it hears back.

A sender is a file in this folder, found by its name: `create(config)` returns a `PushSender`. Another
vendor is another file.
"""

import pkgutil
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast
from uuid import UUID

if TYPE_CHECKING:
    from firebase_admin.credentials import Base as FirebaseCredentials
    from google.auth.credentials import Credentials as GoogleCredentials

    Credentials: TypeAlias = FirebaseCredentials | GoogleCredentials | str | PathLike[str]


@dataclass(frozen=True, slots=True)
class Push:
    """One notification for one device.

    `data` holds the kind and ids as clients know them, never a patient's data, and no `notificationId` or
    `collapseKey`: senders add those themselves. A later push with the same `collapse_key` (at most 64 bytes, APNs'
    limit) replaces an earlier one on the phone. After `ttl` nobody needs it any more. A `silent` one shows nothing:
    the app withdraws or refreshes what it shows under `collapse_key`.
    """

    notification_id: UUID
    token: str
    title: str
    body: str
    data: Mapping[str, str]
    collapse_key: str
    ttl: timedelta
    urgent: bool
    silent: bool


class Outcome(Enum):
    """What became of one push."""

    SENT = auto()
    TOKEN_GONE = auto()  # the app is gone from that phone, or belongs to another project: remove the device
    RETRY = auto()
    FAILED = auto()  # the same push would fail again, for ever


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one push; `reason` is at most 200 characters, without token or text of the push, and begins
    with a code: the vendor's, or what kind of trouble it was.

    `retry_after` is how long the vendor asked to be left alone, if it said so.
    """

    outcome: Outcome
    reason: str = ""
    retry_after: timedelta | None = None

    @property
    def code(self) -> str:
        """The reason's, which names nobody."""
        return self.reason.partition(":")[0]


class PushSender(Protocol):
    """A way to a phone. Bound to the event loop it first sends in."""

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """One delivery per push, in the same order.

        Never raises for a vendor's fault: what got no answer is RETRY, and may have arrived all the same.
        """

    async def close(self) -> None:
        """Let go of connections; later pushes are answered with RETRY."""


@dataclass(frozen=True, slots=True)
class SenderConfig:
    """What senders may need: a vendor's credentials (an object, or the path of a key file) and project.

    Without credentials a sender looks where its vendor's tools look.
    """

    credentials: "Credentials | None" = None
    project_id: str | None = None


class SenderModule(Protocol):
    """What a file in this folder offers."""

    def create(self, config: SenderConfig) -> PushSender: ...


def sender_names() -> list[str]:
    """The names of all senders, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def sender_named(name: str, *, credentials: "Credentials | None" = None, project_id: str | None = None) -> PushSender:
    """A new sender of that name; ValueError names the known ones. Vendors' libraries load only when named."""
    known = sender_names()
    if name not in known:
        raise ValueError(f"no push sender is called {name!r}; known are {', '.join(known)}")
    module = cast("SenderModule", import_module(f"{__name__}.{name}"))
    return module.create(SenderConfig(credentials, project_id))


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
