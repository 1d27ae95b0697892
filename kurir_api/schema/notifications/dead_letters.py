"""deadLetters: what reached nobody."""

from kurir_api.schema.context import Info
from kurir_api.schema.notifications.types import DeadLetter
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import MANAGERS, query
from kurir_api.services.visibility import visible_dead_letters


@query(
    may_call=MANAGERS,
    description="The notifications and text messages that failed for good in the caller's regions, newest first.",
)
async def dead_letters(info: Info, first: First = 20, after: After = None) -> Connection[DeadLetter]:
    """A page."""
    return await newest_first(visible_dead_letters(info.context.principal), DeadLetter.of, first, after)
