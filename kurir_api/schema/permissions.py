"""Root fields that name who may call them. A field made otherwise fails the schema's own test."""

from typing import Any

import strawberry
from graphql import OperationType
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed
from kurir_api.models import Role
from kurir_api.services.accesses import note_root

EVERY_MEMBER = frozenset(Role)
VOLUNTEERS = frozenset({Role.VOLUNTEER})
DESK = frozenset({Role.DESK_OFFICER, Role.COORDINATOR})
OFFICE = DESK | {Role.ADMIN}
COORDINATORS = frozenset({Role.COORDINATOR})
ADMINS = frozenset({Role.ADMIN})
ASSIGNERS = frozenset({Role.COORDINATOR, Role.PARTNER_REVIEWER})
MANAGERS = frozenset({Role.COORDINATOR, Role.ADMIN})
PLEDGERS = frozenset({Role.COORDINATOR, Role.PARTNER_REVIEWER})
NEED_READERS = DESK | {Role.PARTNER_REVIEWER}
INVITERS = frozenset({Role.COORDINATOR, Role.ADMIN, Role.PARTNER_REVIEWER})
REFERRAL_SIDES = DESK | {Role.PROGRAMME_OFFICER}
REVIEWERS = frozenset({Role.PARTNER_REVIEWER})
ACCOUNTABLE = INVITERS


class MayCall(FieldExtension):
    """Lets only signed-in members with one of the roles, in any region, reach the resolver.

    Raises Unauthenticated or NotAllowed. Rules about the row itself are the services'.
    """

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info[Any, Any], **kwargs: Any
    ) -> Any:
        """Sign the caller in, check the roles, then resolve; what it reads of patients it reads for this field."""
        require(await info.context.sign_in(), self.roles)
        note_root(info.field_name)
        if info.operation.operation is OperationType.MUTATION:
            info.context.renew()  # writes run one after another: what an earlier one loaded may have changed
        return await next_(source, info, **kwargs)


def require(principal: Principal, roles: frozenset[Role]) -> None:
    """Raise NotAllowed unless the caller has one of the roles somewhere."""
    if not principal.has_any(roles):
        raise NotAllowed


def query(*, may_call: frozenset[Role], description: str) -> Any:
    """A root field of Query."""
    return strawberry.field(description=_described(description, may_call), extensions=[MayCall(may_call)])


def mutation(*, may_call: frozenset[Role], description: str) -> Any:
    """A root field of Mutation."""
    return strawberry.mutation(description=_described(description, may_call), extensions=[MayCall(may_call)])


def subscription(*, may_call: frozenset[Role], description: str) -> Any:
    """A root field of Subscription, checked when the client subscribes. Its resolver checks its arguments and
    returns the stream.
    """
    return strawberry.subscription(description=_described(description, may_call), extensions=[MayCall(may_call)])


def _described(description: str, roles: frozenset[Role]) -> str:
    """The description, ending with who may call: the policy is part of the documentation."""
    who = "any member" if roles == EVERY_MEMBER else ", ".join(sorted(roles))
    return f"{description} May be called by: {who}."
