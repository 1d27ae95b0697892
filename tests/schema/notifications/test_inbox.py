"""myNotifications and markNotificationsRead: the caller's inbox."""

from datetime import UTC, datetime

from kurir_api.models import Notification, Role
from tests.api import Answer, Api
from tests.factories import (
    NOW,
    make_case,
    make_member,
    make_notification,
    make_referral,
    make_report,
    make_task,
)
from tests.ids import id_of

INBOX = """query ($unreadOnly: Boolean) {
  myNotifications(unreadOnly: $unreadOnly) { edges { node { kind title body createdAt readAt task { number } } } }
}"""
READ = "mutation ($ids: [ID!]!) { markNotificationsRead(ids: $ids) }"


async def inbox(api: Api, member: object, **variables: object) -> list[Answer]:
    edges = (await api.data(member, INBOX, **variables))["myNotifications"]["edges"]
    return [edge["node"] for edge in edges]


async def test_a_notification_reads_in_the_members_language_with_the_task_it_is_about(api: Api) -> None:
    task = await make_task(number=4821)
    sri, emma = await make_member(), await make_member(locale="en")
    for member in (sri, emma):
        await make_notification(member, task)

    (indonesian,), (english,) = await inbox(api, sri), await inbox(api, emma)

    assert indonesian == {
        "kind": "TASK_VERIFIED",
        "title": "Tugas diverifikasi: Antar jemput ambulans",
        "body": "Terima kasih atas bantuan Anda · Karangnangka · No. 4821",
        "createdAt": NOW.isoformat(),
        "readAt": None,
        "task": {"number": 4821},
    }
    assert english["title"] == "Task verified: Ambulance run"
    assert english["body"] == "Thank you for your help · Karangnangka · No. 4821"


async def test_a_task_one_may_no_longer_know_of_is_left_out(api: Api) -> None:
    member = await make_member()
    await make_notification(member, await make_task(status="CANCELLED"))

    (shown,) = await inbox(api, member)

    assert (shown["kind"], shown["task"]) == ("TASK_VERIFIED", None)


async def test_what_a_desk_is_told_names_the_report_case_or_referral_as_far_as_one_may_know_it(api: Api) -> None:
    desk, elsewhere = await make_member(role=Role.DESK_OFFICER), await make_member(locale="en")
    report, case, referral = (
        await make_report(number=17),
        await make_case(number="3302-2026-0042"),
        await make_referral(),
    )
    waiting = {
        "number": 17,
        "report_id": str(report.id),
        "starts_at": NOW.isoformat(),
        "time_zone": "Asia/Jakarta",
    }
    due = {"number": case.number, "deadline": NOW.isoformat(), "time_zone": "Asia/Jakarta"}
    for member in (desk, elsewhere):
        await make_notification(member, kind="REPORT_WAITING", data=waiting)
        await make_notification(member, kind="INSURANCE_DUE", data=due | {"case_id": str(case.id)})
        await make_notification(member, kind="REFERRAL_LATE", data=due | {"referral_id": str(referral.id)})
        await make_notification(member, kind="HANDED_UP", data={"number": 17, "report_id": str(report.id)})
    document = "{ myNotifications { edges { node { title body about { id } } } } }"

    read = [
        [
            (edge["node"]["title"], edge["node"]["body"], edge["node"]["about"])
            for edge in page["myNotifications"]["edges"]
        ]
        for page in [await api.data(member, document) for member in (desk, elsewhere)]
    ]

    assert read[0] == [
        ("Diserahkan kepada Anda: No. 17", "Alasannya ada di Kurir", {"id": id_of(report)}),
        (
            "Rujukan belum dijawab: No. 3302-2026-0042",
            "Batas waktu Sen 23 Nov 09.00 WIB · Ingatkan programnya, atau lengkapi di Kurir",
            {"id": id_of(referral)},
        ),
        (
            "Jaminan kesehatan belum aktif: kasus No. 3302-2026-0042",
            "Batas waktu Sen 23 Nov 09.00 WIB · Sesudah itu perawatan tidak dijamin",
            {"id": id_of(case)},
        ),
        (
            "Laporan belum ditangani: No. 17",
            "Menunggu sejak Sen 23 Nov 09.00 WIB · Baca dan tangani di Kurir",
            {"id": id_of(report)},
        ),
    ]
    assert read[1] == [
        ("Handed up to you: No. 17", "Kurir says why", None),
        (
            "Referral without an answer: No. 3302-2026-0042",
            "Due Mon 23 Nov 09:00 WIB · Remind the programme, or complete it in Kurir",
            None,
        ),
        (
            "Insurance not active: case No. 3302-2026-0042",
            "Due Mon 23 Nov 09:00 WIB · After that the stay is not covered",
            None,
        ),
        ("Nobody has taken up report No. 17", "Waiting since Mon 23 Nov 09:00 WIB · Read it in Kurir", None),
    ]


async def test_silent_ones_and_others_peoples_are_not_in_it(api: Api) -> None:
    member = await make_member()
    await make_notification(member, kind="TASK_TAKEN", silent=True)
    await make_notification(await make_member())

    assert await inbox(api, member) == []


async def test_those_that_were_read_can_be_left_out(api: Api) -> None:
    member = await make_member()
    await make_notification(member, kind="TASK_CANCELLED", read_at=NOW)
    await make_notification(member, kind="OFFER")

    assert [one["kind"] for one in await inbox(api, member)] == ["OFFER", "TASK_CANCELLED"]
    assert [one["kind"] for one in await inbox(api, member, unreadOnly=True)] == ["OFFER"]
    assert [one["kind"] for one in await inbox(api, member, unreadOnly=None)] == ["OFFER", "TASK_CANCELLED"]


async def test_marking_as_read_counts_what_was_unread_until_now(api: Api) -> None:
    member = await make_member()
    ids = [id_of(await make_notification(member)) for _ in range(3)]
    before = datetime.now(UTC)

    first = await api.data(member, READ, ids=ids[:2])
    again = await api.data(member, READ, ids=ids)

    assert (first, again) == ({"markNotificationsRead": 2}, {"markNotificationsRead": 1})
    times = await Notification.filter(member=member).values_list("read_at", flat=True)
    assert all(before <= at <= datetime.now(UTC) for at in times)


async def test_others_notifications_and_ids_of_nothing_count_none(api: Api) -> None:
    theirs = await make_notification(await make_member())
    ids = [id_of(theirs), id_of(await make_task()), "no id"]

    assert await api.data(await make_member(), READ, ids=ids) == {"markNotificationsRead": 0}

    await theirs.refresh_from_db()
    assert theirs.read_at is None


async def test_more_than_100_at_a_time_are_bad_user_input(api: Api) -> None:
    member = await make_member()
    notification = await make_notification(member)

    (error,) = await api.errors(member, READ, ids=[id_of(notification)] * 101)

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == "Perbaiki isian: ids: Kirim paling banyak 100 sekali kirim."
    await notification.refresh_from_db()
    assert notification.read_at is None
