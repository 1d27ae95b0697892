"""Both languages: the member's own, and before signing in the request's; and what is said of our own faults."""

import httpx
import pytest
from structlog.testing import capture_logs

from tests.api import Api
from tests.factories import make_member, make_notification, make_task
from tests.ids import id_of


@pytest.mark.parametrize(
    ("locale", "kind", "reason"),
    [
        (
            "id",
            "Antar jemput ambulans",
            "Anda belum memenuhi syarat tugas ini: keahlian yang diperlukan belum tercatat.",
        ),
        ("en", "Ambulance run", "You can't take this task: a required capability is missing."),
    ],
)
async def test_a_member_reads_the_own_language_whatever_the_phone_asks_for(
    api: Api, locale: str, kind: str, reason: str
) -> None:
    task, member = await make_task(), await make_member(locale=locale)
    document = "query ($id: ID!) { task(id: $id) { title kind { name } } }"

    found = await api.data(member, document, id=id_of(task))
    refused = await api.do(member, "claimTask", taskId=id_of(task))

    assert found["task"] == {"title": kind, "kind": {"name": kind}}
    assert refused["message"] == reason


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("en-GB,en;q=0.9", "Sign in first: send a valid token as `Authorization: Bearer ...`."),
        ("id-ID", "Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`."),
        ("fr", "Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`."),
    ],
)
async def test_whoever_is_not_signed_in_reads_what_the_request_asks_for(api: Api, asked: str, message: str) -> None:
    async with httpx.AsyncClient(base_url=api.url, headers={"Accept-Language": asked}) as client:
        response = await client.post("/graphql", json={"query": "{ me { id } }"})

    (error,) = response.json()["errors"]
    assert (error["extensions"], error["message"]) == ({"code": "UNAUTHENTICATED"}, message)


@pytest.mark.parametrize("locale", ["id", "en"])
async def test_a_fault_of_ours_is_a_reference_in_both_languages_that_finds_the_log_line(
    api: Api, locale: str
) -> None:
    member = await make_member(locale=locale)
    await make_notification(member, kind="OF_A_LATER_RELEASE", data={"name": "Sutinah"})

    with capture_logs() as logs:
        body = (await api.post(member, "{ myNotifications { edges { node { title } } } }")).json()

    (line,), (error,) = logs, body["errors"]
    reference = line["reference"]
    assert body["data"] is None
    assert error["extensions"] == {"code": "INTERNAL", "reference": reference}
    assert error["message"] == (
        f"Something went wrong on our side; quote reference {reference}. / "
        f"Terjadi kesalahan di sisi kami; sebutkan rujukan {reference}."
    )
    assert (line["event"], line["field"]) == ("fault", "title")
    assert "Sutinah" not in repr(logs)
