"""Refusals as GraphQL types, and the handlers that turn raised ones into union members."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from kurir_api import errors
from kurir_api.dispatch.eligibility import EligibilityReason as EligibilityReason  # noqa: PLC0414 - described here
from kurir_api.schema.context import Info
from kurir_api.telemetry.metrics import REFUSALS

if TYPE_CHECKING:
    from kurir_api.schema.cases.types import Case
    from kurir_api.schema.tasks.types import Task

CODE = "Stable, for programs, such as NOT_FOUND."
MESSAGE = "For people, in the caller's language: what happened and what to do."

strawberry.enum(EligibilityReason, description="Why a member can't take, or isn't asked for, a task.")


@strawberry.interface(description="An expected no.")
class UserError:
    """What every refusal says."""

    code: str = strawberry.field(description=CODE)
    message: str = strawberry.field(description=MESSAGE)


@strawberry.type(description="There is no such thing, or none the caller may know of.")
class NotFound(UserError):
    """See errors.NotFound."""


@strawberry.type(description="The caller may see it, but not do this to it.")
class NotAllowed(UserError):
    """See errors.NotAllowed."""


@strawberry.type(description="One input field that can't be used.")
class FieldError:
    """See errors.FieldProblem."""

    path: list[str] = strawberry.field(description="Where it is, from `input`.")
    message: str = strawberry.field(description="What to do about it, in the caller's language.")


@strawberry.type(description="Input that can't be used; nothing was written.")
class InvalidInput(UserError):
    """See errors.InvalidInput."""

    fields: list[FieldError] = strawberry.field(description="Every field to mend.")


@strawberry.type(description="The present state does not allow this action.")
class InvalidTransition(UserError):
    """See errors.InvalidTransition."""

    from_: str = strawberry.field(name="from", description="The present state.")
    allowed: list[str] = strawberry.field(description="The states from which the action is possible.")


@strawberry.type(description="The idempotency key came before with other input.")
class IdempotencyKeyReused(UserError):
    """See errors.IdempotencyKeyReused."""


@strawberry.type(description="Every slot is taken: somebody was faster.")
class TaskAlreadyClaimed(UserError):
    """See errors.TaskAlreadyClaimed."""

    task: Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")] = strawberry.field(
        description="The task as it is now."
    )


@strawberry.type(description="The member can't take this task.")
class NotEligible(UserError):
    """See errors.NotEligible."""

    reasons: list[EligibilityReason] = strawberry.field(description="Every reason.")


@strawberry.type(description="The member holds another task at an overlapping time.")
class ScheduleConflict(UserError):
    """See errors.ScheduleConflict."""

    conflicting_task: Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")] = strawberry.field(
        description="The task already held."
    )


@strawberry.type(description="The patient already has an open case.")
class CaseAlreadyOpen(UserError):
    """See errors.CaseAlreadyOpen."""

    case: Annotated["Case", strawberry.lazy("kurir_api.schema.cases.types")] = strawberry.field(
        description="The case to go on with."
    )


async def _details(refusal: errors.Refusal, info: Info) -> dict[str, Any]:
    """The fields a refusal has beside code and message."""
    context = info.context
    details: dict[str, Any] = {}
    match refusal:
        case errors.InvalidInput():
            problems = refusal.problems
            details["fields"] = [FieldError(path=list(p.path), message=p.message(context.locale)) for p in problems]
        case errors.InvalidTransition():
            details |= {"from_": refusal.current, "allowed": list(refusal.allowed)}
        case errors.NotEligible():
            details["reasons"] = [EligibilityReason(reason) for reason in refusal.reasons]
        case errors.TaskAlreadyClaimed():
            details["task"] = await context.loaders.task.load(refusal.task_id)
        case errors.ScheduleConflict():
            details["conflicting_task"] = await context.loaders.task.load(refusal.conflicting_task_id)
        case errors.CaseAlreadyOpen():
            details["case"] = await context.loaders.case.load(refusal.case_id)
    return details


class RefusalHandler:
    """Answers one class of refusal with the GraphQL type of the same name, where the field's union has it."""

    def __init__(self, exception_type: type[errors.Refusal], error_type: type[UserError]) -> None:
        self.exception_type = exception_type
        self.error_type = error_type

    async def handle(self, exception: errors.Refusal, *, field: object, info: Info) -> UserError:  # noqa: ARG002
        """The union member for the refusal; NotFound when it is about a row that the caller may not, or no longer,
        know of: every union that holds such a refusal holds NotFound too.
        """
        REFUSALS.labels(exception.code).inc()
        details = await _details(exception, info)
        if None in details.values():
            missing = errors.NotFound()
            return NotFound(code=missing.code, message=missing.message(info.context.locale))
        return self.error_type(code=exception.code, message=exception.message(info.context.locale), **details)


def refusal_handlers() -> list[RefusalHandler]:
    """One handler per refusal."""
    return [RefusalHandler(kind, globals()[kind.__name__]) for kind in errors.Refusal.__subclasses__()]
