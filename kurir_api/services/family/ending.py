"""A closed case's links lead nowhere any more."""

from datetime import datetime
from uuid import UUID

from kurir_api.models import FamilyLink


async def end_links(case_id: UUID, now: datetime) -> None:
    """Revoke the case's links. For the transaction that closes it."""
    await FamilyLink.filter(case_id=case_id, revoked_at__isnull=True).update(revoked_at=now)
