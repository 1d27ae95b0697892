"""The figures of a process, for Prometheus. What the office as a whole does is counted in the database instead:
services/operations.

Where several processes serve one port, each writes its figures into a common folder, and whichever is asked adds them
up: prometheus_client's multiprocess mode, which it is told of by an environment variable before it is imported.
No label holds anything but names of this program's.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REGISTRY = CollectorRegistry()
OPERATIONS = Counter(
    "kurir_operations", "Operations, by root field and how they ended", ["field", "outcome"], registry=REGISTRY
)
OPERATION_SECONDS = Histogram(
    "kurir_operation_seconds", "How long queries and mutations took", ["field"], buckets=SECONDS, registry=REGISTRY
)
REFUSALS = Counter("kurir_refusals", "Expected refusals, by code", ["code"], registry=REGISTRY)
RESPONSES = Counter(
    "kurir_http_responses", "Responses, by first part of the path and status", ["path", "status"], registry=REGISTRY
)
RESPONSE_SECONDS = Histogram(
    "kurir_http_seconds", "How long responses took to end", ["path"], buckets=SECONDS, registry=REGISTRY
)
SOCKETS = Gauge("kurir_sockets_open", "Open WebSockets", registry=REGISTRY, multiprocess_mode="livesum")
POOL = Gauge(
    "kurir_pool_connections",
    "Connections to the database: open, and of these busy",
    ["state"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
FAULTS = Counter("kurir_faults", "Faults that were logged under a reference", registry=REGISTRY)
STEPS = Counter("kurir_steps_done", "What the worker's steps did", ["step"], registry=REGISTRY)
STEP_FAULTS = Counter("kurir_step_faults", "Faults of the worker's steps", ["step"], registry=REGISTRY)
STEP_SECONDS = Histogram(
    "kurir_step_seconds", "How long a step took that did something", ["step"], buckets=SECONDS, registry=REGISTRY
)


@contextmanager
def shared_by_processes() -> Iterator[None]:
    """Processes started within the block add their figures up."""
    with TemporaryDirectory(prefix="kurir-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER_VARIABLE]


def exposition() -> bytes:
    """The figures as Prometheus reads them, of all processes that serve beside this one."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return generate_latest(REGISTRY)
    for file in Path(folder).glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            multiprocess.mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
    return generate_latest(together)
