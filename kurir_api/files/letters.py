"""GET /letters/{referral}.pdf, by signed link, for the desk."""

import asyncio
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kurir_api.errors import NotFound
from kurir_api.files.asking import asked_id, missing, principal_of_link, sent
from kurir_api.links import public_base
from kurir_api.services.documents.letter import letter


def letter_routes(slots: asyncio.Semaphore) -> list[BaseRoute]:
    """A referral's letter of recommendation; as many documents are made at once as there are slots."""

    async def page(request: Request) -> Response:
        principal = await principal_of_link(request)
        check_url = f"{public_base(request.app.state.services.settings, request)}/verify"
        referral_id = asked_id(request, "referral")
        try:
            async with slots:
                pdf = await letter(principal, referral_id, check_url, datetime.now(UTC))
        except NotFound as error:
            raise missing() from error
        return Response(pdf, headers=sent("application/pdf", f"surat-rekomendasi-{referral_id}.pdf"))

    return [Route("/letters/{referral}.pdf", page, methods=["GET"])]
