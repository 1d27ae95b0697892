"""What subscriptions hand out is what `node` shows to whoever hears it, and nothing that it doesn't find."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from kurir_api.models import Member, Task
from kurir_api.transitions import record
from tests.api import Answer, Api, Stream
from tests.conftest import Figures
from tests.factories import OTHER_VILLAGE, VILLAGE, make_case, make_notification, make_patient, make_task
from tests.schema.test_visibility import AFTER, asked, expected, viewers, wrong
from tests.schema.visibility_scene import complete, make_scene

PLACES = (VILLAGE, "33.02.24.1003", OTHER_VILLAGE)
"""In each somebody listens: whoever hears of any task near or on a board hears of one in one of these."""

FENCE, LAST = 9_000, 9_100
"""From these numbers on: tasks that only end the waiting for what may never come."""

UNMEASURING = ("own reviewer", "reviewer", "officer", "a programme officer")
"""Whose roles may not know how far away anything is, and so hear of nothing that is near."""

INBOX, BOARD, NEAR = "1", "board", "near"
TASK = f"fragment Task on Task {{ {asked('Task')} }}"
NOTIFICATION = f"{TASK} fragment Notification on Notification {{ {asked('Notification')} task {{ ...Task }} }}"
STREAMS = {
    BOARD: "boardEvents { task { ...Task } }",
    NEAR: "nearbyTaskEvents(near: {latitude: -7.4, longitude: 109.2}, withinM: 2000000) { task { ...Task } }",
}


@dataclass
class Ear:
    """What one hears over one socket, by stream: notifications, and the tasks of events."""

    stream: Stream
    open: set[str] = field(default_factory=lambda: {INBOX, BOARD, NEAR})
    heard: dict[str, list[Answer]] = field(default_factory=lambda: {INBOX: [], BOARD: [], NEAR: []})

    @classmethod
    async def of(cls, api: Api, member: Member, sockets: AsyncExitStack) -> "Ear":
        """Listening to whatever the member may."""
        inbox = f"subscription {{ myNotifications {{ ...Notification }} }} {NOTIFICATION}"
        ear = cls(await sockets.enter_async_context(api.subscribed(member, inbox)))
        for name, selection in STREAMS.items():
            payload = {"query": f"subscription {{ {selection} }} {TASK}"}
            await ear.stream.say(type="subscribe", id=name, payload=payload)
        await ear.stream.say(type="ping")
        async for message in ear.stream.until_pong():
            ear._take(message)
        return ear

    async def notified(self) -> Answer:
        """The first notification."""
        while not self.heard[INBOX]:
            self._take(await self.stream.hear())
        return self.heard[INBOX][0]

    async def tasks(self, name: str, fence: int = FENCE) -> list[Answer]:
        """All that is told before the fence."""
        while not (self.heard[name] and self.heard[name][-1]["number"] >= fence):
            self._take(await self.stream.hear())
        return [task for task in self.heard[name] if task["number"] < FENCE]

    def _take(self, message: Answer) -> None:
        if message["type"] == "error":
            assert [error["extensions"]["code"] for error in message["payload"]] == ["FORBIDDEN"], message
            self.open.remove(message["id"])
            return
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (event,) = message["payload"]["data"].values()
        self.heard[message["id"]].append(event if message["id"] == INBOX else event["task"])


async def put_fence(number: int) -> None:
    """Publish a task in each of the places."""
    for place in PLACES:
        case = await make_case(await make_patient(region=place))
        await record(await make_task(case, number=number), "publish", None)
        number += 1


async def by_id(api: Api, viewer: Member, name: str, thing: str) -> Answer | None:
    """What the viewer finds."""
    fragments = {"Task": TASK, "Notification": NOTIFICATION}[name]
    document = f"query ($id: ID!) {{ node(id: $id) {{ ...{name} }} }} {fragments}"
    found: Answer | None = (await api.data(viewer, document, id=thing))["node"]
    return found


async def test_events_show_what_node_shows_and_of_what_it_does_not_find_nobody_hears(
    api: Api, figure: Figures
) -> None:
    scene = await make_scene()
    task, told, ears = await Task.get(number=4821), 0, dict[str, Ear]()
    async with AsyncExitStack() as sockets:
        for _, who, viewer in viewers(scene):
            ears[who] = await Ear.of(api, viewer, sockets)
        await record(task, "publish", None)
        for _, _, viewer in viewers(scene):
            await make_notification(viewer, task)
        await put_fence(FENCE)

        for column, who, viewer in viewers(scene):
            ear, rule = ears[who], expected(scene, "Task", column)
            streams = ear.open - {INBOX} - ({NEAR} if who in UNMEASURING else set())
            shown = await by_id(api, viewer, "Task", scene.ids["Task"])
            assert wrong(shown, rule) == [], who
            for name in streams:
                assert await ear.tasks(name) == ([] if shown is None else [shown]), (who, name)
            notification = await ear.notified()
            assert notification["task"] == (notification["task"] and shown), who
            assert notification == await by_id(api, viewer, "Notification", notification["id"]), who
            told += len(streams) + 1

        # The socket stays open: what the holder's rights were when it was opened counts no more.
        await complete(scene)
        await record(task, "publish", None)
        await put_fence(LAST)
        *_, last = await ears["holder"].tasks(NEAR, LAST)
        assert wrong(last, expected(scene, "Task", AFTER)) == []

    assert [who for who in UNMEASURING if ears[who].heard[NEAR]] == []
    figure("events show what `node` shows", f"{told} streams of {len(ears)} listeners, 0 fields that differ")
