"""Also what is no answer of the API leaves a row: letters, the family's page, texts that Kurir sends by itself."""

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import AccessEntry, Role
from kurir_api.services.documents.letter import letter
from kurir_api.services.family.open_link import open_link
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import (
    NOW,
    make_case,
    make_family_link,
    make_member,
    make_patient,
    make_programme,
    make_referral,
    make_task,
    principal_for,
)

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]


async def test_letters_the_familys_page_and_texts_are_logged_with_who_acted_and_by_what() -> None:
    patient = await make_patient(national_id="3302230101600001")
    case = await make_case(patient)
    referral = await make_referral(await make_programme(), patient=patient)
    desk = await principal_for(Role.DESK_OFFICER)
    link = await make_family_link(case, token="t" * 43)
    task, driver = await make_task(case), await make_member(capabilities=("AMBULANCE_LICENCE",))

    await letter(desk, referral.id, "https://kurir.example/verify", NOW)
    await open_link("t" * 43, NOW)
    await claim_task(await principal_of_member(driver.id), ClaimTask(task_id=task.id))

    rows = await AccessEntry.all().order_by("number")
    assert [(row.by, row.member_id, row.action, row.field_names, row.reason, row.ground) for row in rows] == [
        ("MEMBER", desk.member_id, "EXPORTED", ["birthDate", "nationalId"], "letter", f"referral:{referral.id}"),
        ("FAMILY_LINK", None, "READ", ["tasks"], "family", f"link:{link.id}"),
        ("KURIR", None, "USED", ["phone"], "family message", f"task:{task.id}"),
    ]
