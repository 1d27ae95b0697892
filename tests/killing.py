"""Death at any instruction: what a process does to the database ends before a chosen statement."""

import logging

from tests.counting import Statements


class Killed(BaseException):
    """The process died here; as its connections close, its transaction is rolled back."""


class KilledAt(Statements):
    """Within the block, whoever sends the statement of that number (from 1) dies before it. `died` tells whether it
    came to that.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.died = False

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if len(self) == self.number:
            self.died = True
            raise Killed

    def __exit__(self, kind, error, trace) -> bool:
        super().__exit__(kind, error, trace)
        return kind is Killed
