"""How an office begins: its places, its organisation, its first administrator, and then its partners."""

from dataclasses import replace

import pytest

from kurir_api.auth import principal_of_phone
from kurir_api.errors import InvalidInput
from kurir_api.models import Facility, Member, Membership, Organization, OrganizationKind, Programme, Region, Role
from kurir_api.services.members.invite_member import InviteMember, invite_member
from kurir_api.services.members.set_up_office import SetUpOffice, add_organization, set_up_office
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("db")
BANYUMAS = SetUpOffice(
    regency="33.02", office="Dinas Sosial Kabupaten Banyumas", name="Endang Lestari", phone="0813-2700-0111"
)
PHONE = "+6281327000111"


async def rows() -> dict[str, int]:
    return {
        model.__name__: await model.all().count() for model in (Region, Facility, Organization, Member, Membership)
    }


async def test_a_new_office_has_places_an_organisation_and_an_administrator() -> None:
    member_id = await set_up_office(BANYUMAS)

    member = await Member.get(id=member_id)
    membership = await Membership.get().select_related("organization")
    assert (member.name, member.phone, member.regency_code) == ("Endang Lestari", PHONE, "33.02")
    assert (membership.member_id, membership.role, membership.region_id) == (member_id, Role.ADMIN, "33.02")
    assert (membership.organization.name, membership.organization.kind) == (
        "Dinas Sosial Kabupaten Banyumas",
        OrganizationKind.REGENCY_AGENCY,
    )
    assert await Region.filter(code="33.02.23.2004").exists()
    assert await Facility.filter(code="RS-BMS-01").exists()
    assert await Programme.filter(regency_code="33.02", organization_id=membership.organization_id).count() == 11


async def test_the_administrator_can_invite_a_coordinator_who_can_sign_in() -> None:
    await set_up_office(BANYUMAS)
    organization = await Organization.get(name="Dinas Sosial Kabupaten Banyumas")

    await invite_member(
        await principal_of_phone(PHONE),
        InviteMember(
            name="Agus Haryanto",
            phone="0813-2700-0222",
            organization_id=organization.id,
            role=Role.COORDINATOR,
            region="33.02",
        ),
    )

    assert (await principal_of_phone("+6281327000222")).reaches("33.02.23.2004", Role.COORDINATOR)


async def test_setting_it_up_again_changes_nothing() -> None:
    first = await set_up_office(BANYUMAS)
    before = await rows()

    assert await set_up_office(BANYUMAS) == first
    assert await rows() == before


async def test_somebody_who_is_known_becomes_administrator_under_the_known_name() -> None:
    member = await make_member("Bu Endang", phone=PHONE)

    assert await set_up_office(BANYUMAS) == member.id

    assert (await Member.get(id=member.id)).name == "Bu Endang"
    assert await Membership.filter(member=member, role=Role.ADMIN, region_id="33.02").count() == 1


async def test_everything_that_cannot_be_used_is_named_at_once_and_nothing_is_written() -> None:
    with pytest.raises(InvalidInput) as refusal:
        await set_up_office(SetUpOffice(regency="33.99", office=" ", name="", phone="112"))

    assert [problem.path for problem in refusal.value.problems] == [("office",), ("name",), ("phone",), ("regency",)]
    assert set((await rows()).values()) == {0}


async def test_an_imported_regency_needs_a_centre_where_tasks_without_a_place_can_be() -> None:
    await Region.create(code="33.99", name="Baru", level="REGENCY")

    with pytest.raises(InvalidInput, match="regency: Import its latitude and longitude first"):
        await set_up_office(replace(BANYUMAS, regency="33.99"))


async def test_a_partner_is_added_once_however_its_name_is_spelt() -> None:
    first = await add_organization("33.02", "Lazis Serayu", OrganizationKind.ZAKAT_CHARITY)

    assert await add_organization("33.02", " LAZIS Serayu ", OrganizationKind.COMMUNITY) == first

    partner = await Organization.get()
    assert (partner.name, partner.kind) == ("Lazis Serayu", OrganizationKind.ZAKAT_CHARITY)


async def test_the_same_name_in_another_regency_is_another_partner() -> None:
    await add_organization("33.02", "Lazis", OrganizationKind.ZAKAT_CHARITY)
    await add_organization("33.05", "Lazis", OrganizationKind.ZAKAT_CHARITY)

    assert sorted(await Organization.all().values_list("regency_code", flat=True)) == ["33.02", "33.05"]


async def test_a_partner_of_an_unknown_regency_is_refused() -> None:
    with pytest.raises(InvalidInput):
        await add_organization("33.99", "Lazis", OrganizationKind.ZAKAT_CHARITY)
    assert not await Organization.exists()
