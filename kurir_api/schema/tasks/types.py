"""Tasks and their kinds."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry
from strawberry import relay

from kurir_api import models
from kurir_api.dispatch.facts import area_of
from kurir_api.dispatch.geo import Point, distance_m
from kurir_api.models import HOLDING, CarePhase, FamilyWord, TaskStatus, Urgency
from kurir_api.schema.accesses.accounting import read
from kurir_api.schema.alarms.types import Alarm
from kurir_api.schema.claims.types import Claim
from kurir_api.schema.context import Info
from kurir_api.schema.costs.types import Cost
from kurir_api.schema.errors import EligibilityReason
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.needs.types import Need
from kurir_api.schema.pagination import After, Connection, First
from kurir_api.schema.places.types import Facility, Region, region
from kurir_api.schema.scalars import GeoPoint, GeoPointInput, point_of
from kurir_api.schema.tasks.dispatch_types import Candidate, Wave
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.visibility import DESK, MEASURING, OFFICE
from kurir_api.task_kinds import task_kinds

if TYPE_CHECKING:
    from kurir_api.schema.assessments.types import Assessment
    from kurir_api.schema.cases.types import Case
    from kurir_api.schema.recurrences.types import Recurrence

T = TypeVar("T")

strawberry.enum(TaskStatus, description="Where a task stands.")
strawberry.enum(FamilyWord, description="What the patient's family said of the help.")
strawberry.enum(CarePhase, description="Where the patient stands.")

AWAITED = (TaskStatus.DRAFT, TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS)
"""The states of a task that the resident waits for."""


@strawberry.type(description="Whether the caller may claim a task.")
class Eligibility:
    """See dispatch.eligibility."""

    eligible: bool = strawberry.field(description="Whether a claim would be taken.")
    reasons: list[EligibilityReason] = strawberry.field(description="Why not.")


@strawberry.type(description="One need of a case, with place, time window and slots.")
class Task(Node):
    """See models.Task. What only holders and the office may know is null to others."""

    number: int = strawberry.field(description='Short, for people: "AMBIL 4821".')
    status: TaskStatus = strawberry.field(description="Where it stands.")
    urgency: Urgency = strawberry.field(description="How fast somebody must come.")
    phase: CarePhase | None = strawberry.field(description="The phase of care it belongs to.")
    waiting_since: datetime | None = strawberry.field(
        description="Since when the resident waits for it; null once it is done or called off."
    )
    starts_at: datetime = strawberry.field(description="The window's start.")
    ends_at: datetime = strawberry.field(description="The window's end, not included.")
    created_at: datetime = strawberry.field(description="When it was written down.")
    slots: int = strawberry.field(description="How many members are needed.")
    open_slots: int = strawberry.field(description="How many are still needed.")
    row: strawberry.Private[models.Task]

    @classmethod
    def of(cls, row: models.Task) -> "Task":
        """The task of a row."""
        return cls(
            id=global_id("Task", row.id),
            number=row.number,
            status=TaskStatus(row.status),
            urgency=row.urgency,
            phase=row.phase,
            waiting_since=row.waiting_since if row.status in AWAITED else None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            created_at=row.created_at,
            slots=row.slots,
            open_slots=row.slots - row.slots_taken,
            row=row,
        )

    @strawberry.field(description="What kind of help it is.")
    def kind(self, info: Info) -> TaskKind:
        """From the files in task_kinds."""
        return TaskKind.of(self.row.kind, info.context.locale)

    @strawberry.field(description="A few words: the desk's own for holders and the desk, else the kind's name.")
    async def title(self, info: Info) -> str:
        """Words written by the office may name the patient."""
        own = None
        if self.row.title_sealed and await self._ground(info) is not None:
            subject = await info.context.loaders.subject.load(self.row.case_id)
            own = None if subject.withheld else self.row.title
        return own or task_kinds()[self.row.kind].name.say(info.context.locale)

    @strawberry.field(description="What to know and do; for holders and the desk.")
    async def instructions(self, info: Info) -> str | None:
        """Null for others."""
        return await self._told(info, "instructions", self.row.instructions)

    @strawberry.field(description="The village, or the smallest region known.")
    async def area(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.region_id)

    @strawberry.field(description="The exact place; for holders and the desk.")
    async def location(self, info: Info) -> GeoPoint | None:
        """Null for others."""
        return await self._told(info, "location", GeoPoint.of(self.row.latitude, self.row.longitude))

    @strawberry.field(description="The patient's address; for coordinators, and holders who need it.")
    async def address(self, info: Info) -> str | None:
        """The patient's rules decide."""
        case = await info.context.loaders.case.load(self.row.case_id)
        return None if case is None else await (await case.patient(info)).address(info)

    @strawberry.field(description="Where the patient is to be taken.")
    async def destination(self, info: Info) -> Facility | None:
        """Through the loader."""
        if self.row.destination_id is None:
            return None
        return Facility.of(await info.context.loaders.facility.load(self.row.destination_id))

    @strawberry.field(description="The case; for holders and the desk.")
    async def case(self, info: Info) -> Annotated["Case", strawberry.lazy("kurir_api.schema.cases.types")] | None:
        """Null for others."""
        return await info.context.loaders.case.load(self.row.case_id)

    @strawberry.field(description="The rule that made it; for the desk.")
    async def recurrence(
        self, info: Info
    ) -> Annotated["Recurrence", strawberry.lazy("kurir_api.schema.recurrences.types")] | None:
        """Null for others, and for a task that was written down by itself."""
        if self.row.recurrence_id is None:
            return None
        return await info.context.loaders.recurrence.load(self.row.recurrence_id)

    @strawberry.field(description="The family's last word on whether somebody came; for holders and the desk.")
    async def family_word(self, info: Info) -> FamilyWord | None:
        """Null for others."""
        return None if await self._ground(info) is None else self.row.family_word

    @strawberry.field(description="When the family said it; for holders and the desk.")
    async def family_said_at(self, info: Info) -> datetime | None:
        """Null for others."""
        return None if await self._ground(info) is None else self.row.family_said_at

    @strawberry.field(
        description="Metres along the WGS 84 ellipsoid to the middle of the task's area, not to the house; for its"
        " region's volunteers and office."
    )
    def distance_m(
        self,
        info: Info,
        from_: Annotated[
            GeoPointInput | None,
            strawberry.argument(name="from", description="Default: the caller's last place, else home."),
        ] = None,
    ) -> int | None:
        """Null for others, and when neither place is known."""
        if not info.context.principal.reaches(self.row.region_id, *MEASURING):
            return None
        origin = point_of(from_, "from") or viewer_point(info)
        return None if origin is None else round(distance_m(origin, area_of(self.row)))

    @strawberry.field(description="Its live claims, as far as the caller may know of them.")
    async def claims(self, info: Info) -> list[Claim]:
        """Through the loader."""
        return await info.context.loaders.live_claims.load(self.row.id)

    @strawberry.field(description="The caller's own newest claim of it.")
    async def viewer_claim(self, info: Info) -> Claim | None:
        """Through the loader."""
        return await info.context.loaders.own_claim.load(self.row.id)

    @strawberry.field(description="Whether the caller may claim it.")
    async def viewer_eligibility(self, info: Info) -> Eligibility:
        """The same checks as a claim's."""
        obstacles = await info.context.loaders.obstacles.load(self.row)
        return Eligibility(eligible=not obstacles.reasons, reasons=list(obstacles.reasons))

    @strawberry.field(
        description="What it is estimated to cost, and what of it is promised; for the desk and partners' reviewers."
    )
    async def need(self, info: Info) -> Need | None:
        """Null for others, and while nobody has estimated it."""
        return await info.context.loaders.task_need.load(self.row.id)

    @strawberry.field(
        description="What the visit found out; for the desk, and for who holds or did it until that is verified."
    )
    async def assessment(
        self, info: Info
    ) -> Annotated["Assessment", strawberry.lazy("kurir_api.schema.assessments.types")] | None:
        """Null for others, and before anybody has written it down."""
        return await info.context.loaders.task_assessment.load(self.row.id)

    @strawberry.field(description="What was spent on it, newest first, as far as the caller may know.")
    async def costs(self, info: Info, first: First = 20, after: After = None) -> Connection[Cost]:
        """A page."""
        return await info.context.loaders.task_costs.load((self.row.id, first, after))

    @strawberry.field(description="Who could do it, nearest first, each with reasons; for coordinators.")
    async def candidates(
        self,
        info: Info,
        first: First = 20,
    ) -> list[Candidate]:
        """Empty for others."""
        return await Candidate.ranked(self.row, info, first)

    @strawberry.field(description="Its waves of alerts; for the office.")
    async def waves(self, info: Info) -> list[Wave]:
        """Empty for others."""
        if not info.context.principal.reaches(self.row.region_id, *OFFICE):
            return []
        return [Wave.of(row) for row in await info.context.loaders.waves.load(self.row.id)]

    @strawberry.field(description="Why its coordinators have to look, as long as nobody has; for the office.")
    async def alarms(self, info: Info) -> list[Alarm]:
        """Empty for others."""
        return await info.context.loaders.open_alarms.load(self.row.id)

    async def _told(self, info: Info, name: str, value: T | None) -> T | None:
        """The value, which is the patient's, for those whom the task is entrusted to."""
        ground = None if value is None else await self._ground(info)
        if ground is None:
            return None
        return read(info, await info.context.loaders.subject.load(self.row.case_id), name, value, ground)

    async def _ground(self, info: Info) -> str | None:
        """By what the task is entrusted to the caller: "" as its desk, "claim:id" as who holds it; None: it isn't."""
        if info.context.principal.reaches(self.row.region_id, *DESK):
            return ""
        claims = await info.context.loaders.live_claims.load(self.row.id)
        mine = info.context.principal.member_id
        held = (claim.row for claim in claims if claim.row.member_id == mine and claim.status in HOLDING)
        return next((f"claim:{claim.id}" for claim in held), None)


def viewer_point(info: Info) -> Point | None:
    """Where the caller is: the last place the phone told, else home."""
    place = info.context.principal.place
    return None if place is None else Point(*place)


@strawberry.type(description="A task in a list.")
class TaskEdge:
    """A node and where it stands."""

    node: Task = strawberry.field(description="The task.")
    cursor: str = strawberry.field(description="Where this task stands, for `after`.")
    distance_m: int | None = strawberry.field(
        description="In a list by distance: metres along the WGS 84 ellipsoid from its origin to the task's area."
    )


@strawberry.type(description="A page of tasks.")
class TaskConnection:
    """Edges in order."""

    edges: list[TaskEdge] = strawberry.field(description="The tasks, in order.")
    page_info: relay.PageInfo = strawberry.field(description="Whether and where the list goes on.")

    @classmethod
    def of(cls, page: Connection[Task]) -> "TaskConnection":
        """A page whose order is not by distance."""
        edges = [TaskEdge(node=edge.node, cursor=edge.cursor, distance_m=None) for edge in page.edges]
        return cls(edges=edges, page_info=page.page_info)
