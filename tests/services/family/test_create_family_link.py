"""The desk makes a link, which the family gets, and which nobody can read from the database."""

from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Case, FamilyLink, Message, Notification, Role
from kurir_api.services.family.create_family_link import MOST_LIVE, CreateFamilyLink, create_family_link
from kurir_api.services.family.ending import end_links
from kurir_api.services.family.links import index_of
from kurir_api.services.family.revoke_family_link import RevokeFamilyLink, revoke_family_link
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    make_case,
    make_claim,
    make_family_link,
    make_member,
    make_task,
    principal_for,
)
from tests.services.family.scene import PATIENT, family
from tests.services.refusals import everything, problems, refused

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]

BASE = "https://kurir.example.go.id"


def command(case: Case, **values: object) -> CreateFamilyLink:
    return CreateFamilyLink(**{"case_id": case.id, "base": BASE} | values)


class TestMaking:
    async def test_a_link_is_valid_for_two_weeks_and_only_its_index_is_kept(self) -> None:
        case, desk = await make_case(), await principal_for(Role.DESK_OFFICER)

        new = await create_family_link(desk, command(case))

        link = await FamilyLink.get()
        base, _, token = (new.url or "").partition("/keluarga?t=")
        assert (base, len(token), link.token_index) == (BASE, 27, index_of(token))
        assert (link.id, link.case_id, link.created_by_id, link.expires_at) == (
            new.link_id,
            case.id,
            desk.member_id,
            NOW + timedelta(days=14),
        )
        assert token not in str(await everything())

    async def test_a_retry_makes_no_other_and_cannot_tell_the_address_again(self) -> None:
        case, desk = await make_case(), await principal_for(Role.DESK_OFFICER)
        first = await create_family_link(desk, command(case, idempotency_key="k1"))

        again = await create_family_link(desk, command(case, idempotency_key="k1"))

        assert (again.link_id, again.url) == (first.link_id, None)
        assert await FamilyLink.all().count() == 1

    @pytest.mark.parametrize("days", [0, 91])
    async def test_for_too_short_or_too_long_is_refused(self, days: int) -> None:
        case, desk = await make_case(), await principal_for(Role.DESK_OFFICER)

        assert await problems(create_family_link(desk, command(case, days=days))) == {"days": "Give 1 to 90 days."}

    async def test_more_at_once_than_anybody_needs_are_refused(self) -> None:
        case, desk = await make_case(), await principal_for(Role.DESK_OFFICER)
        for _ in range(MOST_LIVE):
            await make_family_link(case)
        await make_family_link(case, expires_at=NOW)

        refusal = await problems(create_family_link(desk, command(case)))

        assert refusal == {"caseId": "There are 10 valid links already; revoke one first."}

    async def test_it_is_the_desks_to_make_while_the_case_is_open(self) -> None:
        case = await make_case()
        volunteer = await make_member(capabilities=("AMBULANCE_LICENCE",))
        await make_claim(await make_task(case), volunteer)
        closed = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

        await refused(create_family_link(await principal_of_member(volunteer.id), command(case)), NotAllowed)
        elsewhere = await principal_for(Role.DESK_OFFICER, region=OTHER_REGENCY)
        await refused(create_family_link(elsewhere, command(case)), NotFound)
        await refused(create_family_link(await principal_for(Role.DESK_OFFICER), command(closed)), InvalidTransition)


class TestSending:
    async def test_in_the_conversation(self) -> None:
        case, report = await family()
        new = await create_family_link(await principal_for(Role.DESK_OFFICER), command(case, send=True))

        message = await Message.get()
        assert (message.report_id, message.text) == (
            report and report.id,
            f"Kurir: Kapan bantuan datang, lihat di sini. {new.url}",
        )
        assert (await Notification.get()).data == {"number": report and report.number}

    async def test_else_to_the_patients_telephone_and_sealed_until_it_leaves(self) -> None:
        case, _ = await family(thread=False)
        new = await create_family_link(await principal_for(Role.DESK_OFFICER), command(case, send=True))
        assert "keluarga" not in str(await everything())

        sender = MemoryTextSender()
        await deliver_due_texts(sender, NOW)

        (text,) = sender.messages
        assert (text.phone, text.text, text.private) == (
            PATIENT,
            f"Kurir: Kapan bantuan datang, lihat di sini. {new.url}",
            True,
        )

    async def test_without_either_it_is_refused_and_no_link_is_made(self) -> None:
        case, _ = await family(thread=False, phone=None)
        desk = await principal_for(Role.DESK_OFFICER)

        assert await problems(create_family_link(desk, command(case, send=True))) == {
            "send": "Neither the reporter's nor the patient's number is known. Hand the link over yourself."
        }


class TestEnding:
    async def test_a_link_is_revoked_once(self) -> None:
        link, desk = await make_family_link(), await principal_for(Role.DESK_OFFICER)
        await FamilyLink.filter(id=link.id).update(revoked_at=NOW - timedelta(days=1))
        other = await make_family_link()

        for one in (link, other):
            await revoke_family_link(desk, RevokeFamilyLink(link_id=one.id))

        found = {row.id: row.revoked_at for row in await FamilyLink.all()}
        assert found == {link.id: NOW - timedelta(days=1), other.id: NOW}

    async def test_another_regencys_link_is_missing(self) -> None:
        link = await make_family_link()
        elsewhere = await principal_for(Role.COORDINATOR, region=OTHER_REGENCY)

        await refused(revoke_family_link(elsewhere, RevokeFamilyLink(link_id=link.id)), NotFound)

    async def test_all_of_a_case_end_with_it(self) -> None:
        case = await make_case()
        await make_family_link(case)
        other = await make_family_link()

        async with in_transaction():
            await end_links(case.id, NOW)

        assert [row.id for row in await FamilyLink.filter(revoked_at__isnull=True)] == [other.id]
