"""What of an error reaches the caller, and what reaches the log.

Deliberate client errors keep their words and get `extensions.code`; everything else is a fault: the caller
reads a reference, and one log line under that reference says which exception was raised where. Messages,
variables and query text never reach the log, as they may hold a patient's data.
"""

import secrets
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext

from kurir_api.database import DatabaseDown
from kurir_api.errors import ClientError
from kurir_api.logs import causes_of
from kurir_api.telemetry.metrics import FAULTS

BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"
FAULT_MESSAGE = (
    "Something went wrong on our side; quote reference {reference}. / "
    "Terjadi kesalahan di sisi kami; sebutkan rujukan {reference}."
)
AGAIN_SECONDS = 5
"""After how long one tries again what the database didn't do."""

UNFIT_REQUESTS = (
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
    StrawberryInputCoercionError,
)

log = structlog.get_logger(__name__)


def log_fault(error: BaseException, **where: str | None) -> str:
    """Log a fault once, without its message; returns the reference that finds the line.

    Logged: `reference`, `causes` (per exception its type and its frames as "file:line function") and
    `where`, which must hold names from the code only.
    """
    reference = secrets.token_hex(4)
    FAULTS.inc()
    log.error("fault", reference=reference, causes=causes_of(error), **where)
    return reference


def fault_error(reference: str, error: BaseException | None = None) -> dict[str, Any]:
    """The GraphQL error a caller sees instead of a fault, as JSON; with `retryAfter`, seconds, when it will pass."""
    again = {"retryAfter": AGAIN_SECONDS} if isinstance(error, DatabaseDown) else {}
    return {
        "message": FAULT_MESSAGE.format(reference=reference),
        "extensions": {"code": INTERNAL, "reference": reference, **again},
    }


def _root_cause(error: GraphQLError) -> Exception | None:
    """What was raised: graphql-core may wrap it several times. None if graphql-core itself refused."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError) and not isinstance(cause, StrawberryInputCoercionError):
        cause = cause.original_error
    return cause


def client_code(error: GraphQLError) -> str | None:
    """The `extensions.code` of a deliberate client error; None for a fault.

    Deliberate are: our own ClientError, any error raised with a code of its own, and what graphql-core
    finds wrong with a request. The last is told from a fault in a resolver by where it points: a refused
    document or variable has no response path, a refused argument was raised with its AST node.
    """
    cause = _root_cause(error)
    if isinstance(cause, ClientError):
        return cause.client_code
    if code := (error.extensions or {}).get("code"):
        return str(code)
    if isinstance(cause, UNFIT_REQUESTS):
        return BAD_USER_INPUT
    if error.path is None:
        return BAD_USER_INPUT if cause is None or error.nodes else None
    refused = error.original_error
    return BAD_USER_INPUT if isinstance(refused, GraphQLError) and refused.nodes else None


def _rewritten(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


class KurirSchema(strawberry.Schema):
    """A schema whose errors are safe to send and to log, over HTTP and WebSocket alike.

    strawberry calls `process_errors` exactly once for every result with errors: of a query, of a mutation,
    before a subscription and for each of its events. The locale is the context's `locale`.
    """

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replace the errors, in place, by what the caller may read; log the faults."""
        context = execution_context.context if execution_context else None
        locale = getattr(context, "locale", "id")
        references: dict[int, str] = {}
        errors[:] = [self._presentable(error, locale, references) for error in errors]

    @staticmethod
    def _presentable(error: GraphQLError, locale: str, references: dict[int, str]) -> GraphQLError:
        cause = _root_cause(error)
        code = client_code(error)
        if code is not None:
            message = cause.message(locale) if isinstance(cause, ClientError) else error.message
            told = cause.extensions() if isinstance(cause, ClientError) else {"code": code}
            return _rewritten(error, message, {**(error.extensions or {}), **told})
        fault = cause or error
        # One exception may fail many fields, as a loader's does: it is one fault with one reference.
        if id(fault) not in references:
            names = [node.name.value for node in error.nodes or () if hasattr(node, "name")]
            references[id(fault)] = log_fault(fault, field=names[0] if names else None)
        masked = fault_error(references[id(fault)], fault)
        return _rewritten(error, masked["message"], masked["extensions"])
