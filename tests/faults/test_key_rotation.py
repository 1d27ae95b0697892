"""An office changes its keys while two processes with different first keys work: nothing is lost, nobody is missed,
nobody is registered twice; afterwards the old keys are not needed.
"""

import asyncio
from contextlib import AsyncExitStack
from itertools import count
from time import perf_counter
from typing import Any

import pytest

from kurir_api.models import Member, Patient, Role
from kurir_api.services.keys.rotate import rotate
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.api import Api
from tests.conftest import Figures
from tests.factories import VILLAGE, make_member, make_patient
from tests.processes import run
from tests.processes.office import KURIR, environment, serving
from tests.services.keys.rings import ring, with_keys

pytestmark = pytest.mark.usefixtures("db")
FIRST, ROUNDS, AT_ONCE = 3302230101000000, {False: 4, True: 400}, 4
KNOWN = {False: 30, True: 5_000}
SELECT = "patient { id maskedNationalId } warnings"


def keys(settings: Settings, *numbers: int) -> dict[str, str]:
    """The rings as variables of the environment."""
    return {name: ring(settings, name, *numbers) for name in ("encryption_key", "index_key")}


def index_of(national_id: int) -> str:
    """Under the first key."""
    return Patient.national_id.index(str(national_id))


async def registers(api: Api, officer: Member, national_id: int, word: str) -> dict[str, Any]:
    """The desk registers the patient, or finds them, and writes down where they live."""
    patient = {"name": "Warga", "region": VILLAGE, "consent": True, "nationalId": str(national_id), "address": word}
    return await api.do(officer, "registerPatient", SELECT, patient=patient)


async def rotates(settings: Settings, *, full: bool) -> None:
    """As the operator does it; in the short form without a process of its own."""
    if full:
        ended = await run(KURIR, "keys", "rotate", env=environment(settings, **keys(settings, 2, 1)))
        assert ended.code == 0, ended.err
    else:
        open_vault(with_keys(settings, 2, 1))
        await rotate(lambda _: None)


async def test_keys_change_while_the_office_works(settings: Settings, figure: Figures, full: bool) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    known = [FIRST + number for number in range(KNOWN[full])]
    for national_id in known:
        await make_patient(national_id=str(national_id), address="dahulu")
    said: dict[int, set[str]] = {}
    twice: list[int] = []
    missed: list[int] = []
    numbers = count(FIRST + 100_000)

    async def works(old: Api, new: Api) -> None:
        for round_ in range(ROUNDS[full]):
            fresh, before = next(numbers), known[(round_ * 7) % len(known)]
            answers = await asyncio.gather(
                registers(old, officer, fresh, f"lama {round_}"),
                registers(new, officer, fresh, f"baru {round_}"),
                registers(old if round_ % 2 else new, officer, before, f"pindah {round_}"),
            )
            if len({answer["patient"]["id"] for answer in answers[:2]}) > 1:
                twice.append(fresh)
            if len(answers[2]["warnings"]) == 0:
                missed.append(before)
            said.setdefault(fresh, set()).update({f"lama {round_}", f"baru {round_}"})
            said.setdefault(before, set()).add(f"pindah {round_}")

    began = perf_counter()
    async with AsyncExitStack() as stack:
        both = [serving(settings, **keys(settings, *numbers)) for numbers in ((1, 2), (2, 1))]
        old, new = await asyncio.gather(*(stack.enter_async_context(one) for one in both))
        async with asyncio.TaskGroup() as working:
            for _ in range(AT_ONCE):
                working.create_task(works(old.api, new.api))
            await rotates(settings, full=full)
    await rotates(settings, full=full)
    took = perf_counter() - began

    open_vault(with_keys(settings, 2))
    rows = {int(row.national_id or 0): row.address for row in await Patient.all()}
    lost = [one for one in {*known, *said} if rows.get(one) not in said.get(one, {"dahulu"})]
    unfound = [one for one in rows if not await Patient.filter(national_id_index=index_of(one)).exists()]
    open_vault(settings)
    assert (lost, missed, twice, unfound) == ([], [], [], [])
    assert len(rows) == await Patient.all().count() == KNOWN[full] + AT_ONCE * ROUNDS[full]
    figure(
        "rotation without downtime: nothing lost, no look-up misses, nobody twice",
        f"0 lost, 0 missed, 0 twice of {len(rows)} patients and {3 * AT_ONCE * ROUNDS[full]} registrations by two "
        f"processes while keys rotated ({took:.1f} s); all open and found by the new keys alone",
    )
