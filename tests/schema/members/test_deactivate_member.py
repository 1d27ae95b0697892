"""Somebody is taken out of the network: at once, with all that they had to do."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from kurir_api.auth.principal import principal_of_session
from kurir_api.errors import Unauthenticated, UnknownMember
from kurir_api.models import Claim, ClaimStatus, Device, Member, Role, Session, SessionEnd, Task, TaskStatus
from kurir_api.schema.ids import global_id
from kurir_api.services.members.deactivate_member import deactivate_phone
from tests.api import Api
from tests.factories import NOW, make_claim, make_device, make_member, make_organization, make_task
from tests.schema.refusals import NOT_ALLOWED, NOT_FOUND, invalid_input, reaches, refused
from tests.schema.sessions.test_sessions import OUTSIDE, signed_in

PHONE = "+6281327000666"


async def at_work(member: Member) -> tuple[Claim, Claim]:
    """What the member holds, and what they are doing."""
    held = await make_task(status=TaskStatus.FILLED)
    begun = await make_task(status=TaskStatus.IN_PROGRESS, starts_at=NOW, ends_at=NOW + timedelta(hours=2))
    return await make_claim(held, member), await make_claim(begun, member, ClaimStatus.IN_PROGRESS)


@reaches("MemberSuccess", "deactivateMember")
async def test_whoever_is_deactivated_is_out_at_once_and_what_they_had_is_open_to_others(api: Api) -> None:
    admin, dismissed = await make_member(role=Role.ADMIN), await make_member(role=Role.COORDINATOR)
    session = await signed_in(dismissed)
    await make_device(dismissed)
    claims = await at_work(dismissed)

    with capture_logs() as logs:
        await api.do(
            admin, "deactivateMember", "member { id }", memberId=global_id("Member", dismissed.id), reason="Pensiun"
        )

    ended = await Session.get(id=session.id)
    assert (ended.end_reason, ended.ended_by_id, ended.end_note) == (SessionEnd.BY_OFFICE, admin.id, "Pensiun")
    with pytest.raises(Unauthenticated):
        await principal_of_session(dismissed.id, session.id)
    assert not await Device.filter(member_id=dismissed.id).exists()
    for claim in claims:
        assert (await Claim.get(id=claim.id)).status == ClaimStatus.REVOKED
        task = await Task.get(id=claim.task_id)
        assert (task.status, task.slots_taken) == (TaskStatus.OPEN, 0)
    said = [log for log in logs if log["event"] == "a member was deactivated"]
    assert [(log["member"], log["by"], log["claims"]) for log in said] == [(str(dismissed.id), str(admin.id), 2)]


async def test_who_is_let_back_in_signs_in_anew(api: Api) -> None:
    admin, member = await make_member(role=Role.ADMIN), await make_member(phone=PHONE)
    session = await signed_in(member)
    await Member.filter(id=member.id).update(active=False)  # by hand, with the session left

    await api.do(
        admin,
        "inviteMember",
        "member { id }",
        name="Sri",
        phone=PHONE,
        organizationId=global_id("Organization", (await make_organization()).id),
        role="VOLUNTEER",
        region="33.02",
    )

    assert (await Member.get(id=member.id)).active
    with pytest.raises(Unauthenticated):
        await principal_of_session(member.id, session.id)


@reaches("NotFound", "deactivateMember")
@reaches("NotAllowed", "deactivateMember")
@reaches("InvalidInput", "deactivateMember")
async def test_only_who_could_give_all_of_a_members_roles_takes_them_out(api: Api) -> None:
    coordinator, admin = await make_member(role=Role.COORDINATOR), await make_member(role=Role.ADMIN)
    member = await make_member()

    async def answer(by: Member, whom: Member, reason: str = "iseng") -> object:
        return await refused(api, by, "deactivateMember", memberId=global_id("Member", whom.id), reason=reason)

    own = ("memberId", "Ini akun Anda sendiri; minta administrator lain menonaktifkannya.",
           "This is your own account; ask another administrator to deactivate it.")  # fmt: skip
    assert await answer(admin, admin, " ") == invalid_input(("reason", "Harus diisi.", "Must not be empty."), own)
    assert await answer(await make_member(role=Role.COORDINATOR, region=OUTSIDE), member) == NOT_FOUND
    assert await answer(member, member) == NOT_ALLOWED
    for whom in (admin, await make_member(role=Role.COORDINATOR)):
        assert await answer(coordinator, whom) == NOT_ALLOWED
    assert not await Member.filter(active=False).exists()


async def test_the_operator_takes_out_whoever_has_the_number(db: None) -> None:
    member = await make_member(role=Role.ADMIN, phone=PHONE)
    await at_work(member)

    assert await deactivate_phone(PHONE, NOW) == 2
    assert await deactivate_phone(PHONE, NOW) == 0
    assert not (await Member.get(id=member.id)).active
    with pytest.raises(UnknownMember):
        await deactivate_phone("+6281327000667", NOW)
