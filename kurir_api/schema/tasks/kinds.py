"""Kinds of task."""

from typing import Self

import strawberry

from kurir_api.models import Urgency
from kurir_api.task_kinds import task_kinds

strawberry.enum(Urgency, description="How fast somebody must come.")


@strawberry.type(description="A kind of task: data, so that new kinds need no new client.")
class TaskKind:
    """See task_kinds."""

    code: str = strawberry.field(description="Stable, such as AMBULANCE_RUN.")
    name: str = strawberry.field(description="In the caller's language.")
    required_capabilities: list[str] = strawberry.field(description="What a member must be able or licensed to do.")
    default_urgency: Urgency = strawberry.field(description="Used when a task names none.")

    @classmethod
    def of(cls, code: str, locale: str) -> Self:
        """The kind with this code, in words of the locale."""
        kind = task_kinds()[code]
        return cls(
            code=code,
            name=kind.name.say(locale),
            required_capabilities=list(kind.required_capabilities),
            default_urgency=kind.default_urgency,
        )
