"""Tortoise's client for asyncpg, with transactions that give their connection back whatever happens to them.

Tortoise's own keep it for good when BEGIN fails or is cancelled, and the task that goes on afterwards keeps talking
to it: a pool that shrinks, and a worker's step that never works again.
"""

from types import TracebackType

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError


class Transaction(TransactionContextPooled):
    """`in_transaction`, outermost."""

    async def __aenter__(self) -> TransactionalDBClient:
        """Begin. The task's connection is the transaction's only once it has begun."""
        await self.ensure_connection()
        self.client._connection = await self.client._parent._pool.acquire()
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
                    await self.client.rollback()
        finally:
            await self._release()

    async def _release(self) -> None:
        if pool := self.client._parent._pool:
            await pool.release(self.client._connection)


class Client(AsyncpgDBClient):
    """See the module."""

    def _in_transaction(self) -> TransactionContext:
        return Transaction(TransactionWrapper(self), self._pool_init_lock)


client_class = Client
"""The name by which Tortoise looks for it."""
