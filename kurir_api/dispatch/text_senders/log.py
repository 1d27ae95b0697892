"""Development: text messages go to the log, and count as sent."""

from collections.abc import Sequence

import structlog

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_senders import TextMessage, TextSender
from kurir_api.settings import Settings
from kurir_api.vault import vault


def create(settings: Settings) -> TextSender:  # noqa: ARG001 - nothing to configure
    """A sender that needs no vendor."""
    return LogTextSender()


def is_set_up(settings: Settings) -> bool:  # noqa: ARG001 - nobody writes here
    """See `TextSenderModule.is_set_up`."""
    return False


class LogTextSender:
    """Logs what would be read, unless it is private; of the number only a blind index, which tells people
    apart: a plain hash of so few possible numbers is soon found."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("kurir.text")

    async def send(self, messages: Sequence[TextMessage]) -> list[Delivery]:
        """See `TextSender.send`."""
        for message in messages:
            self._log.info(
                "text message",
                notification_id=str(message.notification_id),
                phone_hash=vault().index("log.phone", message.phone)[:12],
                text=f"({len(message.text)} characters)" if message.private else message.text,
            )
        return [Delivery(Outcome.SENT) for _ in messages]

    async def close(self) -> None:
        """See `TextSender.close`; there is nothing to let go of."""
