"""Tortoise's client for asyncpg, with an end to every wait, and with transactions that give their connection back
whatever happens to them.

Tortoise's own waits for ever for a free connection, and for a server that a network swallows. It keeps a connection
for good when BEGIN fails or is cancelled, and the task that goes on afterwards keeps talking to it: a pool that
shrinks, and a worker's step that never works again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, cast

from asyncpg import Connection, Pool
from asyncpg.exceptions import (
    InsufficientResourcesError,
    InterfaceError,
    InternalClientError,
    OperatorInterventionError,
    PostgresConnectionError,
)
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from kurir_api.telemetry.tracing import statement

ACQUIRE_SECONDS = 5.0
"""How long one waits for a connection, while others use them all or the server can't be reached."""

RELEASE_SECONDS = 5.0
"""How long a connection has to become free of what was cancelled on it; then it is thrown away."""

GONE = (
    OSError,
    InterfaceError,
    InternalClientError,
    PostgresConnectionError,
    OperatorInterventionError,
    InsufficientResourcesError,
)
"""The server can't be reached, stops, starts, ended the statement for its time, or is out of room or connections.
asyncpg's internal error is a connection that the server ended between two statements.
"""


class DatabaseDown(Exception):
    """PostgreSQL didn't do it, and may later. What was being committed just then may be done all the same: whoever
    tries again under the same idempotency key learns which.
    """


class Transaction(TransactionContextPooled):
    """`in_transaction`, outermost."""

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin. The task's connection is the transaction's only once it has begun."""
        with _told():
            await self.ensure_connection()
            self.client._connection = await self.client._parent._pool.acquire(timeout=ACQUIRE_SECONDS)
        try:
            await self.client.begin()
        except BaseException:
            await self._release()
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, unless it has ended."""
        get_connections().reset(self.token)
        try:
            if not self.client._finalized:
                if kind is None:
                    await self.client.commit()
                elif kind is not TransactionManagementError:
                    with suppress(DatabaseDown):  # then it ends with its connection
                        await self.client.rollback()
        finally:
            await self._release()

    async def _release(self) -> None:
        if pool := self.client._parent._pool:
            await _give_back(pool, self.client._connection)


class PooledConnection(PoolConnectionWrapper[Connection]):
    """A connection for one statement."""

    async def __aenter__(self) -> Connection:
        """The first that is free, soon."""
        await self.ensure_connection()
        self.connection = await self.client._pool.acquire(timeout=ACQUIRE_SECONDS)
        return cast("Connection", self.connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back, unless it no longer answers."""
        assert self.connection is not None  # noqa: S101  # it was entered
        if isinstance(error, TimeoutError):
            self.connection.terminate()
        await _give_back(self.client._pool, self.connection)


class _Told(AsyncpgDBClient):
    """Says DatabaseDown of whatever the server doesn't do."""

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with statement(args[0] if args else func.__name__), _told():
            return await super()._translate_exceptions(func, *args, **kwargs)


class TransactionClient(_Told, TransactionWrapper):
    """What talks on a transaction's connection."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(TransactionClient(self))

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with self._abandoned():
            return await super()._translate_exceptions(func, *args, **kwargs)

    async def commit(self) -> None:
        """End it, and keep what was written."""
        with self._abandoned(), _told():
            await super().commit()

    async def rollback(self) -> None:
        """End it, and undo what was written."""
        with self._abandoned(), _told():
            await super().rollback()

    @contextmanager
    def _abandoned(self) -> Iterator[None]:
        """A connection that no longer answers is closed at once, so that what follows doesn't wait for it, too."""
        try:
            yield
        except DatabaseDown as down:
            if isinstance(down.__cause__, TimeoutError):
                self._connection.terminate()
            raise


class Client(_Told):
    """See the module."""

    def pool_use(self) -> tuple[int, int]:
        """How many connections are open, and how many of them are busy."""
        if self._pool is None:
            return 0, 0
        opened = self._pool.get_size()
        return opened, opened - self._pool.get_idle_size()

    def acquire_connection(self) -> PooledConnection:
        """A connection for one statement."""
        return PooledConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return Transaction(TransactionClient(self), self._pool_init_lock)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except GONE as error:
        raise DatabaseDown from error


async def _give_back(pool: Pool, connection: Connection) -> None:
    """However it went: what was done is done, and a connection that can't be used again is closed."""
    with suppress(*GONE):
        await pool.release(connection, timeout=RELEASE_SECONDS)


client_class = Client
"""The name by which Tortoise looks for it."""
