"""Wall-clock times as people write them."""

import re
from datetime import UTC, time

from kurir_api.errors import Problems

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def read_clock(text: str, path: str, problems: Problems) -> time:
    """The time of "21:00", as its column keeps it: the zone there is a form's, and dropped when read. Anything else
    is a problem at `path`.
    """
    if not CLOCK.fullmatch(text):
        problems.add(path, id="Tulis jam seperti 21:00.", en="Write the time like 21:00.")
        return time.min
    return time.fromisoformat(text).replace(tzinfo=UTC)
