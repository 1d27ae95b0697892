"""inviteMember through the API."""

from datetime import date
from typing import Any

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import Capability, Member, Organization, Role
from tests.api import Answer, Api
from tests.factories import OTHER_VILLAGE, VILLAGE, add_membership, make_member, make_organization
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, done, invalid_input, reaches, refused

MEMBER = """member {
  name phone available capabilities { code validUntil }
  memberships { role organization { name } region { code } }
}"""


async def coordinator() -> Member:
    return await make_member(role=Role.COORDINATOR)


async def invitation(**values: Any) -> Answer:
    """Budi, who shall drive for Lazis Serayu."""
    organization: Organization = values.pop("organization", None) or await make_organization("Lazis Serayu")
    defaults = {
        "name": "Budi",
        "phone": "0812-3456-7890",
        "organizationId": id_of(organization),
        "role": "VOLUNTEER",
        "region": VILLAGE,
        "capabilities": [{"code": "AMBULANCE_LICENCE", "validUntil": "2027-03-31"}],
    }
    return defaults | values


@reaches("MemberSuccess", "inviteMember")
async def test_who_is_invited_is_a_member_with_role_and_capabilities(api: Api) -> None:
    answer = await done(api, await coordinator(), "inviteMember", MEMBER, **await invitation())

    assert answer["member"] == {
        "name": "Budi",
        "phone": "+6281234567890",
        "available": True,
        "capabilities": [{"code": "AMBULANCE_LICENCE", "validUntil": "2027-03-31"}],
        "memberships": [{"role": "VOLUNTEER", "organization": {"name": "Lazis Serayu"}, "region": {"code": VILLAGE}}],
    }


async def test_who_is_known_keeps_the_name_and_gets_one_more_role(api: Api) -> None:
    budi = await make_member("Pak Budi", phone="+6281234567890")

    answer = await done(api, await coordinator(), "inviteMember", MEMBER, **await invitation(role="DESK_OFFICER"))

    assert answer["member"]["name"] == "Pak Budi"
    assert [one["role"] for one in answer["member"]["memberships"]] == ["VOLUNTEER", "DESK_OFFICER"]
    assert await Member.filter(name__contains="Budi").values_list("id", flat=True) == [budi.id]


async def test_a_reviewer_who_invites_a_volunteer_of_its_own_learns_no_number(api: Api) -> None:
    lazis = await make_organization("Lazis Serayu")
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)

    answer = await done(
        api, reviewer, "inviteMember", "member { name phone }", **await invitation(organization=lazis)
    )

    assert answer["member"] == {"name": "Budi", "phone": None}


@reaches("NotAllowed", "inviteMember")
@pytest.mark.parametrize(
    ("inviter", "role"),
    [
        (Role.VOLUNTEER, "VOLUNTEER"),
        (Role.DESK_OFFICER, "VOLUNTEER"),
        (Role.COORDINATOR, "COORDINATOR"),
        (Role.COORDINATOR, "ADMIN"),
        (Role.PARTNER_REVIEWER, "PARTNER_REVIEWER"),
    ],
)
async def test_nobody_makes_more_of_others_than_their_role_allows(api: Api, inviter: Role, role: str) -> None:
    lazis = await make_organization("Lazis Serayu")
    caller = await make_member(role=inviter, organization=lazis)

    assert (
        await refused(api, caller, "inviteMember", **await invitation(organization=lazis, role=role)) == NOT_ALLOWED
    )


async def test_a_coordinator_invites_nobody_to_another_regency(api: Api) -> None:
    values = await invitation(region=OTHER_VILLAGE)

    assert await refused(api, await coordinator(), "inviteMember", **values) == invalid_input(
        (
            "organizationId",
            "Pilih organisasi dari kabupaten wilayah ini.",
            "Choose an organisation of this region's regency.",
        )
    )


@reaches("InvalidInput", "inviteMember")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    values = await invitation(name=" ", phone="12", region="99", capabilities=[{"code": "FLYING"}])

    answer = await refused(api, await coordinator(), "inviteMember", **values)

    known = "AMBULANCE_LICENCE, FIRST_AID, PSYCHOSOCIAL_TRAINING, SHELTER_HOST"
    assert answer == invalid_input(
        ("name", "Harus diisi.", "Must not be empty."),
        (
            "phone",
            "Bukan nomor telepon; tulis seperti 0812-3456-7890.",
            "Not a phone number; write it like 0812-3456-7890.",
        ),
        ("region", "Kode wilayah tidak dikenal.", "Unknown region code."),
        ("capabilities", f"Kode yang dikenal: {known}.", f"Known codes: {known}."),
    )


@pytest.mark.parametrize("organization", ["no id", "T3JnYW5pemF0aW9uOng="])
async def test_an_organisation_nobody_knows_names_its_field(api: Api, organization: str) -> None:
    values = await invitation() | {"organizationId": organization}

    assert await refused(api, await coordinator(), "inviteMember", **values) == invalid_input(
        ("organizationId", "Tidak ditemukan; pilih dari daftar.", "Not found; choose from the list.")
    )


@reaches("IdempotencyKeyReused", "inviteMember")
async def test_the_same_key_for_somebody_else_is_refused(api: Api) -> None:
    caller, values = await coordinator(), await invitation(idempotencyKey="k1")
    await api.do(caller, "inviteMember", **values)

    assert await refused(api, caller, "inviteMember", **values | {"phone": "0813-3456-7890"}) == KEY_REUSED


async def test_a_partner_changes_nothing_that_is_on_record_of_anothers_driver(api: Api) -> None:
    driver = await make_member(capabilities={"AMBULANCE_LICENCE": date(2027, 1, 1)})
    lazis = await make_organization("Lazis Serayu")
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)
    said = [{"code": "AMBULANCE_LICENCE", "validUntil": "2020-01-01"}, {"code": "FIRST_AID"}]

    await done(
        api,
        reviewer,
        "inviteMember",
        "member { name }",
        **await invitation(organization=lazis, phone=driver.phone, capabilities=said),
    )

    found = await Capability.filter(member=driver).order_by("code").values_list("code", "valid_until")
    assert found == [("AMBULANCE_LICENCE", date(2027, 1, 1)), ("FIRST_AID", None)]


async def test_a_villages_coordinator_makes_nobody_reviewer_of_a_whole_partner(api: Api) -> None:
    caller = await make_member(role=Role.COORDINATOR, region=VILLAGE)

    values = await invitation(role="PARTNER_REVIEWER", region=VILLAGE)

    assert await refused(api, caller, "inviteMember", **values) == NOT_ALLOWED


async def test_who_was_taken_out_is_in_again_with_those_roles_that_the_inviter_could_give(api: Api) -> None:
    budi = await make_member("Budi", phone="+6281234567890")
    await add_membership(budi, Role.ADMIN, "33.02")
    await Member.filter(id=budi.id).update(active=False)

    await done(api, await coordinator(), "inviteMember", MEMBER, **await invitation())

    again = await principal_of_member(budi.id)
    assert {scope.role for scope in again.scopes} == {Role.VOLUNTEER}


async def test_who_may_not_invite_lets_nobody_back_in(api: Api) -> None:
    budi = await make_member("Budi", phone="+6281234567890")
    await Member.filter(id=budi.id).update(active=False)

    reviewer = await make_member(role=Role.PARTNER_REVIEWER)
    assert await refused(api, reviewer, "inviteMember", **await invitation(role="COORDINATOR")) != []

    assert not (await Member.get(id=budi.id)).active
