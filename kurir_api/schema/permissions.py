"""Root fields that name who may call them. A field made otherwise fails the schema's own test."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed
from kurir_api.models import Role
from kurir_api.schema.context import Info

EVERY_MEMBER = frozenset(Role)
VOLUNTEERS = frozenset({Role.VOLUNTEER})
DESK = frozenset({Role.DESK_OFFICER, Role.COORDINATOR})
OFFICE = DESK | {Role.ADMIN}
COORDINATORS = frozenset({Role.COORDINATOR})
ASSIGNERS = frozenset({Role.COORDINATOR, Role.PARTNER_REVIEWER})
INVITERS = frozenset({Role.COORDINATOR, Role.ADMIN, Role.PARTNER_REVIEWER})


class MayCall(FieldExtension):
    """Lets only signed-in members with one of the roles, in any region, reach the resolver.

    Raises Unauthenticated or NotAllowed. Rules about the row itself are the services'.
    """

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info[Any, Any], **kwargs: Any
    ) -> Any:
        """Sign the caller in, check the roles, then resolve."""
        require(await info.context.sign_in(), self.roles)
        return await next_(source, info, **kwargs)


def require(principal: Principal, roles: frozenset[Role]) -> None:
    """Raise NotAllowed unless the caller has one of the roles somewhere."""
    if not principal.has_any(roles):
        raise NotAllowed


def query(*, may_call: frozenset[Role], description: str) -> Callable[[Callable[..., Any]], Any]:
    """A root field of Query."""
    return strawberry.field(description=_described(description, may_call), extensions=[MayCall(may_call)])


def mutation(*, may_call: frozenset[Role], description: str) -> Callable[[Callable[..., Any]], Any]:
    """A root field of Mutation."""
    return strawberry.mutation(description=_described(description, may_call), extensions=[MayCall(may_call)])


def subscription(
    *, may_call: frozenset[Role], description: str
) -> Callable[[Callable[..., AsyncIterator[Any]]], Any]:
    """A root field of Subscription; `may_call` is checked when the client subscribes."""

    def declare(resolver: Callable[..., AsyncIterator[Any]]) -> Any:
        field = strawberry.subscription(
            resolver, description=_described(description, may_call), extensions=[MayCallStream(may_call)]
        )
        return field

    return declare


class MayCallStream(MayCall):
    """The same for a subscription, whose resolver is an asynchronous generator."""

    async def resolve_async(
        self, next_: Any, source: Any, info: Info, **kwargs: Any
    ) -> Any:
        """Sign the caller in, check the roles, then stream."""
        require(await info.context.sign_in(), self.roles)
        async for event in next_(source, info, **kwargs):
            yield event


def _described(description: str, roles: frozenset[Role]) -> str:
    """The description, ending with who may call: the policy is part of the documentation."""
    who = "any member" if roles == EVERY_MEMBER else ", ".join(sorted(roles))
    return f"{description} May be called by: {who}."
