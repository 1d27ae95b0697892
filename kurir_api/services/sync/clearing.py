"""Phones that don't come back are forgotten. Done by workers."""

from datetime import datetime, timedelta

from kurir_api.models import Sync

SYNCS_KEPT = timedelta(days=30)
"""Since its last call; afterwards the phone begins anew."""


async def clear_syncs(now: datetime) -> int:
    """Forget what unused syncs were sent; nothing is ever left to do at once."""
    await Sync.filter(used_at__lt=now - SYNCS_KEPT).delete()
    return 0
