"""The in-memory twin, for tests."""

from collections.abc import Sequence

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_senders import TextMessage, TextSender
from kurir_api.settings import Settings


def create(settings: Settings) -> TextSender:  # noqa: ARG001 - nothing to configure
    """A sender that needs no vendor."""
    return MemoryTextSender()


def is_set_up(settings: Settings) -> bool:  # noqa: ARG001 - nobody writes here
    """See `TextSenderModule.is_set_up`."""
    return False


class MemoryTextSender:
    """Keeps what it was given and answers as told.

    `messages`: everything handed in, in order, sent or not. `answers`: what to answer per number, SENT for others.
    """

    def __init__(self) -> None:
        self.messages: list[TextMessage] = []
        self.answers: dict[str, Delivery] = {}
        self.closed = False

    async def send(self, messages: Sequence[TextMessage]) -> list[Delivery]:
        """See `TextSender.send`."""
        if self.closed:
            return [Delivery(Outcome.RETRY, "the sender is closed") for _ in messages]
        self.messages += messages
        return [self.answers.get(message.phone, Delivery(Outcome.SENT)) for message in messages]

    async def close(self) -> None:
        """See `TextSender.close`."""
        self.closed = True
