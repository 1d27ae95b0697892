"""A drill reached a member's phone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.drills import ANSWER_WITHIN
from kurir_api.errors import NotFound
from kurir_api.models import Drill
from kurir_api.services.use_case import Command, use_case


@dataclass(frozen=True, kw_only=True)
class AnswerDrill(Command):
    """`drill_id` is on the caller's phone."""

    drill_id: UUID


@use_case
async def answer_drill(principal: Principal, command: AnswerDrill) -> UUID:
    """The id of the drill; the first answer counts. Raises NotFound."""
    own = Drill.filter(id=command.drill_id, member_id=principal.member_id)
    if not await own.exists():
        raise NotFound
    await own.filter(received_at__isnull=True).update(received_at=datetime.now(UTC))
    return command.drill_id


async def confirm_drill(member_id: UUID, now: datetime) -> bool:
    """The member confirmed, without saying which, the drills of the last hour: who volunteers in two regencies gets
    two at once. Whether there was one.
    """
    in_time = Drill.filter(member_id=member_id, sent_at__gt=now - ANSWER_WITHIN)
    if not await in_time.exists():
        return False
    await in_time.filter(received_at__isnull=True).update(received_at=now)
    return True
