"""Why a file is not taken in, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from kurir_api.errors import ClientError, Words

LARGEST_FILE = 12 * 1024 * 1024
"""Bytes."""

REASONS: Mapping[str, Words] = {
    "MALFORMED": Words(
        "Kirim satu berkas saja, sebagai bagian `file` dari multipart/form-data.",
        "Send one file only, as the part `file` of multipart/form-data.",
    ),
    "UNKNOWN_HASH": Words(
        "`sha256` harus 64 digit heksadesimal dari seluruh berkas, dan `offset` bilangan dari 0.",
        "`sha256` must be the 64 hex digits of the whole file, and `offset` a number from 0.",
    ),
    "TOO_SLOW": Words(
        "Kiriman terhenti terlalu lama. Kirim lagi saat sinyal lebih baik.",
        "The upload paused for too long. Send it again when the network is better.",
    ),
    "BUSY": Words(
        "Sedang banyak kiriman. Coba lagi sebentar lagi.",
        "Many files are coming in just now. Try again shortly.",
    ),
    "TOO_MANY_UNUSED": Words(
        "Anda sudah mengirim banyak bukti yang belum dipakai. Catat dahulu biayanya, lalu kirim lagi.",
        "You have sent many receipts that no cost has yet. Log the costs first, then send it again.",
    ),
    "WRONG_OFFSET": Words(
        "Lanjutkan dari byte ke-{offset}; sampai di situ yang sudah diterima.",
        "Go on from byte {offset}; so much has arrived.",
    ),
    "WRONG_HASH": Words(
        "Isi berkas tidak cocok dengan `sha256`. Kirim lagi dari awal.",
        "The file does not match `sha256`. Send it again from the beginning.",
    ),
    "TOO_LARGE": Words(
        f"Berkas lebih dari {LARGEST_FILE >> 20} MB. Perkecil fotonya.",
        f"The file is larger than {LARGEST_FILE >> 20} MB. Make the picture smaller.",
    ),
    "EMPTY": Words("Berkasnya kosong. Ambil lagi fotonya.", "The file is empty. Take the picture again."),
    "UNKNOWN_TYPE": Words(
        "Jenis berkas ini tidak diterima. Kirim foto (JPEG, PNG, WebP, HEIC) atau PDF.",
        "This type of file is not accepted. Send a picture (JPEG, PNG, WebP, HEIC) or a PDF.",
    ),
    "BROKEN": Words(
        "Berkasnya rusak atau terpotong. Ambil lagi fotonya, lalu kirim.",
        "The file is damaged or cut off. Take the picture again, and send that.",
    ),
    "TOO_MANY_PIXELS": Words(
        "Gambar lebih dari 50 megapiksel. Kirim yang lebih kecil.",
        "The picture has more than 50 megapixels. Send a smaller one.",
    ),
    "TOO_MANY_PAGES": Words(
        "PDF lebih dari 10 halaman. Kirim halaman yang penting saja.",
        "The PDF has more than 10 pages. Send only those that matter.",
    ),
    "ENCRYPTED": Words(
        "PDF terkunci kata sandi. Kirim yang tidak terkunci, atau fotonya.",
        "The PDF is locked by a password. Send one that is not, or a picture of it.",
    ),
    "TOO_COMPLEX": Words(
        "Berkas terlalu rumit untuk dibuka. Kirim fotonya.",
        "The file is too complex to open. Send a picture of it.",
    ),
}


@dataclass(eq=False)
class NotTaken(ClientError):
    """A file that is not taken in; `reason` is a key of REASONS. `offset`: how many bytes of it are there."""

    reason: str
    offset: int | None = None

    def message(self, locale: str) -> str:
        """What is wrong with it, and what to do."""
        return REASONS[self.reason].say(locale, offset=self.offset)
