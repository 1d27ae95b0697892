"""What a text message asks for: "AMBIL 4821", written as people write."""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 160
"""Characters; whoever writes more has something else to say."""

FEWEST_WORDS = 4
"""Of what may be a report; who asks for help says more than three words."""


class Verb(StrEnum):
    """What a member can do by text."""

    TAKE = "ambil"
    DECLINE = "tidak"
    START = "mulai"
    RELEASE = "lepas"
    COMPLETE = "selesai"


@dataclass(frozen=True, slots=True)
class Reply:
    """Do this with the task of that number."""

    verb: Verb
    number: int


# The whole message has to be this: "belum selesai 4821" and "ambil 4821 tidak jadi" say something else.
COMMAND = re.compile(
    r"(?:(?:ya|ok|oke|siap|saya)[\W_]+)*"
    r"(?:(?P<plain>ambil|mulai|berangkat|jalan|lepas|selesai)|(?P<no>tidak|tdk)(?:[\W_]+(?:bisa|dapat|ambil))*)[\W_]*"
    r"(?:(?:tugas|nomor|nomer|no)[\W_]*)*"
    r"(?P<number>[0-9]{1,9})"
    r"(?:[\W_]+(?:ya|pak|bu|mas|mbak|min|terima|kasih|makasih))*[\W_]*"
)
ALSO_START = ("berangkat", "jalan")
COMMAND_WORD = re.compile(r"[\W_]*(?:ambil|mulai|berangkat|jalan|lepas|selesai|tidak|tdk)\b")
YES = re.compile(r"[\W_]*(?:ok|oke)[\W_]*")


def read_reply(text: str) -> Reply | None:
    """The command in the text; None when it is none."""
    found = COMMAND.fullmatch(_plain(text)) if len(text) <= LONGEST else None
    if found is None:
        return None
    word = "tidak" if found["no"] else found["plain"]
    return Reply(Verb.START if word in ALSO_START else Verb(word), int(found["number"]))


def says_ok(text: str) -> bool:
    """Whether the text answers a drill."""
    return len(text) <= LONGEST and YES.fullmatch(_plain(text)) is not None


def is_mistyped(text: str) -> bool:
    """Whether what is no command was probably meant to be one: it begins like one and names a number, or is short."""
    words = re.findall(r"\w+", text)
    like_one = COMMAND_WORD.match(_plain(text)) is not None and any(character.isdigit() for character in text)
    return len(words) < FEWEST_WORDS or (like_one and len(text) <= LONGEST)


def _plain(text: str) -> str:
    return text.strip("\t\n\r !\"'()*,-./:;<>[]_").casefold()
