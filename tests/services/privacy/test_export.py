"""What a person is handed of what is held about them."""

import orjson
import pytest

from kurir_api.models import ReportStatus
from kurir_api.services.privacy.erase import erase
from kurir_api.services.privacy.export import export
from tests.factories import NOW, make_message, make_patient, make_referral, make_report
from tests.services.accesses.logged import logged
from tests.services.privacy.scene import MARK, NIK, marked, said, somebody_helped

pytestmark = pytest.mark.usefixtures("db")


async def test_it_holds_everything_opened_but_who_reported() -> None:
    patient = await somebody_helped()

    written = (await export(patient, NOW)).decode()

    content = orjson.loads(written)
    assert content["format"] == "kurir-privacy-export-1"
    assert (content["patient"]["national_id"], content["patient"]["phone"]) == (NIK, "+6281234567890")
    assert {name: len(rows) for name, rows in content.items() if isinstance(rows, list)} == {
        "cases": 1,
        "tasks": 2,
        "referrals": 2,
        "reports": 3,
        "texts": 1,
        "assessments": 1,
        "claims": 1,
        "costs": 1,
        "receipts": 1,
        "ledger_entries": 2,
        "work_entries": 1,
        "line_reviews": 2,
        "needs": 0,
        "pledges": 0,
        "recurrences": 1,
        "family_links": 1,
        "letters": 0,
        "referral_documents": 0,
        "messages": 1,
        "timeline": 1,
        "aid_lookups": 0,
        "accesses": 0,
        "undealt_messages": 1,
        "shared_reports": 0,
    }
    assert marked(written) == set.union(*(await said()).values()) - {f"Tetangga {MARK}"}
    assert "+6281327000111" not in written


async def test_the_log_says_which_fields_were_handed_out() -> None:
    patient = await make_patient()

    await export(patient, NOW)

    assert await logged() == [
        (
            "EXPORTED",
            [
                "address",
                "assessment",
                "birthDate",
                "consentNote",
                "decisionNote",
                "diagnosis",
                "familyCard",
                "instructions",
                "landmark",
                "location",
                "nationalId",
                "phone",
                "referralNote",
                "sex",
            ],
            "privacy export",
        )
    ]


async def test_of_a_report_that_is_another_patients_too_it_holds_the_number_alone() -> None:
    patient, other = await make_patient(), await make_patient()
    report = await make_report(status=ReportStatus.REFERRED, number=12, text=f"Berdua {MARK}")
    await make_message(report, text=f"Ini {MARK}")
    for one in (patient, other):
        await make_referral(patient=one, report=report, status="CONFIRMED", decided_at=NOW)

    written = (await export(patient, NOW)).decode()

    content = orjson.loads(written)
    assert [(row["number"], row["id"]) for row in content["shared_reports"]] == [(12, str(report.id))]
    assert (content["reports"], content["messages"], marked(written)) == ([], [], set())


async def test_of_who_was_erased_it_holds_what_is_left() -> None:
    patient = await somebody_helped()
    await erase(patient, NOW)
    await patient.refresh_from_db()

    written = (await export(patient, NOW)).decode()

    content = orjson.loads(written)
    assert (content["patient"]["name"], len(content["tasks"]), len(content["ledger_entries"])) == ("(dihapus)", 2, 2)
    assert [entry["action"] for entry in content["accesses"]] == ["ERASED"]
    assert marked(written) == set()
