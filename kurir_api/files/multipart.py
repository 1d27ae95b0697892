"""One file out of multipart/form-data, as it arrives."""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from kurir_api.services.receipts.refusals import LARGEST_FILE, NotTaken

LONGEST_HEADER = 16 * 1024
"""Bytes; of a part's headers only its name is looked at, but phones make long file names."""


class FilePart:
    """The part `file`, the only one; its file name and declared type are nobody's business.

    It is appended to `content`, what has arrived of the file before. Raises NotTaken, at once: MALFORMED, or
    TOO_LARGE above LARGEST_FILE.
    """

    def __init__(self, content_type: str, content: bytearray) -> None:
        self.content = content
        self._parts = 0
        self._ended = False
        self._header = self._value = b""
        self._names: list[bytes] = []
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise NotTaken("MALFORMED")
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._begin,
                    "on_header_begin": self._begin_header,
                    "on_header_field": self._add_header,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._check_name,
                    "on_part_data": self._add_content,
                    "on_end": self._end,
                },
                max_header_size=LONGEST_HEADER,
            )
        except FormParserError as error:
            raise NotTaken("MALFORMED") from error

    def write(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise NotTaken("MALFORMED") from error

    def finish(self) -> None:
        """The body is over; the part must be, too."""
        if not self._ended or self._parts != 1:
            raise NotTaken("MALFORMED")

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise NotTaken("MALFORMED")

    def _begin_header(self) -> None:
        self._header = self._value = b""

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._names.append(parse_options_header(self._value)[1].get(b"name", b""))

    def _check_name(self) -> None:
        if self._names != [b"file"]:
            raise NotTaken("MALFORMED")

    def _add_content(self, data: bytes, start: int, end: int) -> None:
        if len(self.content) + end - start > LARGEST_FILE:
            raise NotTaken("TOO_LARGE")
        self.content += data[start:end]

    def _end(self) -> None:
        self._ended = True
