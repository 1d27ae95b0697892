"""`kurir demo`: up with one command, tried out with what it prints, stopped with Ctrl-C, and there again."""

import json
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.processes import Program, running
from tests.processes.office import KURIR

QUERY = re.compile(r"^  \d\. (As [^:]+): .*\n\n((?:     .*\n)+)", re.MULTILINE)
CARD = re.compile(r"^  (\S.*), ([\w ]+), ([A-Z].*)\n  (\{.*\})$", re.MULTILINE)
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that isn't there yet; not among pytest's, which root alone may enter."""
    with TemporaryDirectory(prefix="kurir-demo-") as name:
        yield Path(name) / "kurir"


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[tuple[Program, httpx.AsyncClient]]:
    """The demo while the block lasts, from when it has said everything, and a client of it."""
    env = {"KURIR_DATA_DIR": str(folder), "KURIR_PORT": "0"}
    async with running(KURIR, "demo", says=r"Open +(http://\S+)/graphql", env=env, cwd=folder.parent) as program:
        await program.says("reports.*RECEIVED")
        async with httpx.AsyncClient(base_url=program.ready[1], timeout=30) as http:
            yield program, http


async def ask(http: httpx.AsyncClient, headers: dict[str, str], query: str) -> Answer:
    """The data, without errors."""
    answer: Answer = (await http.post("/graphql", json={"query": query}, headers=headers)).json()
    assert "errors" not in answer, answer
    data: Answer = answer["data"]
    return data


def cards(printed: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Whom one may be: by the role, in Kebumen with that before it, the name and the headers to paste."""
    banyumas, kebumen = printed.split("Or, in Kebumen:")
    return {
        f"{prefix}{role}": (name, json.loads(headers))
        for prefix, part in (("", banyumas), ("Kebumen's ", kebumen))
        for name, role, _, headers in CARD.findall(part)
    }


def tasks_on(board: Answer) -> list[tuple[int, str]]:
    """The number and status of each task."""
    return [(edge["node"]["number"], edge["node"]["status"]) for edge in board["tasks"]["edges"]]


async def test_the_greeting_is_all_one_needs_and_everything_is_there_after_a_restart(folder: Path) -> None:
    async with demo(folder) as (program, http):
        people = cards(program.printed)
        assert list(people) == [
            "volunteer",
            "coordinator",
            "partner reviewer",
            "Kebumen's coordinator",
            "Kebumen's desk officer",
            "Kebumen's programme officer",
        ]
        for name, headers in people.values():
            assert (await ask(http, headers, "{ me { name } }"))["me"] == {"name": name}

        queries = QUERY.findall(f"{program.printed}\n")
        assert [about for about, _ in queries] == [
            "As the volunteer",
            "As the coordinator",
            "As the coordinator",
            "As Kebumen's coordinator",
        ]
        near, board, cases, desk = [
            await ask(http, people[re.sub("^As (the )?", "", about)][1], query) for about, query in queries
        ]
        assert near["me"]["available"] is True
        assert len(near["nearbyTasks"]["edges"]) == 2
        assert sorted(status for _, status in tasks_on(board)) == ["FILLED", "IN_PROGRESS", "OPEN", "OPEN"]
        assert (len(cases["cases"]["edges"]), len(cases["reports"]["edges"])) == (5, 3)
        waiting = [edge["node"] for edge in desk["reports"]["edges"]]
        assert [place["name"] for place in waiting[-1]["regionCandidates"]] == ["Kaliputih", "Kaliputih"]
        assert [edge["node"]["overdue"] for edge in desk["referrals"]["edges"]].count(True) == 1

        off_duty = "mutation { setAvailability(input: {available: false}) { __typename } }"
        await ask(http, people["volunteer"][1], off_duty)
        program.send(signal.SIGINT)
        assert await program.end() == 0
    assert not (folder / "postgres" / "postmaster.pid").exists()

    async with demo(folder) as (program, http):
        name, headers = cards(program.printed)["volunteer"]
        assert (await ask(http, headers, queries[0][1]))["me"]["available"] is False
        again = await ask(http, cards(program.printed)["coordinator"][1], queries[1][1])
        assert tasks_on(again) == tasks_on(board)
        program.send(signal.SIGTERM)
        assert await program.end() == 0
    assert name == people["volunteer"][0]
    assert not (folder / "postgres" / "postmaster.pid").exists()


async def test_a_browser_is_led_to_a_page_that_is_signed_in(folder: Path) -> None:
    async with demo(folder) as (_, http):
        page = await http.get("/", headers={"Accept": "text/html"}, follow_redirects=True)
        [token] = set(re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", page.text))
        me = await ask(http, {"Authorization": f"Bearer {token}"}, "{ me { memberships { role } } }")

    assert me["me"]["memberships"] == [{"role": "COORDINATOR"}]
