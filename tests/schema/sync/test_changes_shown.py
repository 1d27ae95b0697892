"""What phones keep without asking for it by its id is what `node` shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kurir_api.auth import principal_of_member
from kurir_api.models import Alert, Case, Claim, Cost, Member, Model, Notification, Patient, Referral, Report, Task
from kurir_api.services.sync.kept import kept
from tests.api import Answer, Api
from tests.conftest import Figures
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    make_alert,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_notification,
    make_patient,
    make_report,
    make_task,
    make_wave,
)
from tests.ids import id_of
from tests.schema.test_visibility import AFTER, NOT_FOUND, SELECTIONS, every_viewer, table
from tests.schema.visibility_scene import OUTSIDERS, make_scene

MODELS: Mapping[str, type[Model]] = {
    model.__name__: model for model in (Alert, Case, Claim, Cost, Notification, Patient, Referral, Report, Task)
}
"""What phones keep, by type."""

AT_ONCE = 12
"""So many things of all types one answer may hold with all their fields."""

UNLIKE = ("status", "number", "sentAt", "phase", "task", "kind", "consent", "region")
"""Fields that are of other types in one than in another, and so need another name to be asked for together."""

OF = "_of_"


def shown(name: str) -> str:
    """Every field of the type, as a fragment of its name."""
    fields = (
        f"{f'{field}{OF}{name}: ' if field in UNLIKE else ''}{field} {SELECTIONS[name].get(field, '')}"
        for field in table()[name]
    )
    return f"fragment {name} on {name} {{ {' '.join(fields)} }}"


SHOWN = " ".join(f"...{name}" for name in MODELS)
FRAGMENTS = " ".join(map(shown, MODELS))


def plain(node: Answer) -> Answer:
    """What was asked for together, with its fields' own names."""
    return {name.partition(OF)[0]: value for name, value in node.items()}


@dataclass
class Phone:
    """What a viewer's phone holds, by id, and up to where it has everything."""

    api: Api
    viewer: Member
    holds: dict[str, Answer] = field(default_factory=dict)
    since: str | None = None

    async def sync(self) -> None:
        """Ask until there is no more."""
        more = True
        document = f"""query ($since: String) {{ changes(since: $since, first: {AT_ONCE}) {{
            nextCursor hasMore changes {{ deletedId node {{ {SHOWN} }} }}
        }} }} {FRAGMENTS}"""
        while more:
            answer = (await self.api.data(self.viewer, document, since=self.since))["changes"]
            for one in answer["changes"]:
                if one["node"] is None:
                    del self.holds[one["deletedId"]]
                else:
                    self.holds[one["node"]["id"]] = plain(one["node"])
            self.since, more = answer["nextCursor"], answer["hasMore"]


async def found_by_ids(api: Api, viewer: Member, ids: list[str]) -> dict[str, Answer]:
    """What `nodes` shows of these, by id."""
    known = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    there = [one["id"] for one in (await api.data(viewer, known, ids=ids))["nodes"] if one]
    document = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {SHOWN} }} }} {FRAGMENTS}"
    found = {}
    for start in range(0, len(there), AT_ONCE):
        for one in (await api.data(viewer, document, ids=there[start : start + AT_ONCE]))["nodes"]:
            found[one["id"]] = plain(one)
    return found


def unsigned(value: Any) -> Any:
    """The same without the signatures of links, which hold a time."""
    if isinstance(value, dict):
        return {key: unsigned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unsigned(item) for item in value]
    return value.partition("?")[0] if isinstance(value, str) and "&signature=" in value else value


def unlike(held: Answer, there: Answer) -> Answer:
    """The fields that a phone holds otherwise than they are."""
    return {name: (held[name], there[name]) for name in there if unsigned(held[name]) != unsigned(there[name])}


async def of_these_days() -> None:
    """Nothing of the scene is so old that phones forget it, whenever this runs."""
    now = datetime.now(UTC)
    for model in (Alert, Notification, Patient, Cost):
        await model.all().update(created_at=now)
    await Report.all().update(received_at=now)
    await Claim.all().update(ends_at=now + timedelta(days=1))


async def make_elsewhere() -> set[str]:
    """Another regency's, of types that phones keep: their ids."""
    case = await make_case(await make_patient(region=OTHER_VILLAGE))
    member = await make_member(region=OTHER_REGENCY)
    task = await make_task(case, number=4900)
    claim = await make_claim(task, member)
    rows = [
        *(case, await case.patient, task, claim),
        await make_cost(claim),
        await make_alert(await make_wave(task), member),
        await make_report(region=OTHER_VILLAGE, number=990),
        await make_notification(member, task),
    ]
    return {id_of(row) for row in rows}


async def test_phones_are_sent_just_what_node_finds_with_the_same_values_and_nothing_of_elsewhere(
    api: Api, figure: Figures
) -> None:
    scene, elsewhere = await make_scene(), await make_elsewhere()
    await of_these_days()
    ids = [id_of(row) for model in MODELS.values() for row in await model.all()]
    alerts = {id_of(row) for row in await Alert.all()}
    phones: dict[str, Phone] = {}
    compared = 0

    async for column, who, viewer in every_viewer(scene):
        phone = phones.setdefault(id_of(viewer), Phone(api, viewer))
        await phone.sync()
        found = await found_by_ids(api, viewer, ids)
        # The alerts of others are the office's to see, and not a phone's to keep.
        kept_by_phone = {
            thing_id: thing
            for thing_id, thing in found.items()
            if thing_id not in alerts or thing["member"]["id"] == id_of(viewer)
        }

        assert set(phone.holds) == set(kept_by_phone), who
        assert [unlike(phone.holds[one], kept_by_phone[one]) for one in kept_by_phone] == [{}] * len(kept_by_phone), (
            who
        )
        assert {name: scene.ids[name] in phone.holds for name in MODELS} == {
            name: kept_by_the_table(name, column) for name in MODELS
        }, who
        works_there = OUTSIDERS.get(who, (None, None))[1] == OTHER_REGENCY
        assert bool(elsewhere & set(phone.holds)) == works_there, who
        compared += len(kept_by_phone)

    assert set(kept(await principal_of_member(viewer.id), datetime.now(UTC))) == set(MODELS)
    figure(
        "`changes` gives what `node` finds, and nothing else",
        f"{compared} things for {len(phones)} viewers alike in every field, 0 foreign",
    )


def kept_by_the_table(name: str, column: str) -> bool:
    """Whether the column's phones keep the scene's thing of this type: alerts only their own."""
    return table()[name]["id"][column] != NOT_FOUND and (name != "Alert" or column in ("holder", AFTER))
