"""A member's sessions: who sees them, who ends them, and how soon that is felt."""

from datetime import UTC, datetime

import pytest

from kurir_api.models import Member, Role, Session, SessionEnd
from kurir_api.schema.ids import global_id
from kurir_api.services.sessions.granting import begin
from tests.api import Api
from tests.factories import make_member
from tests.schema.refusals import NOT_ALLOWED, NOT_FOUND, invalid_input, reaches, refused

SESSIONS = "member { sessions { device current } }"
OUTSIDE = "33.05"


async def signed_in(member: Member, device: str = "HP") -> Session:
    """A session of the member's."""
    return await Session.get(id=(await begin(member, device, datetime.now(UTC))).session_id)


@reaches("MemberSuccess", "endSession")
async def test_a_member_ends_one_of_their_own_sessions(api: Api) -> None:
    member = await make_member()
    lost = await signed_in(member, "hilang")
    await signed_in(member, "baru")

    answer = await api.do(member, "endSession", SESSIONS, sessionId=global_id("Session", lost.id))

    assert answer["member"] == {"sessions": [{"device": "baru", "current": False}]}
    ended = await Session.get(id=lost.id)
    assert (ended.end_reason, ended.ended_by_id) == (SessionEnd.SIGNED_OUT, member.id)


@reaches("NotFound", "endSession")
async def test_a_session_of_somebody_else_looks_like_none(api: Api) -> None:
    other = await signed_in(await make_member())

    for session in (global_id("Session", other.id), global_id("Member", other.id)):
        assert await refused(api, await make_member(), "endSession", sessionId=session) == NOT_FOUND
    assert (await Session.get(id=other.id)).ended_at is None


@reaches("MemberSuccess", "signOutMember")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
async def test_the_office_signs_a_member_of_its_region_out_everywhere(api: Api, role: Role) -> None:
    office, member = await make_member(role=role), await make_member()
    sessions = [await signed_in(member) for _ in range(2)]

    answer = await api.do(
        office, "signOutMember", SESSIONS, memberId=global_id("Member", member.id), reason="HP dicuri"
    )

    assert answer["member"] == {"sessions": []}
    ended = await Session.filter(id__in=[session.id for session in sessions])
    assert [(one.end_reason, one.ended_by_id, one.end_note) for one in ended] == [
        (SessionEnd.BY_OFFICE, office.id, "HP dicuri")
    ] * 2


@reaches("NotFound", "signOutMember")
@reaches("NotAllowed", "signOutMember")
@reaches("InvalidInput", "signOutMember")
async def test_nobody_else_is_signed_out_by_anybody(api: Api) -> None:
    office, member = await make_member(role=Role.COORDINATOR), await make_member()
    session = await signed_in(member)
    whom = global_id("Member", member.id)

    assert await refused(api, office, "signOutMember", memberId=whom, reason=" ") == invalid_input(
        ("reason", "Harus diisi.", "Must not be empty.")
    )
    stranger = await make_member(role=Role.COORDINATOR, region=OUTSIDE)
    assert await refused(api, stranger, "signOutMember", memberId=whom, reason="iseng") == NOT_FOUND
    assert await refused(api, await make_member(), "signOutMember", memberId=whom, reason="iseng") == NOT_ALLOWED
    assert (await Session.get(id=session.id)).ended_at is None
