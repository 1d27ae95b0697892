"""Who asks for a file by a signed link."""

from datetime import UTC, datetime
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import UnknownMember
from kurir_api.links import is_genuine

STALE = (
    "Tautan ini tidak berlaku, atau sudah lebih dari 10 menit. Minta tautan baru di aplikasi.\n"
    "This link is not valid, or is older than 10 minutes. Ask for a new one in the app.\n"
)
MISSING = "Tidak ditemukan.\nNot found.\n"


async def principal_of_link(request: Request) -> Principal:
    """The member for whom the link was made: its fact `by`, a uuid. Raises HTTPException 403 unless it is genuine,
    fresh, and of a member who is still active.
    """
    query = dict(request.query_params)
    if not is_genuine(request.app.state.services.settings, request.url.path, query, datetime.now(UTC)):
        raise HTTPException(403, STALE)
    try:
        return await principal_of_member(UUID(query.get("by", "")))
    except (ValueError, UnknownMember) as error:
        raise HTTPException(403, STALE) from error


def missing() -> HTTPException:
    """What is not there, can't be, or isn't the caller's to know of: all look alike."""
    return HTTPException(404, MISSING)


def asked_id(request: Request, name: str) -> UUID:
    """The id in the path. Raises HTTPException 404 for what is none; ask for the principal first, so that nobody
    without a link learns what ids look like.
    """
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise missing() from error


def sent(content_type: str, name: str, *, inline: bool = False) -> dict[str, str]:
    """Headers of a document to be kept under the name, or `inline` to be shown; which a browser neither runs nor
    stores on the way.
    """
    return {
        "Content-Type": content_type,
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }
