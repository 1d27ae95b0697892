"""The desk makes a family's link lead nowhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.models import FamilyLink
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_family_links


@dataclass(frozen=True, kw_only=True)
class RevokeFamilyLink(Command):
    """`link_id`: the link."""

    link_id: UUID


@use_case
async def revoke_family_link(principal: Principal, command: RevokeFamilyLink) -> UUID:
    """The id of the link; one that was revoked before stays so. Raises NotFound."""
    if not await visible_family_links(principal).filter(id=command.link_id).exists():
        raise NotFound
    await FamilyLink.filter(id=command.link_id, revoked_at__isnull=True).update(revoked_at=datetime.now(UTC))
    return command.link_id
