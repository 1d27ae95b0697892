"""An office to measure: a PostgreSQL of its own with real places, invented people and tasks, and api processes."""

import atexit
import base64
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
from pydantic import SecretStr
from tortoise.connection import get_connection

from kurir_api.database import EmbeddedPostgres, connect_arguments, connected, migrate
from kurir_api.models import Task
from kurir_api.services.places.load_places import load_places
from kurir_api.settings import Environment, Settings, TrustedDocuments, load_settings
from kurir_api.vault import open_vault

REGENCY = "33.02"
ROOT = Path(__file__).parents[1]
KURIR = Path(sys.executable).with_name("kurir")
LISTENING = re.compile(r"http://127\.0\.0\.1:\d+")
START_SECONDS = 60

# The villages take turns, in the same order in every run; each member lives about a kilometre from a centre.
VILLAGES = """
WITH village AS (
    SELECT code, latitude, longitude, count(*) OVER () AS villages,
        row_number() OVER (ORDER BY md5(code)) - 1 AS place
    FROM region WHERE level = 'VILLAGE' AND latitude IS NOT NULL
)
"""
MEMBERS = f"""
{VILLAGES}
INSERT INTO member (id, regency_code, name, phone_sealed, phone_index, locale, active, available,
                    home_latitude, home_longitude, created_at)
SELECT gen_random_uuid(), $1, 'Relawan ' || n, '', md5(n::text), 'id', true, random() < $3,
       latitude + (random() - 0.5) * 0.02, longitude + (random() - 0.5) * 0.02, now()
FROM generate_series(1, $2::int) n JOIN village ON place = n % villages
"""
ORGANIZATION = (
    "INSERT INTO organization (id, regency_code, name, kind) VALUES (gen_random_uuid(), $1, 'Mitra', 'COMMUNITY')"
)
MEMBERSHIPS = """
INSERT INTO membership (id, regency_code, role, member_id, organization_id, region_id)
SELECT gen_random_uuid(), $1, 'VOLUNTEER', m.id, o.id, $1 FROM member m, organization o
"""
LICENCES = """
INSERT INTO capability (id, regency_code, code, member_id)
SELECT gen_random_uuid(), $1, 'AMBULANCE_LICENCE', id FROM member WHERE random() < $2
"""
CASE = """
WITH patient AS (
    INSERT INTO patient (id, regency_code, name, name_tokens, consent, created_at, region_id)
    SELECT gen_random_uuid(), $1, 'Pasien', '{}', true, now(), code FROM region WHERE level = 'VILLAGE' LIMIT 1
    RETURNING id, regency_code, region_id
)
INSERT INTO case_file (id, regency_code, number, status, phase, waiting_since, opened_at, patient_id, region_id,
                       desk_id)
SELECT gen_random_uuid(), regency_code, '1', 'OPEN', 'BEFORE_HOSPITAL', now(), now(), id, region_id, region_id
FROM patient
"""
TASKS = f"""
{VILLAGES}
INSERT INTO task (id, regency_code, number, kind, status, urgency, latitude, longitude, area_latitude, area_longitude,
                  starts_at, ends_at, slots, slots_taken, alerts_stale, waiting_since, created_at, case_id, region_id)
SELECT gen_random_uuid(), $1, nextval('task_number'), 'AMBULANCE_RUN', 'OPEN', 'URGENT',
       latitude, longitude, latitude, longitude,
       now() + n * interval '1 day', now() + n * interval '1 day 1 second', 1, 0, false, now(), now(),
       (SELECT id FROM case_file LIMIT 1), code
FROM generate_series(1, $2::int) n JOIN village ON place = n % villages
"""


@asynccontextmanager
async def opened_office() -> AsyncIterator[Settings]:
    """An office with the places of Banyumas and nothing else, in a database of its own, its connections open."""
    server = _server()
    name = f"office_{secrets.token_hex(4)}"
    await _run_aside(f"CREATE DATABASE {name} TEMPLATE {await _template()}")
    settings = load_settings(
        environment=Environment.PRODUCTION,
        trusted_documents=TrustedDocuments.OFF,
        rate_address=1_000_000,
        rate_member=1_000_000,
        data_dir=server.folder.parent,
        database_url=server.url(name),
        secret=secrets.token_urlsafe(48),
        encryption_key=_key(),
        index_key=_key(),
        public_url="http://127.0.0.1",
    )
    open_vault(settings)
    async with connected(server.url(name)):
        yield settings
    await _run_aside(f"DROP DATABASE {name}")


@cache
def _server() -> EmbeddedPostgres:
    """The server of this run; it ends with the process, and its folder after it."""
    folder = Path(mkdtemp(prefix="kurir-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    # What PostgreSQL gives itself, 128 MB, is less than a million members take.
    with (server.folder / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = '1GB'\n")
    server.stop()
    server.start()
    return server


async def _template() -> str:
    """The database that offices are copied from; made by the first who asks."""
    name, url = "template_office", _server().url("template_office")
    if not await _run_aside("SELECT FROM pg_database WHERE datname = $1", name):
        await _run_aside(f"CREATE DATABASE {name}")
        await migrate(url)
        async with connected(url, minsize=1, maxsize=1):
            await load_places(REGENCY)
    return name


async def _run_aside(sql: str, *values: object) -> list[asyncpg.Record]:
    """Run one statement beside the offices: what makes and drops databases needs a connection to another."""
    connection = await asyncpg.connect(**connect_arguments(_server().url("postgres")))
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *values)
    finally:
        await connection.close()
    return rows


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


async def add_members(count: int, *, on_duty: float = 1.0, licensed: float = 1.0) -> None:
    """Volunteers all over the regency, of whom these shares are on duty and may drive an ambulance."""
    await execute(ORGANIZATION, REGENCY)
    await execute(MEMBERS, REGENCY, count, on_duty)
    await execute(MEMBERSHIPS, REGENCY)
    await execute(LICENCES, REGENCY, licensed)
    await get_connection("default").execute_script("ANALYZE")


async def add_tasks(count: int) -> list[Task]:
    """Open ambulance runs of one slot all over the regency, at times that don't touch."""
    await execute(CASE, REGENCY)
    await execute(TASKS, REGENCY, count)
    await get_connection("default").execute_script("ANALYZE")
    return await Task.all().order_by("number")


async def execute(sql: str, *values: object) -> None:
    """Run one statement over the office's connections."""
    await get_connection("default").execute_query(sql, list(values))


@contextmanager
def processes(settings: Settings, count: int, *command: str | Path) -> Iterator[list[str]]:
    """As many processes of the program over the office's database while the block lasts: the URLs they tell."""
    with ExitStack() as stack:
        logs = [stack.enter_context(_process(settings, number, command)) for number in range(count)]
        yield [_url_in(log) for log in logs]


@contextmanager
def _process(settings: Settings, number: int, command: Sequence[str | Path]) -> Iterator[Path]:
    """The log of a running process."""
    log = settings.data_dir / f"process-{number}.log"
    with log.open("w") as said:
        process = subprocess.Popen(  # noqa: S603 - a program of ours
            command, env=environment(settings), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            yield log
        finally:
            process.terminate()
            process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """The variables that let a program of ours find the office."""
    names = (
        "environment",
        "data_dir",
        "database_url",
        "public_url",
        "secret",
        "encryption_key",
        "index_key",
        "trusted_documents",
        "rate_address",
        "rate_member",
    )
    values = {name: getattr(settings, name) for name in names}
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
    }
    return {f"KURIR_{name.upper()}": value for name, value in plain.items()} | {
        "KURIR_PORT": "0",
        "PATH": os.environ["PATH"],
    }


def _url_in(log: Path) -> str:
    """The URL that the process tells once it listens. RuntimeError with its log when it doesn't."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if found := LISTENING.search(log.read_text()):
            return found[0]
        time.sleep(0.05)
    raise RuntimeError(f"A process doesn't listen:\n{log.read_text()}")
