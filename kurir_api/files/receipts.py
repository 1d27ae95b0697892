"""Receipts over HTTP: sent to POST /receipts, read at /receipts/{id} and /receipts/{id}/small by signed link."""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kurir_api.auth import Principal
from kurir_api.errors import ClientError, Unauthenticated, asked_locale
from kurir_api.files.asking import asked_id, missing, principal_of_link, sent
from kurir_api.files.multipart import FilePart
from kurir_api.models import Receipt, global_id
from kurir_api.pages import KNOWN
from kurir_api.services.receipts.cleaning import Cleaner
from kurir_api.services.receipts.names import kept_as
from kurir_api.services.receipts.refusals import LARGEST_FILE, NotTaken
from kurir_api.services.receipts.take_in import take_in, unused
from kurir_api.services.receipts.turns import Turns
from kurir_api.services.receipts.uploads import Upload
from kurir_api.services.visibility import visible_receipts
from kurir_api.storage import Storage, StorageDown

BEARER = "bearer "
SILENCE_SECONDS = 30.0
BODY_SECONDS = 600.0
LARGEST_BODY = LARGEST_FILE + 64 * 1024
"""Bytes."""

AT_ONCE, EACH = 8, 2
"""Files that a process holds in memory, and of them one member's."""

PATIENCE_SECONDS = 10.0
AGAIN_SECONDS = 15
"""How long one waits for a turn, and after how long to try again."""

TO_GO_ON = ("TOO_SLOW", "WRONG_OFFSET", "BUSY")
"""Of all that a file is refused for, what leaves the pieces that arrived."""

STATUS: Mapping[str, int] = {
    "UNAUTHENTICATED": 401,
    "MALFORMED": 400,
    "UNKNOWN_HASH": 400,
    "TOO_SLOW": 408,
    "WRONG_OFFSET": 409,
    "TOO_LARGE": 413,
    "UNKNOWN_TYPE": 415,
    "TOO_MANY_UNUSED": 429,
    "BUSY": 503,
    "STORAGE_DOWN": 503,
}
"""By what is said no to; for all else that is wrong with a file 422."""

AGAIN = {"Retry-After": str(AGAIN_SECONDS)}
HEADERS: Mapping[str, Mapping[str, str]] = {
    "UNAUTHENTICATED": {"WWW-Authenticate": "Bearer"},
    # Otherwise the server throws away what still comes of the body: whoever is still sending would see a broken
    # connection instead of the words.
    "TOO_SLOW": {"Connection": "close"},
    "BUSY": AGAIN,
    "STORAGE_DOWN": AGAIN,
}
EXTENSIONS: Mapping[str, str] = {"image/jpeg": "jpg", "application/pdf": "pdf"}
Endpoint = Callable[[Request], Awaitable[Response]]


def receipt_routes(
    silence_seconds: float = SILENCE_SECONDS, patience_seconds: float = PATIENCE_SECONDS
) -> list[BaseRoute]:
    """Sending and reading. A body that pauses for too long is given up; so is waiting for a turn."""
    cleaner, turns = Cleaner(), Turns(AT_ONCE, EACH)

    async def send(request: Request) -> Response:
        principal = await _sign_in(request)
        request.scope[KNOWN] = True
        async with turns.turn(principal.member_id, patience_seconds):
            return await _take(request, principal, cleaner, silence_seconds)

    return [
        # Counted as it arrives: Starlette's own limit, the application's, answers in plain text.
        Route("/receipts", _in_words(send), methods=["POST"], max_body_size=sys.maxsize),
        Route("/receipts", _in_words(_tell), methods=["GET"]),
        Route("/receipts/{receipt}", _show, methods=["GET"]),
        Route("/receipts/{receipt}/small", _show_small, methods=["GET"]),
    ]


async def _take(request: Request, principal: Principal, cleaner: Cleaner, silence_seconds: float) -> Response:
    """201 with a new receipt, 200 with one that is there. Raises ClientError."""
    storage: Storage = request.app.state.services.storage
    upload, offset = _resumed(request, principal)
    content = await upload.beginning() if upload and offset is not None else bytearray()
    if upload and offset is not None and len(content) != offset:
        # Or the last answer got lost.
        if receipt := await unused(principal.member_id, upload.sha256):
            return _about(receipt, 200)
        raise NotTaken("WRONG_OFFSET", await upload.arrived())
    try:
        await _arrive(request, content, upload, silence_seconds)
        if upload and hashlib.sha256(content).hexdigest() != upload.sha256:
            raise NotTaken("WRONG_HASH")
        receipt, new = await take_in(principal, content, storage, cleaner)
    except NotTaken as refusal:
        if upload and refusal.reason not in TO_GO_ON:
            await upload.forget()
        raise
    finally:
        content.clear()  # which an exception's traceback would hold for a while
    if upload:
        await upload.forget()
    return _about(receipt, 201 if new else 200)


async def _arrive(request: Request, content: bytearray, upload: Upload | None, silence_seconds: float) -> None:
    """Append the file to `content`, what is there of it; keep what came before a cut. Raises NotTaken."""
    beginning = len(content)
    part = FilePart(request.headers.get("content-type", ""), content)
    try:
        await _read(request, part, silence_seconds)
    except (ClientDisconnect, TimeoutError, asyncio.CancelledError) as cut:
        if upload:
            await upload.keep(beginning, bytes(memoryview(content)[beginning:]))
        if isinstance(cut, TimeoutError):
            raise NotTaken("TOO_SLOW") from cut
        raise


async def _read(request: Request, part: FilePart, silence_seconds: float) -> None:
    """The whole body into `part`. Raises TimeoutError when it pauses for too long or takes above ten minutes, and
    NotTaken.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + BODY_SECONDS
    read = 0
    async with asyncio.timeout(silence_seconds) as patience:
        async for chunk in request.stream():
            patience.reschedule(min(clock() + silence_seconds, end))
            read += len(chunk)
            if read > LARGEST_BODY:
                raise NotTaken("TOO_LARGE")
            part.write(chunk)
    part.finish()


async def _tell(request: Request) -> Response:
    """Of a file by its hash: the receipt, or how many bytes have arrived; 404 if none."""
    principal = await _sign_in(request)
    upload, _ = _resumed(request, principal)
    if upload is None:
        raise NotTaken("UNKNOWN_HASH")
    if receipt := await unused(principal.member_id, upload.sha256):
        answer = _about(receipt, 200)
        answer.headers["Upload-Offset"] = "0"
        answer.headers["Receipt-Id"] = global_id("Receipt", receipt.id)
        return answer
    arrived = await upload.arrived()
    return JSONResponse({"offset": arrived}, 200 if arrived else 404, {"Upload-Offset": str(arrived)})


async def _show(request: Request) -> Response:
    return await _shown(request, small=False)


async def _show_small(request: Request) -> Response:
    return await _shown(request, small=True)


async def _shown(request: Request, *, small: bool) -> Response:
    """The file, to the member whose link it is, while they may see it. Raises HTTPException 403 without a link, 404
    when it is no more, 503 when the storage is down.
    """
    principal = await principal_of_link(request)
    receipt = await visible_receipts(principal).get_or_none(id=asked_id(request, "receipt"))
    if receipt is None:
        raise missing()
    try:
        content = await request.app.state.services.storage.get(kept_as(receipt.regency_code, receipt.id)[small])
    except FileNotFoundError as error:
        raise missing() from error
    except StorageDown as error:
        words = f"{error.message('id')}\n{error.message('en')}\n"
        raise HTTPException(503, words, AGAIN) from error
    content_type = "image/jpeg" if small else receipt.content_type
    name = f"receipt-{receipt.id}.{EXTENSIONS[content_type]}"
    return Response(content, headers=sent(content_type, name, inline=True))


async def _sign_in(request: Request) -> Principal:
    """The caller. Raises Unauthenticated or UnknownMember."""
    given = request.headers.get("authorization", "")
    if not given.lower().startswith(BEARER):
        raise Unauthenticated
    principal: Principal = await request.app.state.services.authenticator.principal(given[len(BEARER) :].strip())
    request.state.locale = principal.locale
    return principal


def _resumed(request: Request, principal: Principal) -> tuple[Upload | None, int | None]:
    """The upload that goes on when it breaks off, and from where this body goes on. Raises NotTaken."""
    sha256, offset = request.query_params.get("sha256"), request.query_params.get("offset")
    if offset is not None and (sha256 is None or not offset.isdecimal() or len(offset) > 10):
        raise NotTaken("UNKNOWN_HASH")
    upload = None if sha256 is None else Upload(request.app.state.services.storage, principal, sha256)
    return upload, None if offset is None else int(offset)


def _about(receipt: Receipt, status: int) -> Response:
    return JSONResponse(
        {
            "id": global_id("Receipt", receipt.id),
            "sha256": receipt.sha256,
            "contentType": receipt.content_type,
            "size": receipt.size,
        },
        status,
    )


def _in_words(endpoint: Endpoint) -> Endpoint:
    """A ClientError as JSON, `code` and `message`, in the caller's language."""

    async def respond(request: Request) -> Response:
        request.state.locale = asked_locale(request.headers.get("accept-language", ""))
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except ClientError as error:
            code = error.reason if isinstance(error, NotTaken) else error.client_code
            said: dict[str, str | int] = {"code": code, "message": error.message(request.state.locale)}
            if isinstance(error, NotTaken) and error.offset is not None:
                said["offset"] = error.offset
            return JSONResponse(said, STATUS.get(code, 422), HEADERS.get(code))

    return respond
