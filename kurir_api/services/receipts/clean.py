"""Makes of what somebody sent a picture or document that is wholly ours, in a process of its own with little reach.

`python -m kurir_api.services.receipts.clean` reads the file from standard input and writes to standard output one
line of JSON: `{"flaw": ...}`, or `{"content_type", "likeness", "kept", "small"}`, the last two lengths in bytes of
what follows the line. Decoders are where hostile files strike: so nothing else of Kurir is loaded here, and no
setting is known.
"""

import json
import resource
import sys
from enum import StrEnum
from io import BytesIO
from typing import Any

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 8
MOST_PIXELS = 50_000_000
MOST_PAGES = 10
LONGEST_SIDE = 2560
SMALL_SIDE = 320
QUALITY = 85
NEARLY_WHITE = 200
SHADES = 1 << 16
PRINTED_DPI = 216
"""A page of A4 is then about as large as the largest picture."""

ORIENTATION = 0x0112
"""The EXIF tag that says which way is up."""

JPEG, PDF = "image/jpeg", "application/pdf"
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")


class Flaw(StrEnum):
    """Why a file can't be a receipt."""

    EMPTY = "EMPTY"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    BROKEN = "BROKEN"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    ENCRYPTED = "ENCRYPTED"
    TOO_COMPLEX = "TOO_COMPLEX"


class FlawFoundError(Exception):
    """The file has this flaw."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


def cleaned(content: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """The facts of what is kept, it, and a small JPEG of its first page. Raises FlawFoundError, or whatever a decoder
    raises.
    """
    if not content:
        raise FlawFoundError(Flaw.EMPTY)
    kind = kind_of(content)
    if kind == "PDF":
        pages = _pages(content)
        kept, content_type = _document(pages), PDF
    else:
        pages = [_picture(content, kind)]
        kept, content_type = _jpeg(pages[0]), JPEG
    small = pages[0].copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return {"content_type": content_type, "likeness": likeness(pages[0])}, kept, _jpeg(small)


def kind_of(content: bytes) -> str:
    """PDF, or the decoder for the picture, by how the content begins. Raises FlawFoundError."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "HEIF"
    if content.startswith(b"%PDF-"):
        return "PDF"
    raise FlawFoundError(Flaw.UNKNOWN_TYPE)


def likeness(page: Any) -> str:
    """The difference hash of a page: of 16 by 16 dots, row by row, whether the next to the right is brighter; 64 hex
    digits. After N. Krawetz, "Kind of Like That", 2013; without white margins, which make all documents alike.
    """
    from PIL import Image  # noqa: PLC0415 - after the limits are set, as all decoders

    grey = page.convert("L")
    written_on = grey.point([255] * NEARLY_WHITE + [0] * (256 - NEARLY_WHITE)).getbbox()
    dots = grey.crop(written_on).resize((17, 16), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(0, len(dots), 17):
        for left, right in zip(dots[row : row + 16], dots[row + 1 : row + 17], strict=True):
            bits = bits << 1 | (left < right)
    return f"{bits:064x}"


def _picture(content: bytes, kind: str) -> Any:
    """The first frame, upright, on white, at most 2,560 pixels a side; nothing but its pixels."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    if kind == "HEIF":
        import pillow_heif  # noqa: PLC0415

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(BytesIO(content), formats=[kind]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise FlawFoundError(Flaw.TOO_MANY_PIXELS)
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        flat = _on_white(_of_8_bits(picture))
        flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        # Only now turned, when it is small; `flat` has no metadata, so it is told which way is up.
        flat.getexif()[ORIENTATION] = picture.getexif().get(ORIENTATION, 1)
        return _on_white(ImageOps.exif_transpose(flat))


def _of_8_bits(picture: Any) -> Any:
    """The picture; of greys of 16 bits the upper eight, for Pillow by itself makes nearly all of them white."""
    from PIL import Image  # noqa: PLC0415

    if not picture.mode.startswith("I"):
        return picture
    clear = picture.info.get("transparency")
    shades = picture.convert("I")
    grey = shades.point([shade >> 8 for shade in range(SHADES)], "L")
    if clear is None:
        return grey
    return Image.merge("LA", (grey, shades.point([255 * (shade != clear) for shade in range(SHADES)], "L")))


def _on_white(picture: Any) -> Any:
    """Its pixels alone as RGB, white where it is transparent."""
    from PIL import Image  # noqa: PLC0415

    clean = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        clean.paste(picture, mask=picture.getchannel("A"))
    else:
        clean.paste(picture.convert("RGB"))
    return clean


def _pages(content: bytes) -> list[Any]:
    """Every page as a picture, with what was filled in and annotated."""
    import pypdfium2  # noqa: PLC0415

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise FlawFoundError(Flaw.ENCRYPTED if locked else Flaw.BROKEN) from error
    if len(document) > MOST_PAGES:
        raise FlawFoundError(Flaw.TOO_MANY_PAGES)
    if len(document) == 0:
        raise FlawFoundError(Flaw.BROKEN)
    document.init_forms()
    pages = []
    for page in document:
        scale = min(LONGEST_SIDE / max(page.get_size()), PRINTED_DPI / 72)
        pages.append(_on_white(page.render(scale=scale).to_pil()))
        page.close()
    return pages


def _jpeg(picture: Any) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _document(pages: list[Any]) -> bytes:
    """A PDF of pictures, which says nothing of who made it when."""
    out = BytesIO()
    nothing = {"title": None, "creationDate": None, "modDate": None}
    pages[0].save(
        out, "PDF", save_all=True, append_images=pages[1:], resolution=PRINTED_DPI, quality=QUALITY, **nothing
    )
    return out.getvalue()


def main() -> None:
    """See the module. Ends without a word where a limit was met inside a decoder."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kept = small = b""
    try:
        said, kept, small = cleaned(sys.stdin.buffer.read())
        said |= {"kept": len(kept), "small": len(small)}
    except FlawFoundError as found:
        said = {"flaw": found.flaw}
    except MemoryError:
        said = {"flaw": Flaw.TOO_COMPLEX}
    except Exception:  # noqa: BLE001 - decoders raise anything at all on broken files
        said = {"flaw": Flaw.BROKEN}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + kept + small)


if __name__ == "__main__":
    main()
