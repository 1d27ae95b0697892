"""node and nodes: anything by its id, under the same rules as everywhere else."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from kurir_api import models
from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotFound
from kurir_api.schema.aid.types import AidLookup
from kurir_api.schema.alarms.types import Alarm
from kurir_api.schema.assessments.types import Assessment
from kurir_api.schema.cases.types import Case, Patient, TimelineEvent
from kurir_api.schema.claims.types import Claim
from kurir_api.schema.context import Info
from kurir_api.schema.costs.types import Cost
from kurir_api.schema.drills.types import Drill
from kurir_api.schema.family.types import FamilyLink
from kurir_api.schema.ids import Node, split_id
from kurir_api.schema.members.types import Member, Organization
from kurir_api.schema.needs.types import Need, Pledge, need_rows
from kurir_api.schema.notifications.types import DeadLetter, Notification
from kurir_api.schema.pagination import MOST
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.places.types import Facility, Region
from kurir_api.schema.programmes.types import Programme
from kurir_api.schema.rates.types import Rate
from kurir_api.schema.recurrences.types import Recurrence
from kurir_api.schema.referrals.types import Referral
from kurir_api.schema.reports.messages import Message
from kurir_api.schema.reports.types import Report
from kurir_api.schema.tasks.dispatch_types import Alert
from kurir_api.schema.tasks.types import Task
from kurir_api.services import visibility


@dataclass(frozen=True, slots=True)
class Source:
    """Where the nodes of a type come from: the rows a caller may know of, and the node of a row."""

    visible: Callable[[Principal], QuerySet[Any]]
    make: Callable[[Any], Node]
    key: Callable[[str], Any] = UUID


def _region_code(text: str) -> str:
    """Raises ValueError for what can't be one: it may hold what PostgreSQL can't store."""
    if not re.fullmatch(r"[0-9.]{2,13}", text):
        raise ValueError(text)
    return text


SOURCES: Mapping[str, Source] = {
    "AidLookup": Source(visibility.visible_aid_lookups, AidLookup.of),
    "Alarm": Source(visibility.visible_alarms, Alarm.of),
    "Alert": Source(visibility.visible_alerts, Alert.of),
    "Assessment": Source(visibility.visible_assessments, Assessment.of),
    "Case": Source(visibility.visible_cases, Case.of),
    "Claim": Source(visibility.visible_claims, Claim.of),
    "Cost": Source(visibility.visible_costs, Cost.of),
    "DeadLetter": Source(visibility.visible_dead_letters, DeadLetter.of),
    "Drill": Source(visibility.visible_drills, Drill.of),
    "Facility": Source(visibility.visible_facilities, Facility.of),
    "FamilyLink": Source(visibility.visible_family_links, FamilyLink.of),
    "Member": Source(visibility.visible_members, Member.of),
    "Message": Source(visibility.visible_messages, Message.of),
    "Need": Source(need_rows, Need.of),
    "Notification": Source(visibility.visible_notifications, Notification.of),
    "Organization": Source(visibility.visible_organizations, Organization.of),
    "Patient": Source(visibility.visible_patients, Patient.of),
    "Pledge": Source(visibility.visible_pledges, Pledge.of),
    "Programme": Source(visibility.visible_programmes, Programme.of),
    "Rate": Source(visibility.visible_rates, Rate.of),
    "Recurrence": Source(visibility.visible_recurrences, Recurrence.of),
    "Referral": Source(visibility.visible_referrals, Referral.of),
    "Region": Source(lambda _: models.Region.all(), Region.of, key=_region_code),
    "Report": Source(visibility.visible_reports, Report.of),
    "Task": Source(visibility.visible_tasks, Task.of),
    "TimelineEvent": Source(visibility.visible_events, TimelineEvent.of),
}
"""Every type that is a Node, by its name; a test finds one that is missing."""


@query(
    may_call=EVERY_MEMBER,
    description="Anything by its id; null when there is no such thing, or none the caller may know of.",
)
async def node(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Of anything that is a Node.")]
) -> Node | None:
    """One statement."""
    return (await _found(info, [id]))[0]


@query(may_call=EVERY_MEMBER, description="Up to 100 things by their ids, in the order of the ids; as for `node`.")
async def nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100.")],
) -> list[Node | None]:
    """One statement for each type."""
    if len(ids) > MOST:
        raise InvalidInput.of("ids", id="Paling banyak 100.", en="At most 100.")
    return await _found(info, ids)


async def _found(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    wanted = [_parsed(global_id) for global_id in ids]
    keys: dict[str, set[Any]] = defaultdict(set)
    for type_name, key in wanted:
        if key is not None:
            keys[type_name].add(key)
    found: dict[tuple[str, Any], Node] = {}
    for type_name, of_type in keys.items():
        source = SOURCES[type_name]
        for row in await source.visible(info.context.principal).filter(pk__in=of_type):
            found[type_name, row.pk] = source.make(row)
    return [found.get(pair) for pair in wanted]


def _parsed(global_id: str) -> tuple[str, Any]:
    """Type name and key of an id; the key is None when there can be no such thing."""
    try:
        type_name, text = split_id(global_id)
        return type_name, SOURCES[type_name].key(text)
    except (NotFound, KeyError, ValueError):
        return "", None
