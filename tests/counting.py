"""Which statements went to the database, and which faults the worker's steps had."""

import logging
from types import TracebackType
from typing import Self

from kurir_api.telemetry.metrics import REGISTRY


class Statements(logging.Handler):
    """Within the block, the SQL of every statement the ORM sent; a bulk insert is one."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self._logger = logging.getLogger("tortoise.db_client")

    def emit(self, record: logging.LogRecord) -> None:
        self.sent.append(str(record.args[0] if record.args else record.msg))

    def __len__(self) -> int:
        return len(self.sent)

    def __enter__(self) -> Self:
        self._level = self._logger.level
        self._logger.addHandler(self)
        self._logger.setLevel(logging.DEBUG)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._logger.setLevel(self._level)
        self._logger.removeHandler(self)


def faults_of(step: str) -> float:
    """How many the step of that name had in this process, as Prometheus reads it."""
    return REGISTRY.get_sample_value("kurir_step_faults_total", {"step": step}) or 0
