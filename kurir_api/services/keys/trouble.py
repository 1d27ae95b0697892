"""Why keys can't be changed."""

from kurir_api.errors import ClientError, Words


class KeyTrouble(ClientError):
    """The ring that was given doesn't fit what is kept; nothing was changed by what raised it."""

    def __init__(self, *, indonesian: str, english: str) -> None:
        self.words = Words(id=indonesian, en=english)  # type: ignore[misc]


def missing_key(number: int, setting: str) -> KeyTrouble:
    """Something is kept under a key that isn't in the ring."""
    return KeyTrouble(
        indonesian=f"Ada data di bawah kunci nomor {number}, yang tidak ada di {setting}. Tambahkan lagi.",
        english=f"Data is kept under key number {number}, which {setting} doesn't have. Add it again.",
    )


def wrong_key(number: int, table: str) -> KeyTrouble:
    """The key of that number isn't the one that sealed."""
    return KeyTrouble(
        indonesian=f"Kunci nomor {number} tidak membuka isi tabel {table}: bukan kunci yang dahulu. Cari salinannya.",
        english=f"Key number {number} doesn't open what {table} keeps: it isn't the one of then. Look for its copy.",
    )


def wrong_index_key() -> KeyTrouble:
    """Index key number 1 isn't the one by which members are found."""
    return KeyTrouble(
        indonesian="Kunci nomor 1 di KURIR_INDEX_KEY bukan kunci yang dahulu. Cari salinannya; yang baru bernomor 2.",
        english="Key number 1 of KURIR_INDEX_KEY isn't the one of then. Look for its copy; a new key gets number 2.",
    )
