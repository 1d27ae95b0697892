"""me: the caller."""

from kurir_api.schema.context import Info
from kurir_api.schema.members.types import Member
from kurir_api.schema.permissions import EVERY_MEMBER, query


@query(may_call=EVERY_MEMBER, description="The caller.")
async def me(info: Info) -> Member:
    """Through the loader."""
    return Member.of(await info.context.loaders.member.load(info.context.principal.member_id))
