"""A worker that dies of one message, as often as it is started; its settings are the environment's, as of any worker.

Each life is a process of its own, forked from this one, which has loaded everything already. Every next one begins
later, by its clock, than the leases end that the dead leave: a service manager may wait longer each time.
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from kurir_api.dispatch.outbox import APART_SECONDS, LEASE
from kurir_api.dispatch.senders import Delivery, Push
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.logs import configure_logging
from kurir_api.settings import Settings, load_settings
from kurir_api.vault import open_vault
from kurir_api.worker import Worker, utc_now

POISON = "the phone whose message kills"
DEATH = 77


class Deadly(MemorySender):
    """The process ends, without a word, before any other message of the batch is sent."""

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        if any(push.token == POISON for push in pushes):
            os._exit(DEATH)
        return await super().send(pushes)


async def live(settings: Settings, late: timedelta) -> None:
    """Until SIGTERM, or death."""

    def now() -> datetime:
        return utc_now() + late

    await Worker(settings, Deadly(), MemoryTextSender(), now).run(asyncio.Event())


def main() -> None:
    """Life after life."""
    settings = load_settings()
    configure_logging(settings)
    open_vault(settings)
    log, late = structlog.get_logger("kurir.worker"), timedelta(0)
    log.info("working")
    while True:
        if not (child := os.fork()):
            asyncio.run(live(settings, late))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        log.info("ended", status=os.waitstatus_to_exitcode(status))
        late += LEASE + timedelta(seconds=APART_SECONDS)


if __name__ == "__main__":
    main()
