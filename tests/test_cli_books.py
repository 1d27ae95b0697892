"""`kurir books verify`."""

import pytest

from kurir_api.models import Cost
from kurir_api.settings import Settings
from tests.factories import REGENCY, make_member, make_organization
from tests.processes import Ended
from tests.services.contributions.scene import spent
from tests.test_cli_office import kurir_says

pytestmark = pytest.mark.usefixtures("db")


async def test_books_that_are_right_leave_nothing_to_say(settings: Settings) -> None:
    await spent(await make_organization(), await make_member(), 85_000)

    assert await kurir_says(settings, "books", "verify") == Ended(0, "", "")


async def test_what_is_wrong_is_said_line_by_line(settings: Settings) -> None:
    expense, _ = await spent(await make_organization(), await make_member(), 85_000)
    await Cost.filter(id=expense.cost_id).update(amount=84_000)

    assert await kurir_says(settings, "books", "verify", REGENCY) == Ended(
        1, f"Cost {expense.cost_id} is not as it was booked.\n", ""
    )
    assert await kurir_says(settings, "books", "verify", "33.05") == Ended(0, "", "")
