"""submitReport through the API."""

import pytest

from kurir_api.models import Role
from tests.api import Api
from tests.factories import OTHER_VILLAGE, REGENCY, VILLAGE, make_member
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, done, invalid_input, reaches, refused

REPORT = """report {
  channel status text reporterName reporterPhone region { code } location { latitude longitude } case { number }
}"""
WORDS = "Ibu saya harus cuci darah besok, tidak ada kendaraan."


@reaches("ReportSuccess", "submitReport")
async def test_a_call_for_help_is_written_down_as_it_was_said(api: Api) -> None:
    answer = await done(
        api,
        await make_member(role=Role.DESK_OFFICER),
        "submitReport",
        REPORT,
        channel="WHATSAPP",
        text=f" {WORDS} ",
        reporterName="Wahyuni",
        reporterPhone="0812 9876 5432",
        region=VILLAGE,
        location={"latitude": -7.3825, "longitude": 109.2215},
    )

    assert answer["report"] == {
        "channel": "WHATSAPP",
        "status": "RECEIVED",
        "text": WORDS,
        "reporterName": "Wahyuni",
        "reporterPhone": "+6281298765432",
        "region": {"code": VILLAGE},
        "location": {"latitude": -7.3825, "longitude": 109.2215},
        "case": None,
    }


async def test_a_volunteer_may_write_one_down_and_sees_it_without_knowing_more_of_the_place(api: Api) -> None:
    answer = await done(api, await make_member(), "submitReport", REPORT, channel="WALK_IN", text=WORDS)

    assert answer["report"]["region"] == {"code": REGENCY}
    assert (answer["report"]["location"], answer["report"]["reporterPhone"]) == (None, None)


@reaches("NotAllowed", "submitReport")
@pytest.mark.parametrize("role", [Role.PARTNER_REVIEWER, Role.ADMIN, Role.PROGRAMME_OFFICER])
async def test_other_roles_take_no_reports(api: Api, role: Role) -> None:
    assert await refused(api, await make_member(role=role), "submitReport", channel="SMS", text=WORDS) == NOT_ALLOWED


@reaches("InvalidInput", "submitReport")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    answer = await refused(
        api,
        await make_member(role=Role.DESK_OFFICER),
        "submitReport",
        channel="SMS",
        text=" ",
        reporterName="x" * 121,
        reporterPhone="12",
        region=OTHER_VILLAGE,
    )

    assert answer == invalid_input(
        ("text", "Harus diisi.", "Must not be empty."),
        ("reporterName", "Paling banyak 120 karakter.", "At most 120 characters."),
        (
            "reporterPhone",
            "Bukan nomor telepon; tulis seperti 0812-3456-7890.",
            "Not a phone number; write it like 0812-3456-7890.",
        ),
        (
            "region",
            "Pilih desa, kecamatan atau kabupaten di wilayah Anda.",
            "Choose a village, sub-district or regency where you work.",
        ),
    )


@reaches("IdempotencyKeyReused", "submitReport")
async def test_the_same_key_with_other_words_is_refused(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    await api.do(officer, "submitReport", channel="SMS", text=WORDS, idempotencyKey="k1")

    answer = await refused(api, officer, "submitReport", channel="SMS", text="BARU", idempotencyKey="k1")

    assert answer == KEY_REUSED
