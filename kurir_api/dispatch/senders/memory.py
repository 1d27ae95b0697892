"""The in-memory twin, for tests."""

from collections.abc import Sequence

from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender, SenderConfig


def create(config: SenderConfig) -> PushSender:  # noqa: ARG001 - nothing to configure
    """A sender that needs no vendor."""
    return MemorySender()


class MemorySender:
    """Keeps what it was given, answers as told, and shows what phones would show.

    `pushes`: everything handed in, in order, delivered or not. `answers`: what to answer per token, SENT for
    others. `shown`: the notification a phone shows per (token, collapse key); a newer one replaces it, a
    silent one withdraws it.
    """

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.answers: dict[str, Delivery] = {}
        self.shown: dict[tuple[str, str], Push] = {}
        self.closed = False

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        return [self._deliver(push) for push in pushes]

    async def close(self) -> None:
        """See `PushSender.close`."""
        self.closed = True

    def _deliver(self, push: Push) -> Delivery:
        if self.closed:
            return Delivery(Outcome.RETRY, "the sender is closed")
        self.pushes.append(push)
        answer = self.answers.get(push.token, Delivery(Outcome.SENT))
        if answer.outcome is Outcome.SENT:
            place = (push.token, push.collapse_key)
            if push.silent:
                self.shown.pop(place, None)
            else:
                self.shown[place] = push
        return answer
