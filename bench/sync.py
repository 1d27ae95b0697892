"""A coordinator's phone that keeps the whole regency: the first time, when nothing changed, and when little did."""

from typing import Annotated

from tortoise.connection import get_connection

from bench.figures import Timing, measured, table, title
from bench.office import REGENCY, add_members, add_tasks, execute, opened_office
from kurir_api.auth import Principal, principal_of_member
from kurir_api.models import Membership, Role, Synced, Task
from kurir_api.services.sync.changes import Changes, Place, changes

PAGE = 100
ROUNDS = 7

BARE = "SELECT 'Task', id, xmin::text FROM task WHERE region_id = $1 OR region_id LIKE $1 || '.%'"
"""The ids and versions of the same tasks, nothing compared or kept."""


async def sync(tasks: Annotated[int, "tasks of the regency"] = 20_000) -> bool:
    """Sync a coordinator's phone.

    The ratio's 1 is a SELECT of the ids and versions of the same tasks. Fails when the phone holds anything else than
    what is there, or is sent anything twice.
    """
    title("sync", f"a phone keeps {tasks:,} tasks, by answers of {PAGE}")
    async with opened_office():
        coordinator = await _coordinator()
        await add_tasks(tasks)
        phone = _Phone(coordinator)
        first = Timing()
        with first.together():
            while phone.more:
                with first.one():
                    await phone.ask()
        await get_connection("default").execute_script("ANALYZE")
        bare = await measured(ROUNDS, lambda _: get_connection("default").execute_query(BARE, [REGENCY]))
        idle = await measured(ROUNDS, lambda _: phone.ask())
        came = phone.came
        few = await measured(ROUNDS, lambda _: _changed(phone))
        table(
            [
                ("", "median", "p99", "ratio of medians"),
                _row("bare SELECT", bare, bare),
                _row("an answer of the first sync", first, bare),
                _row("nothing changed", idle, bare),
                _row("one task changed", few, bare),
            ]
        )
        held = await Synced.all().count()
        print(
            f"  the first sync took {first.elapsed:,.1f} s in {len(first.seconds):,} answers; it keeps {held:,} rows"
        )
        return came == held == tasks + 2 and phone.came == came + ROUNDS


class _Phone:
    """It stores every answer: `came`, how many changes there were."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.since: Place | None = None
        self.more = True
        self.came = 0

    async def ask(self) -> None:
        answer = await changes(self.principal, Changes(since=self.since, first=PAGE))
        self.since, self.more = answer.next, answer.more
        self.came += len(answer.changes)


async def _coordinator() -> Principal:
    await add_members(1)
    await execute("UPDATE membership SET role = $1", Role.COORDINATOR)
    return await principal_of_member((await Membership.get()).member_id)


async def _changed(phone: _Phone) -> None:
    task = await Task.all().order_by("number").first()
    if task is not None:
        await Task.filter(id=task.id).update(slots=task.slots % 5 + 1)
    await phone.ask()


def _row(name: str, timing: Timing, bare: Timing) -> tuple[str, ...]:
    times = (f"{timing.within(percent) * 1000:,.1f} ms" for percent in (50, 99))
    return (name, *times, f"{timing.within(50) / bare.within(50):.2f}")
