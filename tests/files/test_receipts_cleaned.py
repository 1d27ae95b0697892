"""What is kept is only ever our own: hostile files are refused with a reason, or come out as harmless pictures."""

import asyncio
import os
import zipfile
from io import BytesIO
from typing import Any

import psutil
import pypdfium2
import pytest
from PIL import Image

from kurir_api.models import Receipt, new_id
from kurir_api.services.receipts.cleaning import Cleaned, Cleaner
from kurir_api.services.receipts.refusals import NotTaken
from kurir_api.settings import Settings
from tests.files.pictures import (
    GPS_MAKER,
    encoded,
    endless_pdf,
    huge_png,
    jpeg,
    locked_pdf,
    pdf,
    slip,
    text_bomb_png,
    told,
)
from tests.files.sending import Phone, kept, nothing_left, said

METADATA = (b"Exif", b"ns.adobe.com", b"ICC_PROFILE", b"<x:xmpmeta", b"GPS", GPS_MAKER)


async def clean(content: bytes) -> Cleaned:
    """The file made anew."""
    return await Cleaner().clean(new_id(), content)


async def flaw(content: bytes) -> str:
    """Why it is refused."""
    with pytest.raises(NotTaken) as refusal:
        await clean(content)
    return refusal.value.reason


def opened(content: bytes) -> Image.Image:
    """The kept picture, which is whole."""
    picture = Image.open(BytesIO(content), formats=["JPEG"])
    picture.load()
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_every_kind_of_picture_is_kept_as_a_jpeg_that_tells_nothing(
    phone: Phone, settings: Settings, kind: str
) -> None:
    photo = encoded(slip(), kind, **told())
    assert GPS_MAKER in photo or kind == "HEIF"
    answer = await phone.send(photo)

    assert (answer.status_code, answer.json()["contentType"]) == (201, "image/jpeg")
    receipt = await Receipt.get()
    for size in ("", "-small"):
        content = kept(settings, receipt, size)
        assert [mark for mark in METADATA if mark in content] == []
        assert dict(opened(content).getexif()) == {}
        assert opened(content).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_that_lies_on_its_side_is_set_upright(kind: str) -> None:
    assert opened((await clean(encoded(slip(), kind, **told()))).kept).size == (800, 600)


async def test_large_photos_become_2560_pixels_and_a_small_one_320() -> None:
    cleaned = await clean(encoded(slip(size=(4000, 3000))))

    assert opened(cleaned.kept).size == (2560, 1920)
    assert opened(cleaned.small).size == (320, 240)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_a_moving_picture_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    cleaned = await clean(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))

    red, _, blue = opened(cleaned.kept).getpixel((25, 25))
    assert (red > 200, blue < 50) == (True, True)


RED, GREY, WHITE, BLACK = (255, 0, 0), (128, 128, 128), (255, 255, 255), (0, 0, 0)
SIDE = (50, 50)


def red_in_cmyk() -> Image.Image:
    """Neither cyan nor black."""
    return Image.new("CMYK", SIDE, (0, 255, 255, 0))


def red_in_ycck() -> bytes:
    """A JPEG as Adobe's programs make them: luma and chroma of the inverted colours, and black."""
    inverted = Image.new("RGB", SIDE, (0, 255, 255)).convert("YCbCr").split()
    # Pillow inverts once more when it writes, and says that it is CMYK.
    planes = [plane.point(lambda value: 255 - value) for plane in (*inverted, Image.new("L", SIDE, 255))]
    content = encoded(Image.merge("CMYK", planes), quality=95)
    transform = content.index(b"Adobe") + 11
    assert content[transform] == 0
    return content[:transform] + b"\x02" + content[transform + 1 :]


def in_palette(colour: tuple[int, int, int], **options: int) -> bytes:
    """A PNG with a palette of that colour."""
    picture = Image.new("P", SIDE, 0)
    picture.putpalette(colour)
    return encoded(picture, "PNG", **options)


COLOURS: dict[str, tuple[bytes, tuple[int, int, int]]] = {
    "black and white": (encoded(Image.new("1", SIDE, 0), "PNG"), BLACK),
    "grey": (encoded(Image.new("L", SIDE, 128), "PNG"), GREY),
    "grey of 16 bits": (encoded(Image.new("I;16", SIDE, 0x8000), "PNG"), GREY),
    "black of 16 bits": (encoded(Image.new("I;16", SIDE, 0x00FF), "PNG"), BLACK),
    "white of 16 bits": (encoded(Image.new("I;16", SIDE, 0xFFFF), "PNG"), WHITE),
    "16 bits, transparent": (encoded(Image.new("I;16", SIDE, 0x0102), "PNG", transparency=0x0102), WHITE),
    "16 bits, another is transparent": (encoded(Image.new("I;16", SIDE, 0x8000), "PNG", transparency=0x8001), GREY),
    "grey, half transparent": (encoded(Image.new("LA", SIDE, (1, 128)), "PNG"), GREY),
    "grey, transparent": (encoded(Image.new("LA", SIDE, (0, 0)), "PNG"), WHITE),
    "black, transparent": (encoded(Image.new("RGBA", SIDE, (0, 0, 0, 0)), "PNG"), WHITE),
    "black, transparent, WebP": (encoded(Image.new("RGBA", SIDE, (0, 0, 0, 0)), "WEBP"), WHITE),
    "black, transparent, HEIC": (encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "HEIF"), WHITE),
    "RGB, one transparent": (encoded(Image.new("RGB", SIDE, BLACK), "PNG", transparency=BLACK), WHITE),
    "a palette": (in_palette(RED), RED),
    "a palette, transparent": (in_palette(RED, transparency=0), WHITE),
    "CMYK": (encoded(red_in_cmyk()), RED),
    "YCCK": (red_in_ycck(), RED),
}


@pytest.mark.parametrize("what", COLOURS)
async def test_pictures_of_any_colours_are_taken_as_they_look_on_white_paper(what: str) -> None:
    content, colour = COLOURS[what]
    cleaned = await clean(content)

    seen = opened(cleaned.kept).getpixel((25, 25))
    assert [abs(is_ - should) <= 4 for is_, should in zip(seen, colour, strict=True)] == [True] * 3, seen


def zipped() -> bytes:
    """A ZIP with a script."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.sh", "rm -rf /")
    return out.getvalue()


HTML = b"<html><script>alert(document.domain)</script></html>"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08free" + b"\0" * 500
UNKNOWN: dict[str, bytes] = {
    "text": b"Rp 50.000 bensin",
    "GIF": encoded(slip(), "GIF"),
    "TIFF": encoded(slip(), "TIFF"),
    "BMP": encoded(slip(), "BMP"),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "HTML": HTML,
    "ZIP": zipped(),
    "EXE": b"MZ\x90\0\x03\0\0\0" + b"\0" * 500,
    "ELF": b"\x7fELF\x02\x01\x01" + b"\0" * 500,
    "MP4": MP4,
    "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 500,
    "HTML before a JPEG": HTML + jpeg(),
    "HTML before a PDF": HTML + pdf(),
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n/quit",
}


@pytest.mark.parametrize("what", UNKNOWN)
async def test_other_types_are_refused_whatever_they_are_called(phone: Phone, settings: Settings, what: str) -> None:
    answer = await phone.send(UNKNOWN[what])

    assert (answer.status_code, answer.json()) == (
        415,
        {
            "code": "UNKNOWN_TYPE",
            "message": "This type of file is not accepted. Send a picture (JPEG, PNG, WebP, HEIC) or a PDF.",
        },
    )
    assert await nothing_left(settings)


PNG = encoded(slip(), "PNG")
WEBP = encoded(slip(), "WEBP")
HEIC = encoded(slip(), "HEIF")
FLAWED: dict[str, tuple[bytes, str]] = {
    "half a JPEG": (jpeg()[: len(jpeg()) // 2], "BROKEN"),
    "half a PNG": (PNG[: len(PNG) // 2], "BROKEN"),
    "half a WebP": (WEBP[: len(WEBP) // 2], "BROKEN"),
    "half a HEIC": (HEIC[: len(HEIC) // 2], "BROKEN"),
    "a JPEG's first bytes": (b"\xff\xd8\xff\xe0", "BROKEN"),
    "a PNG that says JPEG": (b"\xff\xd8\xff" + PNG, "BROKEN"),
    "an MP4 that says HEIC": (MP4.replace(b"mp42", b"heic", 1), "BROKEN"),
    "a ZIP that says PDF": (b"%PDF-1.7\n" + zipped(), "BROKEN"),
    "2.5 gigapixels in 300 kB": (huge_png(50_000), "TOO_MANY_PIXELS"),
    "64 megapixels": (huge_png(8_000), "TOO_MANY_PIXELS"),
    "a comment of 200 MB": (text_bomb_png(), "BROKEN"),
    "a locked PDF": (locked_pdf(), "ENCRYPTED"),
    "11 pages": (pdf(*[b""] * 11), "TOO_MANY_PAGES"),
}


@pytest.mark.parametrize("what", FLAWED)
async def test_what_can_not_be_opened_safely_is_refused(phone: Phone, settings: Settings, what: str) -> None:
    content, reason = FLAWED[what]

    assert said(await phone.send(content)) == (422, reason)
    assert await nothing_left(settings)


POLYGLOTS: dict[str, tuple[bytes, bytes]] = {
    "a JPEG that is a ZIP": (jpeg() + zipped(), b"run.sh"),
    "a JPEG that is HTML": (jpeg()[:2] + b"\xff\xfe\0\x40" + HTML.ljust(62) + jpeg()[2:], b"<script"),
    "a PNG that is HTML": (PNG + HTML, b"<script"),
    "a PDF that is HTML": (pdf() + HTML, b"<script"),
    "a PDF that is a ZIP": (pdf() + zipped(), b"run.sh"),
}


@pytest.mark.parametrize("what", POLYGLOTS)
async def test_what_is_two_things_at_once_comes_out_as_one(what: str) -> None:
    content, hidden = POLYGLOTS[what]
    cleaned = await clean(content)

    assert hidden in content
    assert hidden not in cleaned.kept + cleaned.small
    assert cleaned.kept.startswith(b"\xff\xd8\xff" if cleaned.content_type == "image/jpeg" else b"%PDF-")
    assert cleaned.kept.rstrip().endswith((b"\xff\xd9", b"%%EOF"))


def pages(content: bytes) -> list[tuple[float, float]]:
    """The sizes of a PDF's pages in points, rounded."""
    document = pypdfium2.PdfDocument(content)
    sizes = [tuple(round(side) for side in document.get_page_size(number)) for number in range(len(document))]
    document.close()
    return sizes


async def test_a_pdf_becomes_a_pdf_of_pictures() -> None:
    cleaned = await clean(pdf(b"1 0 0 rg 0 0 595 842 re f", b"0 0 1 rg 0 0 595 842 re f"))

    assert cleaned.content_type == "application/pdf"
    assert pages(cleaned.kept) == [(595, 842), (595, 842)]
    red, _, blue = opened(cleaned.small).getpixel((50, 50))
    assert (red > 200, blue < 50) == (True, True)


async def test_ten_pages_are_taken() -> None:
    assert len(pages((await clean(pdf(*[b""] * 10))).kept)) == 10


async def test_of_a_pdf_no_script_attachment_or_metadata_remains() -> None:
    active = (
        b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
        b" /Names << /EmbeddedFiles << /Names [(x) 9 0 R] >> >>"
    )
    content = pdf(catalog=active, trailer=b"/Info << /Author (Sutinah) /Producer (Kamera) >>")
    cleaned = await clean(content)

    told_of = (b"JavaScript", b"OpenAction", b"EmbeddedFiles", b"Author", b"Producer", b"Date", b"Title")
    assert [mark for mark in told_of if mark in cleaned.kept] == []


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 1), (0.5, 0.5), (1_000_000, 1_000_000)])
async def test_a_page_of_any_size_becomes_at_most_2560_pixels(size: tuple[float, float]) -> None:
    cleaned = await clean(pdf(size=size))

    document = pypdfium2.PdfDocument(cleaned.kept)
    [picture] = document[0].get_objects()
    assert max(picture.get_px_size()) <= 2560
    document.close()


async def test_what_takes_too_long_is_killed_and_refused() -> None:
    with pytest.raises(NotTaken) as refusal:
        await Cleaner(seconds=1).clean(new_id(), endless_pdf())

    assert refusal.value.message("id") == "Berkas terlalu rumit untuk dibuka. Kirim fotonya."
    assert cleaning() == []


def cleaning() -> list[psutil.Process]:
    """The processes that clean now."""
    children = psutil.Process().children()
    return [child for child in children if "kurir_api.services.receipts.clean" in _command(child)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


async def test_two_are_cleaned_at_a_time_in_processes_that_know_nothing() -> None:
    assert "PATH" in os.environ
    cleaner = Cleaner()
    photos = [encoded(slip(seed, (3000, 3000)), "PNG") for seed in range(4)]
    work = asyncio.gather(*(cleaner.clean(new_id(), photo) for photo in photos))
    most = 0
    environments: list[dict[str, Any]] = []
    while not work.done():
        await asyncio.sleep(0)
        now = cleaning()
        most = max(most, len(now))
        environments += [process.environ() for process in now if process.status() != psutil.STATUS_ZOMBIE]
    assert len(await work) == 4
    assert most == 2
    assert [environment for environment in environments if environment] == []


async def test_one_who_sends_what_takes_long_keeps_no_other_waiting() -> None:
    cleaner, hostile = Cleaner(), new_id()
    endless = [asyncio.create_task(cleaner.clean(hostile, endless_pdf())) for _ in range(4)]
    while not cleaning():  # noqa: ASYNC110 - a process has no event
        await asyncio.sleep(0)
    await cleaner.clean(new_id(), jpeg())

    assert [task.done() for task in endless] == [False] * 4
    assert len(cleaning()) == 1
    for task in endless:
        task.cancel()
    await asyncio.gather(*endless, return_exceptions=True)


async def test_nobody_waits_for_one_whose_sender_has_gone() -> None:
    cleaner = Cleaner()
    task = asyncio.create_task(cleaner.clean(new_id(), endless_pdf()))
    while not cleaning():  # noqa: ASYNC110 - a process has no event
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert cleaning() == []
