"""Which statements went to the database."""

import logging
from types import TracebackType
from typing import Self


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
