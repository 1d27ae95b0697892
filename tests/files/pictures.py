"""Pictures and documents made in code: honest ones, and such as hide something or lie."""

import random
import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

pillow_heif.register_heif_opener()

GPS_MAKER = b"Kamera-Rahasia-7"
"""The maker of the camera in `told`: it must be in no kept file."""

PNG_START = b"\x89PNG\r\n\x1a\n"


def slip(seed: int = 1, size: tuple[int, int] = (600, 800)) -> Image.Image:
    """A slip with lines of text on a table; another for each seed."""
    dice = random.Random(seed)
    picture = Image.new("RGB", size, tuple(dice.randint(30, 140) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    left, top = dice.randint(20, 150), dice.randint(20, 150)
    draw.rectangle((left, top, size[0] - dice.randint(20, 150), size[1] - dice.randint(20, 150)), fill="white")
    for y in range(top + 20, size[1] - 200, 30):
        draw.rectangle((left + 20, y, left + 20 + dice.randint(40, 250), y + 14), fill="black")
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def jpeg(seed: int = 1) -> bytes:
    """A photo of a slip."""
    return encoded(slip(seed))


def told() -> dict[str, Any]:
    """Options for `encoded`: metadata that says where a photo was made, and by which camera; and that it lies on its
    left side.
    """
    exif = Image.Exif()
    exif[0x010F] = GPS_MAKER.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "S", 2: (7.0, 25.0, 27.48), 3: "E", 4: (109.0, 13.0, 48.72)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + GPS_MAKER + b"</x:xmpmeta>"
    return {"exif": exif, "icc_profile": profile, "xmp": xmp}


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(side: int) -> bytes:
    """A small file of a black square with so many pixels a side, a multiple of 1,000."""
    packer = zlib.compressobj(9)
    rows = b"\0" * ((side // 8 + 1) * 1000)
    packed = b"".join(packer.compress(rows) for _ in range(side // 1000)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return PNG_START + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def text_bomb_png() -> bytes:
    """A PNG whose comment unpacks to 200 MB."""
    picture = encoded(slip(), "PNG")
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    return picture[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + picture[33:]


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, value in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + value + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, table)
    return bytes(out)


def stream(content: bytes, facts: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n" % (len(content), facts) + content + b"\nendstream"


def pdf(*pages: bytes, size: tuple[float, float] = (595, 842), catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF with a page for each of these drawings, `size` points large."""
    drawings = pages or (b"0 0 0 rg 100 600 300 40 re f",)
    kids = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(len(drawings)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(drawings), kids),
    ]
    for number, drawing in enumerate(drawings):
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents %d 0 R >>"
        objects += [page % (*size, 4 + 2 * number), stream(drawing)]
    return pdf_of(objects, trailer)


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    key = b"<" + b"5a" * 32 + b">"
    encryption = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >> /ID [<00> <00>]" % (key, key)
    return pdf(trailer=encryption)


def endless_pdf() -> bytes:
    """A PDF of 2 kB that takes for ever to draw: a figure of eight figures of eight figures, nine levels down."""
    figure = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
    inner = [
        stream(b"/X Do " * 8, figure + b"/Resources << /XObject << /X %d 0 R >> >>" % (level + 6))
        for level in range(8)
    ]
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /XObject << /X 5 0 R >> >> >>",
            stream(b"/X Do "),
            *inner,
            stream(b"0 0 100 100 re f", figure),
        ]
    )
