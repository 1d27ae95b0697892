"""`kurir hotline`: for which regency the messages are that arrive at an address."""

import pytest

from kurir_api.errors import InvalidInput
from kurir_api.models import Hotline, Role
from kurir_api.services.threads.set_hotline import SetHotline, set_hotline
from kurir_api.settings import Settings
from tests.factories import OTHER_REGENCY, REGENCY, make_member
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")


async def put(regency: str | None, channel: str = "whatsapp", address: str = "1055512345") -> bool:
    return await set_hotline(
        SetHotline(channel=channel, address=address, regency=regency, channels=("smsgate", "whatsapp"))
    )


async def test_it_is_added_changed_and_removed_and_says_whether_anything_changed() -> None:
    await make_member(role=Role.ADMIN)
    await make_member(role=Role.ADMIN, region=OTHER_REGENCY)

    changed = []
    for regency in (REGENCY, REGENCY, OTHER_REGENCY):
        changed.append(await put(regency))
        assert (await Hotline.get()).address == "1055512345"
    assert (await Hotline.get()).regency_code == OTHER_REGENCY
    changed += [await put(None), await put(None)]

    assert changed == [True, False, True, True, False]
    assert not await Hotline.exists()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"channel": "telegram"}, "channel"),
        ({"address": ""}, "address"),
        ({"address": "1" * 101}, "address"),
        ({"regency": OTHER_REGENCY}, "regency"),
        ({"regency": "33.02.23"}, "regency"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_field(values: dict, path: str) -> None:
    await make_member(role=Role.ADMIN)

    with pytest.raises(InvalidInput) as refusal:
        await put(**{"regency": REGENCY} | values)

    assert [problem.path for problem in refusal.value.problems] == [(path,)]
    assert not await Hotline.exists()


async def test_the_command_says_what_it_did(settings: Settings) -> None:
    await make_member(role=Role.ADMIN)

    done = await run(
        KURIR, "hotline", "whatsapp", "1055512345", REGENCY, env=environment(settings), cwd=settings.data_dir
    )

    assert done == Ended(0, "whatsapp 1055512345 is for 33.02.\n", "")
    assert (await Hotline.get()).regency_code == REGENCY
