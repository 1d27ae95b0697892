"""createFamilyLink, revokeFamilyLink and a case's links, through the API."""

import httpx

from kurir_api.models import FamilyLink, Member, Role
from tests.api import Answer, Api
from tests.factories import NOW, OTHER_REGENCY, make_case, make_family_link, make_member, make_task
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
)

LINK = "link { id createdBy { name } revokedAt lastOpenedAt } url expiresAt"


async def officer() -> Member:
    return await make_member("Rina", Role.DESK_OFFICER)


async def made(api: Api, desk: Member, **values: object) -> Answer:
    return await api.do(desk, "createFamilyLink", LINK, **values)


@reaches("CreateFamilyLinkSuccess", "createFamilyLink")
async def test_the_address_of_a_new_link_leads_to_the_familys_page(api: Api) -> None:
    case = await make_case()
    await make_task(case, number=4821)

    answer = await made(api, await officer(), caseId=id_of(case))

    assert answer["link"] == {
        "id": id_of(await FamilyLink.get()),
        "createdBy": {"name": "Rina"},
        "revokedAt": None,
        "lastOpenedAt": None,
    }
    assert answer["expiresAt"] == (await FamilyLink.get()).expires_at.isoformat()
    async with httpx.AsyncClient() as http:
        page = await http.get(answer["url"])
    assert (page.status_code, "No. 4821" in page.text) == (200, True)


async def test_a_retry_with_its_key_finds_the_link_and_no_address(api: Api) -> None:
    desk, case = await officer(), await make_case()

    first, again = [await made(api, desk, caseId=id_of(case), idempotencyKey="k1") for _ in range(2)]

    assert first["url"] is not None
    assert again == first | {"url": None}


@reaches("NotFound", "createFamilyLink", "revokeFamilyLink")
async def test_of_another_regency_nothing_is_found(api: Api) -> None:
    link, elsewhere = await make_family_link(), await make_member(role=Role.DESK_OFFICER, region=OTHER_REGENCY)
    case = await link.case

    assert await refused(api, elsewhere, "createFamilyLink", caseId=id_of(case)) == NOT_FOUND
    assert await refused(api, elsewhere, "revokeFamilyLink", linkId=id_of(link)) == NOT_FOUND


@reaches("NotAllowed", "createFamilyLink", "revokeFamilyLink")
async def test_links_are_not_a_volunteers(api: Api) -> None:
    link, volunteer = await make_family_link(), await make_member()

    assert await refused(api, volunteer, "createFamilyLink", caseId=id_of(await link.case)) == NOT_ALLOWED
    assert await refused(api, volunteer, "revokeFamilyLink", linkId=id_of(link)) == NOT_ALLOWED


@reaches("InvalidInput", "createFamilyLink")
async def test_for_too_many_days_it_is_refused(api: Api) -> None:
    answer = await refused(api, await officer(), "createFamilyLink", caseId=id_of(await make_case()), days=91)

    assert answer == invalid_input(("days", "Isi 1 sampai 90 hari.", "Give 1 to 90 days."))


@reaches("InvalidTransition", "createFamilyLink")
async def test_of_a_closed_case_it_is_refused(api: Api) -> None:
    case = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

    answer = await refused(api, await officer(), "createFamilyLink", caseId=id_of(case))

    assert answer == invalid_transition("CLOSED", "OPEN", "ON_HOLD")


@reaches("RevokeFamilyLinkSuccess", "revokeFamilyLink")
async def test_a_link_is_revoked(api: Api) -> None:
    link = await make_family_link()

    answer = await done(api, await officer(), "revokeFamilyLink", "link { id revokedAt }", linkId=id_of(link))

    assert answer["link"]["id"] == id_of(link)
    assert answer["link"]["revokedAt"] == (await FamilyLink.get()).revoked_at.isoformat()


@reaches("IdempotencyKeyReused", "createFamilyLink", "revokeFamilyLink")
async def test_one_key_is_for_one_link(api: Api) -> None:
    desk, links = await officer(), [await make_family_link() for _ in range(2)]
    first, second = [{"linkId": id_of(link), "idempotencyKey": "k1"} for link in links]
    await api.do(desk, "revokeFamilyLink", **first)
    case = id_of(await links[0].case)
    await api.do(desk, "createFamilyLink", caseId=case, idempotencyKey="k2")

    assert await refused(api, desk, "revokeFamilyLink", **second) == KEY_REUSED
    assert await refused(api, desk, "createFamilyLink", caseId=case, days=3, idempotencyKey="k2") == KEY_REUSED


async def test_a_case_lists_its_links_newest_first(api: Api) -> None:
    case = await make_case()
    links = [await make_family_link(case, last_opened_at=at) for at in (NOW, None)]

    found = await api.data(
        await officer(),
        "query ($id: ID!) { case(id: $id) { familyLinks(first: 5) { edges { node { id lastOpenedAt } } } } }",
        id=id_of(case),
    )

    assert [edge["node"] for edge in found["case"]["familyLinks"]["edges"]] == [
        {"id": id_of(links[1]), "lastOpenedAt": None},
        {"id": id_of(links[0]), "lastOpenedAt": NOW.isoformat()},
    ]
