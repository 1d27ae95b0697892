"""The commands with which an operator begins an office."""

import pytest

from kurir_api.models import Member, Organization
from kurir_api.settings import Settings
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")
OFFICE = "Dinas Sosial Kabupaten Banyumas"
SET_UP = ("set-up", "--regency=33.02", f"--office={OFFICE}", "--name=Endang Lestari")


async def kurir_says(settings: Settings, *arguments: str) -> Ended:
    """What the command leaves."""
    return await run(KURIR, *arguments, env=environment(settings), cwd=settings.data_dir)


async def test_an_office_is_set_up_with_partners_and_its_administrator_gets_a_token(settings: Settings) -> None:
    begun = await kurir_says(settings, *SET_UP, "--phone=0813-2700-0111")
    partner = await kurir_says(settings, "add-organization", "--regency=33.02", "--name=Lazis", "--kind=COMMUNITY")
    token = await kurir_says(settings, "token", "--phone=0813-2700-0111")

    assert begun == Ended(
        0, f"Endang Lestari is an administrator of 33.02 for {OFFICE}, and may sign in with 0813-2700-0111.\n", ""
    )
    assert partner == Ended(0, "Lazis is a partner of 33.02.\n", "")
    assert (token.code, token.out.count("."), token.err) == (0, 2, "")
    assert {OFFICE, "Lazis"} <= set(await Organization.all().values_list("name", flat=True))


async def test_a_number_that_is_none_is_refused_in_both_languages_and_nothing_begins(settings: Settings) -> None:
    refused = await kurir_says(settings, *SET_UP, "--phone=112")

    assert refused == Ended(
        1,
        "",
        "Perbaiki isian: phone: Bukan nomor telepon; tulis seperti 0812-3456-7890.\n"
        "Correct the input: phone: Not a phone number; write it like 0812-3456-7890.\n",
    )
    assert not await Member.exists()
