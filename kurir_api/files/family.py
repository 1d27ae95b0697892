"""/keluarga: what is coming for a patient, and whether it came; for the family, who has the link and no account."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kurir_api.dispatch.texts import written
from kurir_api.errors import TooMany, Words, asked_locale
from kurir_api.models import FamilyWord
from kurir_api.pages import Page, client_address, fields_of, network
from kurir_api.services.family.links import PATH
from kurir_api.services.family.open_link import FamilyView, Stage, open_link, say_by_link
from kurir_api.services.family.word import ANSWERS

BODY_BYTES = 4096
PAGE = Page(Path(__file__).parent, "family")
TEXTS: Mapping[str, Words] = {
    "title": Words(id="Bantuan untuk keluarga Anda", en="Help for your family"),
    "unknown": Words(id="Tautan ini tidak berlaku", en="This link is not valid"),
    "ask_again": Words(
        id="Mungkin sudah lewat waktunya. Minta tautan baru kepada kantor.",
        en="Its time may be over. Ask the office for a new one.",
    ),
    "wait": Words(id="Terlalu banyak percobaan. Tunggu satu menit.", en="Too many tries. Wait a minute."),
    "until": Words(id="sampai", en="to"),
    "came": Words(id="Bantuan sudah datang", en="The help came"),
    "did_not_come": Words(id="Bantuan belum datang", en="The help did not come"),
    "nothing": Words(id="Belum ada bantuan yang dijadwalkan.", en="No help is planned yet."),
    "reply": Words(
        id="Ada pertanyaan? Balas pesan dari kantor, atau datang ke kantor desa. Gawat darurat: telepon 119.",
        en="Questions? Reply to the office's message, or go to the village office. Emergency: call 119.",
    ),
}
STAGES: Mapping[Stage, Words] = {
    Stage.SOUGHT: Words(id="Sedang dicari relawan", en="A volunteer is being looked for"),
    Stage.COMING: Words(id="Sudah ada relawan", en="A volunteer will come"),
    Stage.AT_WORK: Words(id="Sedang dikerjakan", en="Under way"),
    Stage.DONE: Words(id="Selesai", en="Done"),
    Stage.OVER: Words(id="Tidak jadi. Hubungi kantor", en="Not taking place. Call the office"),
}
WORDS: Mapping[FamilyWord, Words] = {
    FamilyWord.CAME: Words(id="Jawaban Anda: sudah datang", en="Your answer: it came"),
    FamilyWord.DID_NOT_COME: Words(id="Jawaban Anda: belum datang", en="Your answer: it did not come"),
}


def family_routes() -> list[BaseRoute]:
    """The page, and the answer to its buttons. The token stands in the query, which Kurir's own logs leave out."""

    async def show(request: Request) -> Response:
        try:
            await _count(request)
        except TooMany as error:
            return _wait(request, error)
        token = request.query_params.get("t", "")
        return _page(request, token, await open_link(token, datetime.now(UTC)))

    async def answer(request: Request) -> Response:
        try:
            await _count(request)
        except TooMany as error:
            return _wait(request, error)
        form, now = await fields_of(request), datetime.now(UTC)
        token, number, word = form.get("t", ""), form.get("number", ""), form.get("word", "")
        if word not in set(FamilyWord) or not (number.isascii() and number.isdigit() and len(number) <= 9):
            raise HTTPException(400)
        given = await say_by_link(token, int(number), FamilyWord(word), now)
        said = None if given is None else ANSWERS[given].say(_language(request))
        return _page(request, token, await open_link(token, now), said)

    return [
        Route(PATH, show, methods=["GET"]),
        Route(PATH, answer, methods=["POST"], max_body_size=BODY_BYTES),
    ]


def _language(request: Request) -> str:
    return asked_locale(request.headers.get("accept-language", ""))


async def _count(request: Request) -> None:
    await request.app.state.services.limiter.hit("family", network(client_address(request)))


def _wait(request: Request, error: TooMany) -> Response:
    said = TEXTS["wait"].say(_language(request))
    return _page(request, "", None, said, status=429, headers={"Retry-After": str(error.retry_after)})


def _page(
    request: Request,
    token: str,
    view: FamilyView | None,
    said: str | None = None,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Unknown, over and revoked links look alike."""
    language = _language(request)
    return PAGE.response(
        status or (404 if view is None else 200),
        {"Vary": "Accept-Language", **(headers or {})},
        language=language,
        token=token,
        view=view,
        said=said,
        stages=STAGES,
        words=WORDS,
        say=lambda name: TEXTS[name].say(language),
        when=lambda moment: "" if view is None else written(moment, view.zone, language),
    )
