"""Why a backup was not made, or not restored."""

from kurir_api.errors import ClientError


class BackupTrouble(ClientError):
    """What is in the way, in Indonesian and English, and what to do about it."""

    def __init__(self, *, indonesian: str, english: str) -> None:
        super().__init__(english)
        self._indonesian, self._english = indonesian, english

    def message(self, locale: str) -> str:
        """What is in the way."""
        return self._english if locale == "en" else self._indonesian
