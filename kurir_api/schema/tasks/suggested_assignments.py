"""suggestedAssignments: who could take all the open tasks of a region."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.dispatch.suggest import Assignment, Suggested, Suggestion
from kurir_api.schema.context import Info
from kurir_api.schema.ids import known
from kurir_api.schema.members.types import Member
from kurir_api.schema.pagination import First, checked
from kurir_api.schema.permissions import COORDINATORS, query
from kurir_api.schema.tasks.types import Task
from kurir_api.services.tasks.suggested_assignments import suggested_assignments as use_case


@strawberry.type(description="A member for one open slot of a task.")
class SuggestedAssignment:
    """See dispatch.suggest.Suggestion."""

    distance_m: int = strawberry.field(description="Metres along the WGS 84 ellipsoid to the task's place.")
    travel_seconds: int = strawberry.field(
        description="One way: by road where the office has a router, else by the distance and a detour."
    )
    explanation: str = strawberry.field(description="In one line, in the caller's language.")
    task_id: strawberry.Private[UUID]
    member_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, suggestion: Suggestion, locale: str) -> "SuggestedAssignment":
        """In words of the locale."""
        candidate = suggestion.candidate
        return cls(
            distance_m=round(candidate.distance_m or 0.0),
            travel_seconds=_seconds(candidate.travel_time),
            explanation=candidate.explain(locale),
            task_id=suggestion.task.id,
            member_id=candidate.member_id,
        )

    @strawberry.field(description="The task.")
    async def task(self, info: Info) -> Task:
        """Through the loader."""
        return known(await info.context.loaders.task.load(self.task_id))

    @strawberry.field(description="The member.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.member_id))


@strawberry.type(description="A task for which too few members can be found.")
class UnfilledTask:
    """See dispatch.suggest.Suggested."""

    slots: int = strawberry.field(description="How many slots stay open: nobody else is eligible and free.")
    task_id: strawberry.Private[UUID]

    @strawberry.field(description="The task.")
    async def task(self, info: Info) -> Task:
        """Through the loader."""
        return known(await info.context.loaders.task.load(self.task_id))


@strawberry.type(description="What an assignment comes to.")
class AssignmentTotals:
    """See dispatch.suggest.Assignment."""

    filled: int = strawberry.field(description="Slots.")
    distance_m: int = strawberry.field(description="Metres of all together, one way, along the WGS 84 ellipsoid.")
    travel_seconds: int = strawberry.field(description="Of all together, one way.")

    @classmethod
    def of(cls, assignment: Assignment) -> "AssignmentTotals":
        """Of all suggestions."""
        return cls(
            filled=assignment.filled,
            distance_m=round(assignment.distance_m),
            travel_seconds=_seconds(assignment.travel_time),
        )


@strawberry.type(
    description="An assignment of many open tasks at once: as many slots as can be filled, with the least travel."
)
class SuggestedAssignments:
    """See dispatch.suggest."""

    open_slots: int = strawberry.field(description="How many slots are open.")
    totals: AssignmentTotals = strawberry.field(description="Of all suggestions.")
    greedy: AssignmentTotals = strawberry.field(
        description="To compare with: if each task in turn, by its start, took the nearest who is eligible and free."
    )
    found: strawberry.Private[Suggested]

    @classmethod
    def of(cls, found: Suggested) -> "SuggestedAssignments":
        """With its totals."""
        return cls(
            open_slots=found.slots,
            totals=AssignmentTotals.of(found.best),
            greedy=AssignmentTotals.of(found.greedy),
            found=found,
        )

    @strawberry.field(
        description="By the start of the task. A member may be there several times, for tasks that don't overlap."
    )
    def suggestions(self, info: Info, first: First = 100) -> list[SuggestedAssignment]:
        """The soonest."""
        chosen = self.found.best.suggestions[: checked(first)]
        return [SuggestedAssignment.of(one, info.context.locale) for one in chosen]

    @strawberry.field(description="The tasks of which slots stay open, by their start.")
    def unfilled(self, first: First = 100) -> list[UnfilledTask]:
        """The soonest."""
        return [UnfilledTask(slots=slots, task_id=task.id) for task, slots in self.found.unfilled[: checked(first)]]


@query(
    may_call=COORDINATORS,
    description="Who could take all the open tasks of a region: only eligible members, nobody at two places at "
    "a time. Nothing is done: `assignTask` offers a task to a member.",
)
async def suggested_assignments(
    info: Info,
    region: Annotated[
        str, strawberry.argument(description="The code of a region that the caller coordinates; with all below it.")
    ],
) -> SuggestedAssignments:
    """Parse, call, return."""
    found = await use_case(info.context.principal, region, datetime.now(UTC), info.context.roads)
    return SuggestedAssignments.of(found)


def _seconds(time: timedelta) -> int:
    return round(time.total_seconds())
