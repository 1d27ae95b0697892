"""What a client is given: a session begins with a code, and goes on with each refresh token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.expressions import F
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_phone
from kurir_api.errors import UnknownMember
from kurir_api.models import Member, Session, SessionEnd, SignInCode, new_id
from kurir_api.services.sessions.codes import is_code_of, live_codes
from kurir_api.services.sessions.refresh_tokens import RefreshToken

UNUSED = timedelta(days=90)
"""How long a session lasts of which nothing is heard."""

LOST_ANSWER = timedelta(seconds=30)
"""How long a spent token is answered with its successor once more, while that wasn't used: the answer may have been
lost on its way. Afterwards a spent token means that two have it: RFC 9700 section 4.14.2.
"""

LONGEST_DEVICE = 80
BY_OPERATOR = "kurir token"

# In one order everywhere: else two who end the same would wait for each other.
END = """
UPDATE session SET ended_at = $2, end_reason = $3, ended_by_id = $4
WHERE ended_at IS NULL AND id IN (
    SELECT id FROM session WHERE id = ANY($1::uuid[]) AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE
) RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """A session to make an access token for, and the refresh token that is good now."""

    session_id: UUID
    member_id: UUID
    refresh_token: str


async def sign_in(phone: str, code: str, device: str | None, now: datetime) -> Grant | None:
    """A new session of the member with this number (E.164); None unless the code is one of those that are still good
    there. A try counts for all of them, and signing in uses all of them up.
    """
    async with in_transaction():
        good = await live_codes(phone, now).order_by("id").select_for_update(no_key=True)
        tried = SignInCode.filter(id__in=[row.id for row in good])
        await tried.update(tries=F("tries") + 1)
    right = next((row for row in good if is_code_of(row, code)), None)
    if right is None:
        return None
    async with in_transaction():
        if not await SignInCode.filter(id=right.id, used_at__isnull=True).update(used_at=now):
            return None
        await tried.filter(used_at__isnull=True).update(used_at=now)
        member = await _stays(Member.filter(id=right.member_id))
        return None if member is None else await begin(member, device, now)


async def sign_in_by_operator(phone: str, now: datetime) -> Grant:
    """A session of the active member with this number (E.164), who sees it among theirs. Raises UnknownMember."""
    async with in_transaction():
        member = await _stays(Member.filter(id=(await principal_of_phone(phone)).member_id))
        if member is None:
            raise UnknownMember
        return await begin(member, BY_OPERATOR, now)


async def begin(member: Member, device: str | None, now: datetime) -> Grant:
    """A new session. Of the device's name, what can be printed is kept."""
    session_id = new_id()
    called = "".join(character for character in device or "" if character.isprintable())
    token = RefreshToken.first(session_id)
    await Session.create(
        id=session_id,
        regency_code=member.regency_code,
        member_id=member.id,
        family_index=token.family_index,
        device=called[:LONGEST_DEVICE] or None,
        created_at=now,
        last_used_at=now,
    )
    return Grant(session_id, member.id, str(token))


async def refresh(text: str, now: datetime) -> Grant | None:
    """The session goes on, with the token's successor; None where it doesn't. A spent token ends it."""
    token = RefreshToken.read(text)
    if token is None:
        return None
    async with in_transaction():
        session = await Session.filter(id=token.session_id).select_for_update(no_key=True).get_or_none()
        if session is None or not token.is_of(session.family_index) or not await _lasts(session, now):
            return None
        lost = token.generation == session.generation - 1 and now - session.last_used_at <= LOST_ANSWER
        if token.generation == session.generation:
            session.generation, session.last_used_at = session.generation + 1, now
            session.family_index = token.family_index  # under the first key, so that an older one can go
            await session.save(update_fields=["generation", "last_used_at", "family_index"])
        elif not lost:
            await end_sessions([session.id], SessionEnd.REUSED, now)
            structlog.get_logger("kurir.sessions").warning(
                "a spent refresh token came again", session=str(session.id)
            )
            return None
    return Grant(session.id, session.member_id, str(token.next()))


async def sign_out(text: str, now: datetime) -> None:
    """End the session of a refresh token, whichever of them it is; nothing for what is no token."""
    token = RefreshToken.read(text)
    session = token and await Session.get_or_none(id=token.session_id)
    if token and session and token.is_of(session.family_index):
        await end_sessions([session.id], SessionEnd.SIGNED_OUT, now, by=session.member_id)


async def end_sessions(ids: list[UUID], reason: SessionEnd, now: datetime, by: UUID | None = None) -> list[UUID]:
    """End those of the sessions that go on; which they were."""
    rows = await get_connection("default").execute_query_dict(END, [ids, now, reason, by])
    return [row["id"] for row in rows]


async def _stays(found: QuerySet[Member]) -> Member | None:
    """The one that was found, if active, and not about to be deactivated: until the transaction ends."""
    return await found.filter(active=True).select_for_update(no_key=True).get_or_none()


async def _lasts(session: Session, now: datetime) -> bool:
    if session.ended_at is not None or now - session.last_used_at > UNUSED:
        return False
    return await Member.filter(id=session.member_id, active=True).exists()
