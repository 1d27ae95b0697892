"""What belongs to others looks exactly like what never was: in words, in statements, and in time."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any

import httpx
from graphql import GraphQLInputObjectType, GraphQLList, get_named_type, get_nullable_type

from kurir_api.models import Member, Role, Session, new_id
from tests.api import Answer, Api
from tests.conftest import Figures
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    VILLAGE,
    add_membership,
    make_aid_lookup,
    make_alarm,
    make_alert,
    make_assessment,
    make_case,
    make_claim,
    make_cost,
    make_drill,
    make_facility,
    make_family_link,
    make_member,
    make_message,
    make_need,
    make_notification,
    make_organization,
    make_patient,
    make_pledge,
    make_programme,
    make_rate,
    make_receipt,
    make_recurrence,
    make_referral,
    make_registry_person,
    make_report,
    make_task,
    make_wave,
    make_work_entry,
)
from tests.ids import id_of
from tests.processes.odd import SOMEBODY, Path, Place, Sound, coded, document, root_fields
from tests.timing import Ask, assert_alike

POINTS_TO = {
    "id": "Task",
    "ids": "Notification",
    "case": "Case",
    "destinationId": "Facility",
    "duplicateOf": "Report",
    "lineId": "Work",
    "lineIds": "Work",
    "linkId": "FamilyLink",
    "member": "Member",
    "organization": "Organization",
    "previous": "Referral",
    "toMemberId": "Member",
}
"""What an argument points to, where its name doesn't begin with that: "taskId", "costIds"."""

MALFORMED = ("", "x", coded("Task"), coded("Region:33.05\0"), coded(f"Task:{SOMEBODY}x"))
"""Ids that can't be of anything."""

BY_ITS_FORM = ("NotFound", "InvalidInput", "BAD_USER_INPUT")
"""As what such an id is refused if it is seen before anything is looked up: it says nothing of what is there."""


@dataclass(frozen=True)
class Asked:
    """A request that is sound but for one id: which root field, and where in its arguments."""

    operation: str
    field: str
    path: Path
    listed: bool

    @property
    def type_name(self) -> str:
        """What the id is of."""
        name = self.path[-1]
        plain = name.removesuffix("s").removesuffix("Id")
        return POINTS_TO.get(name, plain[0].upper() + plain[1:])

    def variables(self, sound: Sound, thing: str) -> dict[str, Any]:
        """Those of the request about the thing."""
        places: Place = root_fields(self.operation)[self.field].args
        found = inside = sound.all_of(places)
        for name in self.path[:-1]:
            kind = get_named_type(places[name].type)
            assert isinstance(kind, GraphQLInputObjectType)
            inside, places = inside.setdefault(name, sound.all_of(kind.fields)), kind.fields
        inside[self.path[-1]] = [thing] if self.listed else thing
        return found


def everything_asked() -> list[Asked]:
    """Every id that the served schema takes."""
    return [
        Asked(operation, field, path, listed)
        for operation in ("query", "mutation")
        for field, of in root_fields(operation).items()
        for path, listed in _ids(of.args)
    ]


def _ids(places: Place) -> Iterator[tuple[Path, bool]]:
    for name, place in places.items():
        kind = get_named_type(place.type)
        if isinstance(kind, GraphQLInputObjectType):
            for path, listed in _ids(kind.fields):
                yield (name, *path), listed
        elif kind.name == "ID":
            yield (name,), isinstance(get_nullable_type(place.type), GraphQLList)


async def make_caller() -> Member:
    """Somebody of Banyumas who may call everything."""
    caller = await make_member(role=None)
    partner = await make_organization()
    for role in Role:
        await add_membership(caller, role, organization=partner)
    return caller


async def make_others() -> dict[str, str]:
    """Of everything that has an id one of Kebumen's, by type: its id."""
    case = await make_case(await make_patient(region=OTHER_VILLAGE))
    task, member = await make_task(case, number=4900), await make_member(region=OTHER_REGENCY)
    claim = await make_claim(task, member)
    report = await make_report(region=OTHER_VILLAGE, number=990)
    partner = await make_organization(regency_code=OTHER_REGENCY)
    programme = await make_programme("PKH", partner)
    need = await make_need(case)
    rows = [
        *(case, task, member, claim, report, partner, need, programme, await case.patient),
        await make_cost(claim),
        await make_alert(await make_wave(task), member),
        await make_alarm(task),
        await make_assessment(task, kind="OUTREACH_VISIT", filled_by=member),
        await make_drill(member),
        await make_facility(regency_code=OTHER_REGENCY, region_id=OTHER_VILLAGE),
        await make_family_link(case),
        await make_message(report),
        await make_notification(member, task),
        await make_pledge(need, partner),
        await make_rate(regency_code=OTHER_REGENCY),
        await make_recurrence(case),
        await make_referral(programme, case=case),
        await make_aid_lookup(member),
    ]
    work = await make_work_entry(claim)
    session = await Session.create(
        regency_code=OTHER_REGENCY, member=member, family_index="0" * 64, created_at=NOW, last_used_at=NOW
    )
    more = {"Work": coded(f"Work:{work.id}"), "Session": coded(f"Session:{session.id}")}
    return {type(row).__name__: id_of(row) for row in rows} | {"Receipt": id_of(await make_receipt())} | more


async def make_sound(caller: Member) -> Sound:
    """Values that exist and are the caller's, for all else."""
    task = await make_task(await make_case())
    rows = {
        "taskId": task,
        "claimId": await make_claim(task, caller),
        "caseId": await task.case,
        "reportId": await make_report(),
        "memberId": await make_member(),
        "organizationId": await make_organization(),
        "patientId": await make_patient(),
        "id": task,
    }
    texts = {"region": VILLAGE, "kind": "AMBULANCE_RUN", "programme": "KIS_PBI", "reason": "Salah isi."}
    return Sound({name: id_of(row) for name, row in rows.items()} | texts)


def never(thing: str) -> str:
    """An id of the same type that nobody ever had."""
    return coded(f"{b64decode(thing).decode().partition(':')[0]}:{new_id()}")


async def test_to_whoever_may_call_everything_foreign_is_missing_in_words_and_statements(
    api: Api, figure: Figures
) -> None:
    others, caller = await make_others(), await make_caller()
    sound, places, differ = await make_sound(caller), everything_asked(), []

    for asked, malformed in zip(places, cycle(MALFORMED), strict=False):
        text = document(asked.operation, asked.field)
        thing = others[asked.type_name]
        with Statements() as to_foreign:
            foreign = await api.post(caller, text, **asked.variables(sound, thing))
        with Statements() as to_missing:
            missing = await api.post(caller, text, **asked.variables(sound, never(thing)))
        if said(foreign) != said(missing) or len(to_foreign) != len(to_missing):
            differ.append((asked, said(foreign), said(missing), len(to_foreign), len(to_missing)))
        none = await api.post(caller, text, **asked.variables(sound, malformed))
        if said(none) != said(missing) and refusal(none, asked.field) not in BY_ITS_FORM:
            differ.append((asked, malformed, said(none)))

    figure(
        "foreign looks exactly like missing",
        f"{len(differ)} of {len(places)} arguments that take an id differ in status, body or number of statements",
    )
    assert differ == []


async def test_by_any_id_foreign_is_missing(api: Api) -> None:
    others, caller = await make_others(), await make_caller()

    ids = [thing for thing in others.values() if not thing.startswith(("V29yaz", "U2Vzc2lvb"))]
    found = await api.data(caller, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert found == {"nodes": [None] * len(ids)}


async def test_what_could_be_guessed_takes_no_longer_when_it_is_there(api: Api, figure: Figures) -> None:
    others = await make_others()
    await make_registry_person(village=OTHER_VILLAGE)
    await make_case(await make_patient(region=OTHER_VILLAGE), number="3305-2026-0990")
    caller = await make_caller()

    def by_number(number: int) -> Ask:
        return partial(api.post, caller, "query ($n: Int!) { taskByNumber(number: $n) { id title } }", n=number)

    def by_national_id(number: str) -> Ask:
        document = "mutation ($input: AidLookupInput!) { aidLookup(input: $input) { __typename } }"
        given = {"nationalId": number, "purpose": "Pasien meminta bantuan sembako."}
        return partial(api.post, caller, document, input=given)

    def by_id(thing: str) -> Ask:
        return partial(api.post, caller, "query ($id: ID!) { node(id: $id) { id } }", id=thing)

    def listed(field: str, given: str) -> Ask:
        return partial(api.post, caller, f"{{ {field}({given}) {{ edges {{ node {{ id }} }} }} }}")

    pairs = {
        "a task's number": (by_number(4900), by_number(4999)),
        "a report's number": (listed("reports", "number: 990"), listed("reports", "number: 991")),
        "a case's number": (
            listed("cases", 'search: "3305-2026-0990"'),
            listed("cases", 'search: "3305-2026-0991"'),
        ),
        "a patient's id": (by_id(others["Patient"]), by_id(never(others["Patient"]))),
        "a national id": (by_national_id("3302235507700001"), by_national_id("3302235507700002")),
    }
    for there, nowhere in pairs.values():
        with Statements() as to_foreign:
            foreign = await there()
        with Statements() as to_missing:
            missing = await nowhere()
        assert (said(foreign), len(to_foreign)) == (said(missing), len(to_missing))

    await assert_alike(figure, pairs)


def refusal(answer: httpx.Response, field: str) -> str:
    """The type of the mutation's refusal, or the code of the query's."""
    body = answer.json()
    code: str = body["errors"][0]["extensions"]["code"] if "errors" in body else body["data"][field]["__typename"]
    return code


def said(answer: httpx.Response) -> tuple[int, Answer]:
    """All that is told."""
    return answer.status_code, answer.json()
