"""Development: pushes go to the log, and count as sent."""

import hashlib
from collections.abc import Sequence

import structlog

from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender, SenderConfig


def create(config: SenderConfig) -> PushSender:  # noqa: ARG001 - nothing to configure
    """A sender that needs no vendor."""
    return LogSender()


class LogSender:
    """Logs what a phone would show; of the token only a hash, which tells devices apart."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("kurir.push")

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        for push in pushes:
            self._log.info(
                "push",
                notification_id=str(push.notification_id),
                kind=push.data.get("kind"),
                collapse_key=push.collapse_key,
                token_hash=hashlib.sha256(push.token.encode()).hexdigest()[:12],
                urgent=push.urgent,
                silent=push.silent,
                title=push.title,
                body=push.body,
            )
        return [Delivery(Outcome.SENT) for _ in pushes]

    async def close(self) -> None:
        """See `PushSender.close`; there is nothing to let go of."""
