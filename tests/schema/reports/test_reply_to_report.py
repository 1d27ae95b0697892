"""replyToReport through the API, and the conversation it becomes part of."""

from datetime import timedelta

from kurir_api.models import Member, Notification, Role
from tests.api import Api
from tests.counting import Statements
from tests.factories import NOW, OTHER_REGENCY, make_member, make_message, make_report
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused

MESSAGES = "messages(first: 5) { edges { node { incoming text author { name } media { kind type } delivery } } }"


async def officer() -> Member:
    return await make_member("Rina", Role.DESK_OFFICER)


@reaches("ReplySuccess", "replyToReport")
async def test_a_reply_is_on_its_way(api: Api) -> None:
    report = await make_report()

    answer = await done(
        api,
        await officer(),
        "replyToReport",
        "reply { incoming text author { name } delivery }",
        reportId=id_of(report),
        text="Kami ke sana besok.",
    )

    assert answer["reply"] == {
        "incoming": False,
        "text": "Kami ke sana besok.",
        "author": {"name": "Rina"},
        "delivery": "QUEUED",
    }


@reaches("InvalidInput", "replyToReport")
async def test_where_nobody_can_be_written_to_it_is_refused(api: Api) -> None:
    report = await make_report(reporter_phone=None)

    answer = await refused(api, await officer(), "replyToReport", reportId=id_of(report), text="Halo")

    assert answer == invalid_input(
        (
            "reportId",
            "Pelapor tidak bisa dibalas: nomor teleponnya tidak tercatat.",
            "The reporter can't be written to: no telephone number is known.",
        )
    )


@reaches("NotFound", "replyToReport")
async def test_a_report_of_another_regency_is_not_found(api: Api) -> None:
    report, elsewhere = await make_report(), await make_member(role=Role.DESK_OFFICER, region=OTHER_REGENCY)

    assert await refused(api, elsewhere, "replyToReport", reportId=id_of(report), text="Halo") == NOT_FOUND


@reaches("NotAllowed", "replyToReport")
async def test_it_is_not_a_volunteers(api: Api) -> None:
    report = await make_report()

    assert (
        await refused(api, await make_member(), "replyToReport", reportId=id_of(report), text="Halo") == NOT_ALLOWED
    )


@reaches("IdempotencyKeyReused", "replyToReport")
async def test_one_key_is_for_one_reply(api: Api) -> None:
    desk, report = await officer(), await make_report()
    first = {"reportId": id_of(report), "text": "Halo", "idempotencyKey": "k1"}
    await api.do(desk, "replyToReport", **first)

    assert await refused(api, desk, "replyToReport", **first | {"text": "Hai"}) == KEY_REUSED


async def test_a_conversation_shows_who_wrote_and_what_came_of_each(api: Api) -> None:
    desk, report = await officer(), await make_report()
    await make_message(report, "Ada kursi roda?", media=[{"kind": "image", "id": "w1", "type": "image/jpeg"}])
    for number, ending in enumerate(({"sent_at": NOW}, {"failure": "551", "failed_at": NOW})):
        await api.do(desk, "replyToReport", reportId=id_of(report), text=f"Balasan {number}")
        await Notification.filter(due_at__isnull=False).update(due_at=None, **ending)

    found = await api.data(desk, f"{{ reports {{ edges {{ node {{ {MESSAGES} }} }} }} }}")

    (edge,) = found["reports"]["edges"]
    assert [one["node"] for one in edge["node"]["messages"]["edges"]] == [
        {"incoming": False, "text": "Balasan 1", "author": {"name": "Rina"}, "media": [], "delivery": "FAILED"},
        {"incoming": False, "text": "Balasan 0", "author": {"name": "Rina"}, "media": [], "delivery": "SENT"},
        {
            "incoming": True,
            "text": "Ada kursi roda?",
            "author": None,
            "media": [{"kind": "image", "type": "image/jpeg"}],
            "delivery": None,
        },
    ]


async def test_many_conversations_cost_as_many_statements_as_one(api: Api) -> None:
    desk, counts = await officer(), []
    for many in (1, 3):
        for _ in range(many):
            await make_message(await make_report(), incoming=False, author=desk, sent_at=NOW + timedelta(hours=1))
        with Statements() as statements:
            await api.data(desk, f"{{ reports {{ edges {{ node {{ {MESSAGES} }} }} }} }}")
        counts.append(len(statements))

    assert counts[0] == counts[1]
