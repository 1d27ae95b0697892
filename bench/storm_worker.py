"""A worker whose FCM is the stand-in at the given address; its settings are the environment's, as for any worker."""

import asyncio
import signal
import sys

from bench.fcm_stand_in import PROJECT, StandInCredentials
from kurir_api.dispatch.senders import SenderConfig
from kurir_api.dispatch.senders.fcm import FcmSender
from kurir_api.dispatch.text_senders import text_sender_named
from kurir_api.logs import configure_logging
from kurir_api.settings import load_settings
from kurir_api.vault import open_vault
from kurir_api.worker import Worker


async def work(url: str) -> None:
    """Until SIGTERM."""
    settings = load_settings()
    configure_logging(settings)
    open_vault(settings)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sender = FcmSender(SenderConfig(StandInCredentials(), PROJECT), endpoint=url)
    texts = text_sender_named(settings.text_sender, settings)
    await Worker(settings, sender, texts).run(stop)
    await sender.close()
    await texts.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
