"""myMoney: what a member laid out, and what became of it."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.money.types import MyMoney
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.money.my_money import my_money as find


@query(may_call=EVERY_MEMBER, description="What the caller laid out for tasks and gave, and what became of it.")
async def my_money(
    info: Info,
    since: Annotated[
        date | None, strawberry.argument(description="Only what was spent on this day or later; null: all.")
    ] = None,
) -> MyMoney:
    """Two statements."""
    return MyMoney.of(await find(info.context.principal, since), info.context.locale)
