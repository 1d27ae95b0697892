"""What was acknowledged is there once, though the api, the workers and PostgreSQL itself are killed under load."""

import asyncio
import json
import random
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from tortoise.connection import get_connection

from kurir_api.database import EmbeddedPostgres, connected
from kurir_api.dispatch.doctor import examine
from kurir_api.models import (
    Alert,
    Case,
    Claim,
    ClaimStatus,
    Cost,
    Holiday,
    HolidayKind,
    InboundMessage,
    Member,
    Message,
    Notification,
    Report,
    Role,
    Task,
)
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.api import Api
from tests.conftest import Figures, empty
from tests.factories import (
    VILLAGE,
    make_case,
    make_device,
    make_member,
    make_notification,
    make_organization,
    make_patient,
)
from tests.faults.office import Mortal, free_port, insist, kill_postgres, own_postgres, start_postgres
from tests.ids import id_of
from tests.intake.conftest import SIGNING_KEY
from tests.intake.deliveries import signed
from tests.processes import run
from tests.processes.office import KURIR, environment

READ = "mutation ($ids: [ID!]!) { markNotificationsRead(ids: $ids) }"
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat()
CLIENTS = 12
KINDS = ("cost", "task", "claim", "case", "report", "sms")
LEASE_SECONDS = 60
LONGEST_START, LONGEST_STUCK = 10.0, 90.0

# How long ago anything last happened to what has waited for longest.
STUCK = """
SELECT coalesce(max(extract(epoch FROM now() - since)), 0)::float8 AS seconds FROM (
    SELECT greatest(due_at, leased_until - interval '60 s') AS since FROM notification WHERE due_at <= now()
    UNION ALL SELECT greatest(due_at, leased_until - interval '60 s') FROM inbound_message WHERE due_at <= now()
    UNION ALL SELECT greatest(due_at, leased_until - interval '60 s') FROM wave
        WHERE due_at <= now() AND status IN ('PLANNED', 'SENDING', 'WAITING')
) AS waiting
"""
# What is due and not in the hands of whoever died last: $1 is when their leases end.
OPEN_WORK = """
SELECT count(*) AS open FROM (
    SELECT leased_until FROM notification WHERE due_at <= now()
    UNION ALL SELECT leased_until FROM inbound_message WHERE due_at IS NOT NULL
    UNION ALL SELECT leased_until FROM wave WHERE due_at <= now() AND status IN ('PLANNED', 'SENDING')
) AS work WHERE leased_until IS NULL OR leased_until <= now() OR leased_until > $1
"""
UNSENT = """
SELECT count(*) AS unsent FROM alert a WHERE a.status = 'QUEUED'
    AND NOT EXISTS (SELECT FROM notification n WHERE n.alert_id = a.id AND n.leased_until > now())
"""


class Clients:
    """Members and a provider that write at the same time, and try again until they are answered."""

    def __init__(self, api: Api, http: httpx.AsyncClient) -> None:
        self.api = api
        self.http = http
        self.done: Counter[str] = Counter()
        self.ids: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._numbers, self._slots = count(1), count()

    async def prepare(self, writes: int) -> None:
        """Whoever is written about."""
        share = writes // 7 + 1
        partner = await make_organization()
        self.desk = await make_member(role=Role.COORDINATOR, organization=partner)
        drivers = [await make_member(organization=partner, capabilities=("AMBULANCE_LICENCE",)) for _ in range(8)]
        for driver in drivers:
            await make_device(driver)
        self.spender, *self.drivers = drivers
        self.case = await make_case()
        self.patients = [await make_patient(name=f"Pasien {number}") for number in range(share)]
        self.unread = [await make_notification(self.spender, None, kind="DRILL") for _ in range(share)]
        # In December the doctor asks for them.
        await Holiday.create(
            day=date(datetime.now(UTC).year + 1, 1, 1),
            kind=HolidayKind.NATIONAL,
            name_id="Tahun baru",
            name_en="New Year",
        )

    async def set_off(self) -> None:
        """A task is under way, for which costs are logged."""
        self.spent_on = await self._task(datetime.now(UTC), publish=True)
        self.ids["task"].clear()
        claim = await self._claim(self.spender, self.spent_on)
        self.ids["claim"].clear()
        await insist(self.api, self.spender, "startClaim", claimId=claim, idempotencyKey=uuid4().hex)

    def all_of(self, writes: int) -> list[asyncio.Task[None]]:
        """The writes, by so many clients side by side."""
        kinds = [self.log_cost, self.claim, self.open_case, self.report, self.read, self.text, self.log_cost]
        work = [kinds[number % len(kinds)] for number in range(writes)]
        work += [self.publish] * max(3, writes // 280)
        random.shuffle(work)
        queue = iter(work)

        async def client() -> None:
            for write in queue:
                await write()
                self.done[write.__name__] += 1

        return [asyncio.create_task(client()) for _ in range(CLIENTS)]

    async def log_cost(self) -> None:
        answer = await insist(
            self.api,
            self.spender,
            "logCost",
            "cost { id }",
            taskId=self.spent_on,
            category="FUEL",
            amount=1_000 + next(self._numbers),
            spentOn=TODAY,
            idempotencyKey=uuid4().hex,
        )
        self.ids["cost"].add(answer["cost"]["id"])

    async def claim(self) -> None:
        """A new task, each driver's six hours after the one before."""
        rounds, number = divmod(next(self._slots), len(self.drivers))
        task = await self._task(self._in_two_days() + timedelta(hours=6 * rounds), publish=True)
        await self._claim(self.drivers[number], task)

    def _in_two_days(self) -> datetime:
        return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)

    async def _task(self, starts_at: datetime, *, publish: bool) -> str:
        answer = await insist(
            self.api,
            self.desk,
            "createTask",
            "task { id }",
            caseId=id_of(self.case),
            kind="AMBULANCE_RUN",
            urgency="URGENT",
            startsAt=starts_at.isoformat(),
            endsAt=(starts_at + timedelta(hours=4)).isoformat(),
            publish=publish,
            idempotencyKey=uuid4().hex,
        )
        self.ids["task"].add(answer["task"]["id"])
        return str(answer["task"]["id"])

    async def _claim(self, driver: Member, task: str) -> str:
        key = uuid4().hex
        answer = await insist(self.api, driver, "claimTask", "claim { id }", taskId=task, idempotencyKey=key)
        self.ids["claim"].add(answer["claim"]["id"])
        return str(answer["claim"]["id"])

    async def open_case(self) -> None:
        patient, key = id_of(self.patients.pop()), uuid4().hex
        answer = await insist(
            self.api,
            self.desk,
            "openCase",
            "case { id }",
            phase="BEFORE_HOSPITAL",
            patientId=patient,
            idempotencyKey=key,
        )
        self.ids["case"].add(answer["case"]["id"])

    async def report(self) -> None:
        words, key = f"Butuh ambulans, panggilan {next(self._numbers)}", uuid4().hex
        answer = await insist(
            self.api,
            self.desk,
            "submitReport",
            "report { id }",
            channel="PHONE",
            text=words,
            region=VILLAGE,
            idempotencyKey=key,
        )
        self.ids["report"].add(answer["report"]["id"])

    async def publish(self) -> None:
        """A draft that nobody takes, so that members are asked wave by wave."""
        task = await self._task(self._in_two_days() + timedelta(days=100), publish=False)
        key = uuid4().hex
        answer = await insist(self.api, self.desk, "publishTask", "task { status }", taskId=task, idempotencyKey=key)
        assert answer["task"]["status"] == "OPEN"

    async def read(self) -> None:
        one = id_of(self.unread.pop())
        while True:
            try:
                await self.api.data(self.spender, READ, ids=[one])
                return
            except (httpx.TransportError, AssertionError, ValueError):
                await asyncio.sleep(0.05)

    async def text(self) -> None:
        """A provider's message; delivered until it is answered by 200, and once more."""
        number = next(self._numbers)
        payload = {
            "messageId": f"id-{number}",
            "message": f"Ibu saya sakit, jemput di Berkoh, {number}",
            "sender": f"+6281{number:09}",
            "receivedAt": datetime.now(UTC).isoformat(),
        }
        body = json.dumps({"deviceId": "phone-1", "event": "sms:received", "payload": payload}).encode()
        times = 0
        while times < 2:
            try:
                headers = signed("smsgate", body)
                answer = await self.http.post("/intake/smsgate", content=body, headers=headers)
                times += answer.status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.05)
        self.ids["sms"].add(payload["sender"])


async def everything_is_there_once(clients: Clients) -> tuple[int, int]:
    """How many acknowledged writes are lost, and how many effects there are too many."""
    found = {
        "cost": [id_of(row) for row in await Cost.all()],
        "task": [id_of(row) for row in await Task.all() if id_of(row) != clients.spent_on],
        "claim": [id_of(row) for row in await Claim.filter(status=ClaimStatus.HELD)],
        "case": [id_of(row) for row in await Case.exclude(id=clients.case.id)],
        "report": [id_of(row) for row in await Report.filter(channel="PHONE")],
        "sms": [row.sender for row in await Report.filter(channel="SMS")],
    }
    lost = sum(len(ids - set(found[kind])) for kind, ids in clients.ids.items())
    lost -= await InboundMessage.filter(due_at__isnull=False).count()
    lost += await Notification.filter(kind="DRILL", read_at__isnull=True).count() - len(clients.unread)
    doubled = sum(len(found[kind]) - len(set(found[kind]) & ids) for kind, ids in clients.ids.items())
    doubled += max(0, await Message.filter(incoming=True, report__channel="SMS").count() - len(clients.ids["sms"]))
    return lost, doubled


async def quiet(ends_of_leases: datetime) -> float:
    """Wait until workers have done all there is, but for what dead ones had taken until then; the longest that
    anything was stuck, in seconds.
    """
    connection, longest = get_connection("default"), 0.0
    async with asyncio.timeout(180):
        while (await connection.execute_query_dict(OPEN_WORK, [ends_of_leases]))[0]["open"]:
            longest = max(longest, (await connection.execute_query_dict(STUCK))[0]["seconds"])
            await asyncio.sleep(0.2)
    return longest


async def test_what_was_acknowledged_is_there_once_after_any_kill(
    settings: Settings, full: bool, figure: Figures
) -> None:
    if full:
        async with own_postgres() as (server, own):
            await _drill(own, server, 9_000, 20, figure)
    else:
        open_vault(settings)
        await _drill(settings, None, 70, 2, figure)
        async with connected(settings.database_url or ""):
            await empty()


async def _drill(
    settings: Settings, server: EmbeddedPostgres | None, writes: int, kills: int, figure: Figures
) -> None:
    """With a `server` of its own that is killed, too, and as many kills one by one; without, api and worker are
    killed at once, and what the dead worker had taken isn't waited for.
    """
    port = free_port()
    api_url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=api_url, timeout=30))
        api = await stack.enter_async_context(Api.at(api_url, settings))
        clients = Clients(api, http)
        async with connected(settings.database_url or "", every_task=True):
            await clients.prepare(writes)
        serving = Mortal("serve", settings, port, smsgate_signing_key=SIGNING_KEY)
        workers = [Mortal("worker", settings) for _ in range(2 if server else 1)]
        programs = (serving, *workers)
        await asyncio.gather(*(stack.enter_async_context(one.living()) for one in programs))
        await clients.set_off()
        work = clients.all_of(writes)
        for number in range(1, kills + 1, 1 if server else kills):
            while sum(clients.done.values()) < writes * number / (kills + 2) and not all(w.done() for w in work):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            victims = programs if not server else [serving] if number % 2 else [random.choice(workers)]
            await asyncio.gather(*(victim.kill() for victim in victims))
            killed_at = datetime.now(UTC)
            if server and number == kills // 2:
                kill_postgres(server)
                await asyncio.to_thread(start_postgres, server)
        await asyncio.gather(*work)
        await asyncio.gather(*(one.alive() for one in programs))
        async with connected(settings.database_url or "", every_task=True):
            stuck = await quiet(datetime.now(UTC) if server else killed_at + timedelta(seconds=LEASE_SECONDS))
            lost, doubled = await everything_is_there_once(clients)
            unsent = (await get_connection("default").execute_query_dict(UNSENT))[0]["unsent"]
            alerts = await Alert.all().count()
            waiting = await InboundMessage.filter(due_at__isnull=False).count()
            ill = await examine(datetime.now(UTC))
    acknowledged = sum(map(len, clients.ids.values())) + clients.done["read"] + clients.done["publish"]
    starts = [seconds for one in programs for seconds in one.starts]

    figure(
        "an acknowledged write is committed: 0 lost, 0 doubled of 10,000 over 20 kills",
        f"{lost} lost, {doubled} doubled of {acknowledged:,} over {kills} kills",
    )
    figure("start is unattended: first answer ≤ 10 s", f"{max(starts):.1f} s at most, of {len(starts)} starts")
    assert (lost, doubled, unsent, ill) == (0, 0, 0, [])
    assert alerts > 0
    if server:
        figure("stuck work recovers: ≤ 90 s after a kill", f"{stuck:.0f} s")
        env = environment(settings)
        doctor, books = [
            await run(KURIR, *command, env=env, cwd=settings.data_dir)
            for command in (("doctor",), ("books", "verify"))
        ]
        figure("after the kills", f"kurir doctor finds {doctor.out or 'nothing'}, kurir books verify: {books.code}")
        assert (doctor.out, books.out, waiting) == ("", "", 0)
        assert stuck <= LONGEST_STUCK
        assert max(starts) <= LONGEST_START
    else:
        assert len(starts) == len(programs) + kills
