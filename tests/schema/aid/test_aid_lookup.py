"""aidLookup, as clients meet it."""

from typing import Any

from kurir_api.models import AidLookup, Role
from tests.api import Api
from tests.factories import (
    VILLAGE,
    make_member,
    make_programme,
    make_registry_person,
)
from tests.schema.refusals import NOT_ALLOWED, invalid_input, reaches, refused

SELECT = """
  found maskedName welfareDecile region { code } aid { programme { code } since until source }
"""
ASKED = {"nationalId": "3302235507700001", "purpose": "Pasien meminta bantuan sembako."}
NOBODY: dict[str, Any] = {
    "__typename": "AidLookupSuccess",
    "found": False,
    "maskedName": None,
    "welfareDecile": None,
    "region": None,
    "aid": [],
}


@reaches("AidLookupSuccess", "aidLookup")
async def test_an_officer_reads_what_is_known(api: Api) -> None:
    await make_programme("PKH")
    aid = '[["PKH","2024-01-01",null,"DTSEN"]]'
    await make_registry_person(aid=aid)

    assert await api.do(await make_member(role=Role.DESK_OFFICER), "aidLookup", SELECT, **ASKED) == {
        "__typename": "AidLookupSuccess",
        "found": True,
        "maskedName": "S****** W******",
        "welfareDecile": 2,
        "region": {"code": VILLAGE},
        "aid": [{"programme": {"code": "PKH"}, "since": "2024-01-01", "until": None, "source": "DTSEN"}],
    }


async def test_a_person_of_another_village_looks_like_nobody(api: Api) -> None:
    await make_registry_person()
    officer = await make_member(role=Role.DESK_OFFICER, region="33.02.24.1003")

    assert await api.do(officer, "aidLookup", SELECT, **ASKED) == NOBODY
    assert await api.do(officer, "aidLookup", SELECT, **ASKED | {"nationalId": "3302235507700002"}) == NOBODY


@reaches("InvalidInput", "aidLookup")
async def test_without_a_purpose_nothing_is_looked_up(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)

    assert await refused(api, officer, "aidLookup", **ASKED | {"purpose": "cek"}) == invalid_input(
        ("purpose", "Tulis tujuannya, sekurangnya 10 huruf.", "Say what for, in at least 10 characters.")
    )


@reaches("NotAllowed", "aidLookup")
async def test_others_than_the_desk_may_not(api: Api) -> None:
    assert await refused(api, await make_member(role=Role.ADMIN), "aidLookup", **ASKED) == NOT_ALLOWED


async def test_the_limit_holds_through_aliases_and_says_when_to_go_on(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    field = 'aidLookup(input: {nationalId: "3302235507700001", purpose: "Pasien meminta sembako."})'
    aliases = " ".join(f"a{number}: {field} {{ __typename ... on NotAllowed {{ message }} }}" for number in range(20))

    answers = [await api.data(officer, f"mutation {{ {aliases} }}") for _ in range(2)]

    said = [one["message"][:51] for answer in answers for one in answer.values() if one["__typename"] == "NotAllowed"]
    assert said == ["Terlalu banyak pencarian. Anda bisa mencari lagi se"] * 10
    assert await AidLookup.filter(outcome="LIMITED").count() == 10
