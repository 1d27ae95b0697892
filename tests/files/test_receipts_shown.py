"""GET /receipts/{id}: by a link of ten minutes, and by nothing else."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from kurir_api.links import signed
from kurir_api.models import Cost, Member, Membership, Receipt, Role, new_id
from kurir_api.settings import Settings
from tests.api import Api
from tests.factories import OTHER_REGENCY, make_claim, make_cost, make_member, make_task
from tests.files.pictures import jpeg, pdf
from tests.files.sending import Phone, kept, storage_down


@pytest.fixture
async def receipt(phone: Phone) -> Receipt:
    """A photo that was sent."""
    await phone.send(jpeg())
    return await Receipt.get()


def link(settings: Settings, by: Member, path: str, age: timedelta = timedelta()) -> str:
    """The member's link to the path, made `age` ago."""
    return signed(settings, path, datetime.now(UTC) - age, by=str(by.id))


async def fetched(api: Api, url: str, method: str = "GET") -> httpx.Response:
    """What a browser without a token is answered."""
    async with httpx.AsyncClient(base_url=api.url) as browser:
        return await browser.request(method, url)


@pytest.mark.parametrize("small", ["", "small"])
async def test_a_link_shows_the_picture(
    api: Api, settings: Settings, sender: Member, receipt: Receipt, small: str
) -> None:
    path = f"/receipts/{receipt.id}/{small}".rstrip("/")
    answer = await fetched(api, link(settings, sender, path))

    assert answer.status_code == 200
    assert answer.content == kept(settings, receipt, f"-{small}" * bool(small))
    told = {name: answer.headers[name] for name in HEADERS}
    assert told == HEADERS | {"content-disposition": f'inline; filename="receipt-{receipt.id}.jpg"'}


HEADERS = {
    "content-type": "image/jpeg",
    "content-disposition": "",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
}


async def test_a_pdf_says_that_it_is_one(api: Api, phone: Phone, settings: Settings, sender: Member) -> None:
    await phone.send(pdf())
    receipt = await Receipt.get()
    document = await fetched(api, link(settings, sender, f"/receipts/{receipt.id}"))
    small = await fetched(api, link(settings, sender, f"/receipts/{receipt.id}/small"))

    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"] == f'inline; filename="receipt-{receipt.id}.pdf"'
    assert small.headers["content-type"] == "image/jpeg"
    assert small.headers["content-disposition"] == f'inline; filename="receipt-{receipt.id}.jpg"'


async def test_head_says_the_same_without_the_picture(
    api: Api, settings: Settings, sender: Member, receipt: Receipt
) -> None:
    answer = await fetched(api, link(settings, sender, f"/receipts/{receipt.id}"), "HEAD")

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", "image/jpeg")
    assert int(answer.headers["content-length"]) == receipt.size


async def test_links_that_are_none_are_refused(
    api: Api, settings: Settings, sender: Member, receipt: Receipt
) -> None:
    path = f"/receipts/{receipt.id}"
    genuine = link(settings, sender, path)
    other_office = settings.model_copy(update={"secret": settings.index_key})
    for url in (
        path,
        f"{path}?expires=9999999999&signature={'0' * 64}",
        genuine.replace("expires=1", "expires=2"),
        genuine[:-1] + ("0" if genuine[-1] != "0" else "1"),
        genuine + "&by=me",
        link(other_office, sender, path),
        link(settings, sender, f"{path}/small").replace("/small", ""),
        link(settings, sender, f"/receipts/{new_id()}").replace("/receipts/", f"{path}?x="),
        link(settings, sender, path, timedelta(minutes=10)),
    ):
        answer = await fetched(api, url)
        assert (answer.status_code, "Minta tautan baru" in answer.text) == (403, True), url


async def test_a_link_is_good_for_almost_ten_minutes(
    api: Api, settings: Settings, sender: Member, receipt: Receipt
) -> None:
    url = link(settings, sender, f"/receipts/{receipt.id}", timedelta(minutes=9, seconds=50))

    assert (await fetched(api, url)).status_code == 200


async def test_a_token_is_no_link(phone: Phone, receipt: Receipt) -> None:
    assert (await phone.http.get(f"/receipts/{receipt.id}", headers=phone.headers)).status_code == 403


async def test_what_was_swept_is_not_found(api: Api, settings: Settings, sender: Member, receipt: Receipt) -> None:
    await receipt.delete()

    assert (await fetched(api, link(settings, sender, f"/receipts/{receipt.id}"))).status_code == 404


async def test_other_ids_are_not_found(api: Api, settings: Settings, sender: Member, phone: Phone) -> None:
    assert (await fetched(api, link(settings, sender, f"/receipts/{new_id()}"))).status_code == 404
    assert (await fetched(api, link(settings, sender, "/receipts/..%2F..%2Fsecrets"))).status_code == 404


async def spent(receipt: Receipt, sender: Member) -> Cost:
    """A cost that has the receipt, of a partner's volunteer."""
    cost = await make_cost(await make_claim(await make_task(), sender))
    await Receipt.filter(id=receipt.id).update(cost_id=cost.id)
    return cost


async def statuses(api: Api, receipt: Receipt, *viewers: Member) -> list[int]:
    """What each viewer's own genuine link answers."""
    path = f"/receipts/{receipt.id}"
    return [(await fetched(api, link(api.settings, viewer, path))).status_code for viewer in viewers]


async def test_an_unused_one_is_its_sender_s_alone(api: Api, sender: Member, receipt: Receipt) -> None:
    others = [await make_member(role=role) for role in Role]

    assert await statuses(api, receipt, sender, *others) == [200] + [404] * len(others)


async def test_a_cost_s_is_the_sender_s_and_the_region_s_coordinators(
    api: Api, sender: Member, receipt: Receipt
) -> None:
    cost = await spent(receipt, sender)
    coordinator = await make_member(role=Role.COORDINATOR)
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=await cost.organization)
    elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await statuses(api, receipt, sender, coordinator) == [200, 200]
    assert await statuses(api, receipt, reviewer, elsewhere, await make_member()) == [404, 404, 404]


async def test_a_link_ends_with_its_member_s_right_to_see_it(api: Api, sender: Member, receipt: Receipt) -> None:
    await spent(receipt, sender)
    coordinator = await make_member(role=Role.COORDINATOR)
    url = link(api.settings, coordinator, f"/receipts/{receipt.id}")
    assert (await fetched(api, url)).status_code == 200

    await Membership.filter(member_id=coordinator.id).update(role=Role.VOLUNTEER)
    assert (await fetched(api, url)).status_code == 404
    await Member.filter(id=coordinator.id).update(active=False)
    assert (await fetched(api, url)).status_code == 403


async def test_a_link_of_nobody_is_none(api: Api, settings: Settings, receipt: Receipt) -> None:
    url = signed(settings, f"/receipts/{receipt.id}", datetime.now(UTC))

    assert (await fetched(api, url)).status_code == 403


async def test_while_the_storage_is_down_it_is_said_in_words(
    api: Api, settings: Settings, sender: Member, receipt: Receipt
) -> None:
    with storage_down(settings):
        answer = await fetched(api, link(settings, sender, f"/receipts/{receipt.id}"))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "15")
    assert answer.text == (
        "Penyimpanan berkas sedang terganggu. Coba lagi sebentar lagi.\n"
        "The storage of files is out of order at the moment. Try again shortly.\n"
    )
