"""GraphQL over HTTP and WebSocket: the boundary of the API.

Every answer is JSON shaped as a GraphQL response. A request that isn't well-formed is a 4xx that says why,
never a 5xx; a fault is a 500 with a reference.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import timedelta
from json import JSONDecodeError
from types import NoneType
from typing import Any, TypeVar, cast

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.parse_content_type import parse_content_type
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from kurir_api.database import DatabaseDown
from kurir_api.errors import ClientError, asked_locale
from kurir_api.schema.masking import AGAIN_SECONDS, BAD_USER_INPUT, INTERNAL, fault_error, log_fault
from kurir_api.schema.trusted import PersistedQueryNotFound, TrustedDocuments
from kurir_api.schema.websocket import SocketAdapter, TransportHandler

C = TypeVar("C")

MAX_BODY = 256 * 1024
GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
PARAMETERS: Mapping[str, type] = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
STATUS_BY_CODE = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "RATE_LIMITED": 429}


def media_type(accept: str) -> str:
    """The media type to answer with: the newer one only if the caller names it, and not after the older."""
    weights = {}
    for choice in accept.split(","):
        name, _, parameters = choice.partition(";")
        weight = parameters.replace(" ", "").lower().partition("q=")[2].partition(";")[0]
        try:
            weights[name.strip().lower()] = float(weight) if weight else 1.0
        except ValueError:
            weights[name.strip().lower()] = 0.0
    newer = weights.get(GRAPHQL_JSON, 0.0)
    return GRAPHQL_JSON if newer > 0 and newer >= weights.get(JSON, 0.0) else JSON


def _holds_nul(value: object) -> bool:
    """Whether a text anywhere in the parsed JSON holds NUL, which PostgreSQL can't store."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str) and "\0" in item:
            return True
        if isinstance(item, dict):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            pending += item
    return False


def _again(response: Response, status: int = 503, seconds: int = AGAIN_SECONDS) -> Response:
    """The answer to one who is to ask again: since the database did nothing, or since it was too often."""
    response.status_code = status
    response.headers["retry-after"] = str(seconds)
    return response


class _Request(StarletteRequestAdapter):
    async def get_body(self) -> bytes:
        """The body, read no further than what is accepted."""
        body = bytearray()
        async for chunk in self._request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise HTTPException(413, f"The body is larger than {MAX_BODY} bytes.")
        return bytes(body)


class GraphQLView(GraphQL[C, None]):
    """The ASGI endpoint of a schema, for `Route` and `WebSocketRoute` alike.

    `make_context` is called for each HTTP request, before its body is read, and once for each socket;
    a ClientError it raises is answered with its code (401, 403, 429, else 400). `on_connect` is called with
    the socket's context, whose `connection_params` hold the payload of connection_init, and again every
    `recheck_seconds`: a ClientError or ConnectionRejectionError closes the socket with 4403.

    A body may hold 256 KB and take `body_seconds` to arrive. Mount the view with
    `Route("/graphql", view, max_body_size=...)` above that, as Starlette's own limit answers in plain text.

    `documents` says which documents are answered. `caller` names who a socket belongs to once it is let in: one may
    have ten. `admit` is asked before anything of an operation on a socket is read, and `count` told its points.

    In production only POST is answered. Otherwise GET runs queries, and a browser that asks for a page gets
    what `ide_page` gives. WebSockets are opened from this host's own pages, from `allowed_origins`, and by clients
    that aren't browsers.
    """

    request_adapter_class = _Request
    websocket_adapter_class = SocketAdapter
    graphql_transport_ws_handler_class = TransportHandler
    init_seconds = 10.0
    body_seconds = 10.0
    recheck_seconds = 20.0

    def __init__(
        self,
        schema: BaseSchema,
        *,
        make_context: Callable[[Request | WebSocket], Awaitable[C]],
        on_connect: Callable[[C], Awaitable[None]],
        production: bool,
        allowed_origins: Sequence[str] = (),
        documents: TrustedDocuments | None = None,
        caller: Callable[[C], Hashable] | None = None,
        admit: Callable[[C], Awaitable[None]] | None = None,
        count: Callable[[C, int], Awaitable[None]] | None = None,
        ide_page: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql" if ide_page else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=self.init_seconds),
            max_subscriptions_per_connection=None,  # counted by TransportHandler, which gives the error a code
            allowed_origins=allowed_origins,
        )
        self.make_context = make_context
        self.on_connect = on_connect
        self.documents = documents
        self.caller = caller
        self.admit = admit
        self.count = count
        self.sockets: Counter[Hashable] = Counter()
        self.ide_page = ide_page
        self.methods = ("POST",) if production else ("GET", "POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one socket."""
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return  # there is nobody to answer
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if request.method not in self.methods:
                raise HTTPException(405, f"Use {' or '.join(self.methods)}.")
            return await self.run(request)
        except HTTPException as error:
            return self._refusal(request, error.status_code, error.reason)
        except StarletteHTTPException as error:  # the application's own, smaller body limit
            return self._refusal(request, error.status_code, error.detail)
        except ClientError as error:
            locale = asked_locale(request.headers.get("accept-language", ""))
            status = STATUS_BY_CODE.get(error.client_code, 400)
            if isinstance(error, PersistedQueryNotFound) and media_type(request.headers.get("accept", "")) == JSON:
                status = 200  # clients look for it there: they send the document next
            return self._refusal(request, status, error.message(locale), code=error.client_code)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  # the view is the boundary: the caller reads a reference
            response = self._json(request, {"errors": [fault_error(log_fault(error), error)]}, 500)
            return _again(response) if isinstance(error, DatabaseDown) else response

    def _refusal(self, request: Request, status: int, message: str, *, code: str = BAD_USER_INPUT) -> Response:
        response = self._json(request, {"errors": [{"message": message, "extensions": {"code": code}}]}, status)
        if status == 405:
            # A refused GET held a mutation, or GET is not served at all.
            response.headers["allow"] = "POST" if request.method == "GET" else ", ".join(self.methods)
        if status == 401:
            response.headers["www-authenticate"] = "Bearer"
        return response

    def _json(self, request: Request, content: object, status: int) -> Response:
        return Response(orjson.dumps(content), status, media_type=media_type(request.headers.get("accept", "")))

    # What follows answers strawberry's questions; their order in a request is the order here.

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> C:
        """The caller's context."""
        del response
        return await self.make_context(request)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries the negotiated media type to `create_response`."""
        sub_response = await super().get_sub_response(request)
        sub_response.media_type = media_type(request.headers.get("accept", ""))
        return sub_response

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """A browser that asks for a page, in development."""
        return self.ide_page is not None and (
            request.method == "GET"
            and request.query_params.get("query") is None
            and "text/html" in request.headers.get("accept", "").lower()
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        """The development page. It holds a token, so no other page may frame it."""
        del request
        assert self.ide_page is not None  # noqa: S101  # else this is not asked
        return HTMLResponse(await self.ide_page(), headers={"content-security-policy": "frame-ancestors 'none'"})

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The request's parameters, checked; one operation, as batching is not served."""
        if request.method == "GET":
            given: Any = self.parse_query_params(request.query_params)
        else:
            content_type, parameters = parse_content_type(request.content_type or "-")
            charset = parameters.get("charset", "utf-8").lower()
            if content_type.lower() != JSON or charset not in ("utf-8", "utf8"):
                raise HTTPException(415, f"Send {JSON}, in UTF-8.")
            given = self.parse_json(await self._body(request))
        if not isinstance(given, dict):
            raise HTTPException(400, "The body must be one JSON object.")
        for name, kind in PARAMETERS.items():
            if not isinstance(given.get(name), (kind, NoneType)):
                expected = "a string" if kind is str else "an object"
                raise HTTPException(400, f"`{name}` must be {expected} or null.")
        return GraphQLRequestData(
            query=given.get("query"),
            variables=given.get("variables"),
            operation_name=given.get("operationName"),
            extensions=given.get("extensions"),
        )

    async def execute_operation(  # noqa: PLR0917  # as strawberry declares it
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: C,
        root_value: None,
        sub_response: Response,
    ) -> ExecutionResult:
        """Run one query, or by POST one mutation; subscriptions are for WebSockets."""
        del request, sub_response
        assert isinstance(request_data, GraphQLRequestData)  # noqa: S101  # parse_http_body makes one
        reading = request_adapter.method == "GET"
        try:
            return await self.schema.execute(
                await self.document(request_data.query, request_data.extensions),
                variable_values=request_data.variables,
                context_value=context,
                root_value=root_value,
                operation_name=request_data.operation_name,
                operation_extensions=request_data.extensions,
                allowed_operation_types={OperationType.QUERY}
                if reading
                else {OperationType.QUERY, OperationType.MUTATION},
            )
        except MissingQueryError as error:
            raise HTTPException(400, "`query` is missing.") from error
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise HTTPException(400, "Subscriptions are served over WebSocket only.") from error
            raise HTTPException(405, "A mutation must be sent by POST.") from error

    async def document(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The document to run, which `extensions` may name by its hash. Raises ClientError."""
        return await self.documents.text(query, extensions) if self.documents else query

    async def _body(self, request: AsyncHTTPRequestAdapter) -> bytes:
        try:
            async with asyncio.timeout(self.body_seconds):
                return await request.get_body()
        except TimeoutError as error:
            raise HTTPException(408, f"The body did not arrive within {self.body_seconds:g} s.") from error

    def parse_json(self, data: str | bytes) -> Any:
        """Strict JSON; what is wrong with it is the message of a 400."""
        try:
            return self.decode_json(data)
        except JSONDecodeError as error:
            raise HTTPException(400, f"Not valid JSON: {error.msg}.") from error

    def decode_json(self, data: str | bytes) -> object:
        """Strict JSON, for HTTP and WebSocket: JSONDecodeError on bad UTF-8, NaN, numbers beyond a double,
        lone surrogates, NUL, and nesting over 1,024."""
        value = orjson.loads(data)
        text = data if isinstance(data, str) else data.decode()
        if "\\u0000" in text and _holds_nul(value):
            raise JSONDecodeError("text must not contain the NUL character", text, 0)
        return value

    def encode_json(self, data: object) -> str:
        """JSON as text: graphql-transport-ws frames are text."""
        return orjson.dumps(data).decode()

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The response map. It has no `data` if the request was refused before any field ran."""
        response = await super().process_result(request, result)
        if result.data is None and all(error.path is None for error in result.errors or ()):
            del response["data"]
        return response

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The HTTP response: with the newer media type a refused request is a 4xx, and a fault a 500."""
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = sub_response.media_type or JSON
        response.headers["cache-control"] = "no-store"
        if sub_response.media_type == GRAPHQL_JSON and "data" not in response_data:
            codes = {error["extensions"]["code"] for error in response_data["errors"]}  # type: ignore
            response.status_code = 500 if INTERNAL in codes else 400
        if not isinstance(response_data, list) and response_data.get("data") is None:
            errors: Sequence[Mapping[str, Any]] = cast("Any", response_data).get("errors") or ()
            for told in (error.get("extensions") or {} for error in errors):
                if "retryAfter" in told:
                    return _again(response, STATUS_BY_CODE.get(told["code"], 503), told["retryAfter"])
        return response

    async def on_ws_connect(self, context: C) -> UnsetType:
        """Let the socket's caller in, or raise ConnectionRejectionError."""
        try:
            await self.on_connect(context)
        except ClientError as error:
            raise ConnectionRejectionError from error
        return UnsetType()
