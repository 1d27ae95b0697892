"""What every action on a claim shares: when it happened, what was said, where the member was."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tortoise.expressions import Q

from kurir_api.dispatch.geo import Point
from kurir_api.errors import Problems
from kurir_api.models import Claim, Member, TransitionLog
from kurir_api.services.moments import CLOCK_SKEW, has_come
from kurir_api.services.texts import LONGEST_NOTE, cleaned
from kurir_api.services.use_case import Command


@dataclass(frozen=True, kw_only=True)
class ClaimAction(Command):
    """An action on `claim_id`. `at`: when it happened, for actions queued offline; default now."""

    claim_id: UUID
    at: datetime | None = None
    note: str | None = None
    location: Point | None = None

    @property
    def words(self) -> str | None:
        """The note, if there is one."""
        return cleaned(self.note)


def happened_at(command: ClaimAction, not_before: datetime | None) -> datetime:
    """When the action happened, UTC; between `not_before` (what had to come first) and now, to which it is brought
    where a phone's clock is a little off. Raises InvalidInput.
    """
    problems = Problems()
    now = datetime.now(UTC)
    at = command.at
    if len(command.note or "") > LONGEST_NOTE:
        problems.add("note", id=f"Paling banyak {LONGEST_NOTE} karakter.", en=f"At most {LONGEST_NOTE} characters.")
    come = at is None or has_come(problems, "at", at, now)
    if come and at is not None and not_before is not None and at < not_before - CLOCK_SKEW:
        problems.add("at", id="Lebih awal dari langkah sebelumnya.", en="Earlier than the step before it.")
    problems.refuse()
    return min(max(at or now, not_before or at or now), now)


async def held_since(claim: Claim) -> datetime:
    """Since when its member has it: an offer only since it was accepted."""
    if claim.assigned_by_id is None:
        return claim.claimed_at
    accepted = await TransitionLog.filter(machine="claim", subject_id=claim.id, action="accept").first()
    return accepted.at if accepted else claim.claimed_at


async def remember_place(claim: Claim, place: Point | None, at: datetime) -> None:
    """Keep where the member was, unless a later fix is known."""
    if place is None:
        return
    older = Q(last_fix_at__isnull=True) | Q(last_fix_at__lt=at)
    await Member.filter(older, id=claim.member_id).update(
        last_latitude=place.latitude, last_longitude=place.longitude, last_accuracy_m=None, last_fix_at=at
    )
