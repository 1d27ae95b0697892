"""The measurements run, whatever they measure: all of them, with next to nothing to do."""

import asyncio
import re
import sys
from pathlib import Path

SIZES = {
    "race": {"members": 3, "tasks": 2},
    "ranking": {"members": 20, "many": 40, "tasks": 2, "checked": 1},
    "nearby-tasks": {"tasks": 3, "first": 2, "requests": 4, "connections": 2},
    "outbox": {"alerts": 3},
    "push-fanout": {"messages": 5, "backlog": 20},
    "storm": {"alerts": 1, "workers": 1, "kills": 0},
    "simulate": {"members": 5, "tasks": 2, "weeks": 1},
    "statement": {
        "partners": 2,
        "members": 3,
        "tasks": 40,
        "many-partners": 3,
        "many-members": 5,
        "many-tasks": 80,
    },
    "registry": {"people": 60, "fewer": 20},
    "sync": {"tasks": 30},
    "rates": {"requests": 3, "flood": 50},
}


async def test_all_measurements_come_to_an_end() -> None:
    options = [f"--{name}-{size}={value}" for name, sizes in SIZES.items() for size, value in sizes.items()]

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", *options, cwd=Path(__file__).parents[1], stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()

    assert process.returncode == 0
    text = printed.decode()
    assert [line.partition(":")[0] for line in text.splitlines() if re.match(r"\w+: ", line)] == [
        "race",
        "ranking",
        "nearby_tasks",
        "outbox",
        "push_fanout",
        "push_fanout",
        "storm",
        "simulate",
        "statement",
        "registry",
        "sync",
        "rates",
    ]
    assert "winners           2  of 2" in text
    assert "told it is taken  4  of 4" in text
    assert "in the order of brute force by geopy  2  of 2" in text
