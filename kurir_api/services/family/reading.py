"""What the family texts: "SUDAH 4821", "BELUM 4821", as people write."""

import re
from typing import NamedTuple

from kurir_api.models import FamilyWord

LONGEST = 160
"""Characters; whoever writes more has something else to say."""


class FamilyReply(NamedTuple):
    """This word of the task of that number."""

    word: FamilyWord
    number: int


NUMBER = r"(?:(?:tugas|nomor|nomer|no|nmr)[\W_]*)*(?P<number>[0-9]{1,9})"
WORD = (
    r"(?:(?P<came>sudah|sdh|udah|udh|sudh)|(?P<not>(?:masih[\W_]+)?(?:belum|blm|blum|belom|blom)"
    r"|(?:tidak|tdk|gak|ga|nggak)(?=[\W_]+(?:datang|dtg|sampai|ada))))"
    r"(?:[\W_]+(?:ada|juga|yang|yg|datang|dtg|sampai|tiba|bantuan|bantuannya|ambulans|relawan|relawannya))*"
)
POLITE = r"(?:[\W_]+(?:ya|pak|bu|mas|mbak|min|terima|kasih|makasih|alhamdulillah))*[\W_]*"
BEFORE = r"(?:(?:ya|alhamdulillah|maaf|bantuan|bantuannya|ambulans|relawan|pak|bu)[\W_]+)*"

# The whole message has to be this: "belum 4821 tapi sudah ditelepon" says something else.
REPLY = re.compile(rf"{BEFORE}{WORD}[\W_]*{NUMBER}{POLITE}")


def read_family_reply(text: str) -> FamilyReply | None:
    """What the text says of which task; None when it is no such word."""
    plain = text.strip("\t\n\r !\"'()*,-./:;<>[]_").casefold()
    found = REPLY.fullmatch(plain) if len(text) <= LONGEST else None
    if found is None:
        return None
    return FamilyReply(FamilyWord.CAME if found["came"] else FamilyWord.DID_NOT_COME, int(found["number"]))
