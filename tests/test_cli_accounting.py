"""The commands by which an office accounts for people's data."""

import stat
from datetime import timedelta

import orjson
import pytest

from kurir_api.models import AccessAction, AccessEntry, AccessHead, Role
from kurir_api.services.accesses import accounted, note
from kurir_api.settings import Settings
from tests.factories import NOW, REGENCY, make_case, make_patient, principal_for
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")


async def kurir_says(settings: Settings, *arguments: str) -> Ended:
    """What the command leaves."""
    return await run(KURIR, *arguments, env=environment(settings), cwd=settings.data_dir)


async def test_the_log_is_verified_and_a_head_that_is_not_in_it_ends_with_status_1(settings: Settings) -> None:
    patient = await make_patient()
    async with accounted("case"):
        note(patient, AccessAction.READ, ("phone",), who=await principal_for(Role.COORDINATOR, name="Kus Wardani"))
    head = await AccessHead.get(regency_code=REGENCY)

    verified = await kurir_says(settings, "audit", "verify")
    cut_off = await kurir_says(settings, "audit", "verify", REGENCY, "--head=2:abc")
    who = await kurir_says(settings, "audit", "who", f"--patient={patient.id}")

    assert verified == Ended(0, f"33.02: 1 rows, head 1:{head.digest}\n", "")
    assert (cut_off.code, cut_off.out.splitlines()[0]) == (
        1,
        "33.02: the noted head 2 is not in the log: rows were cut off",
    )
    assert (who.code, who.out[19:]) == (0, " WIB  Kus Wardani  READ  phone  case\n")


async def test_a_person_gets_a_file_is_erased_and_a_breach_has_a_scope(settings: Settings) -> None:
    patient = await make_patient()
    case = await make_case(patient, number="3302-2026-0001")
    async with accounted("case"):
        note(patient, AccessAction.READ, ("phone",), who=await principal_for(Role.COORDINATOR))
    file = settings.data_dir / "person.json"
    since = ((await AccessEntry.get()).at - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")

    exported = await kurir_says(settings, "privacy", "export", str(patient.id), "-o", str(file))
    again = await kurir_says(settings, "privacy", "export", str(patient.id), "-o", str(file))
    scope = await kurir_says(settings, "privacy", "breach-scope", f"--since={since}", "--noticed=2026-11-26T08:00")
    refused = await kurir_says(settings, "privacy", "erase", str(patient.id), "--yes")
    await case.update_from_dict({"status": "CLOSED", "outcome": "RECOVERED", "closed_at": NOW}).save()
    erased = await kurir_says(settings, "privacy", "erase", str(patient.id), "--yes")

    assert (exported.code, orjson.loads(file.read_bytes())["patient"]["phone"]) == (0, "+6281234567890")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (again.code, again.err) == (2, f"{file} can't be written (File exists).\n")
    assert scope.out.splitlines()[1].startswith(f"{patient.id},33.02,Sutinah,")
    assert scope.err.startswith("Patients: 1. Notify by 2026-11-29 08:00 UTC (UU 27/2022 art. 46).\n")
    assert "at most: 1 patients by name, 0 reports" in scope.err
    assert (refused.code, refused.err.splitlines()[1].startswith("Correct the input: patient: Still open")) == (
        1,
        True,
    )
    assert (erased.code, erased.out.splitlines()[0]) == (0, "Removed: patient, 1")
    await patient.refresh_from_db()
    assert patient.name == "(dihapus)"
