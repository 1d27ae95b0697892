"""Names as they sound: old and new Indonesian spelling alike, so that one person written two ways is found.

The old spellings are those the reforms of 1947 (oe) and 1972 (dj, j, nj, sj, tj, ch) replaced; people keep them in
their names. What else counts as the same was decided on pairs of names: docs/decisions/0022-names-as-they-sound.md.
"""

import re
import unicodedata
from functools import lru_cache

from kurir_api.vault import vault

LEFT_OUT = frozenset(
    {
        "h",
        "hj",
        "haji",
        "hajjah",
        "bin",
        "binti",
        "bt",
        "sdr",
        "sdri",
        "saudara",
        "saudari",
        "bpk",
        "bapak",
        "pak",
        "ibu",
        "bu",
        "ny",
        "nyonya",
        "nn",
        "nona",
        "tn",
        "tuan",
        "mbah",
        "mbak",
        "mas",
        "alm",
        "almh",
        "almarhum",
        "almarhumah",
        "dr",
        "drs",
        "dra",
        "ir",
        "prof",
        "kh",
        "nyai",
        "raden",
        "rr",
    }
)
"""Titles and kinship words that are written before a name, or left out."""

SPELLED_OUT = dict.fromkeys(("muh", "moh", "mhd", "moch", "much", "mokh", "mukh", "mohd", "muhd"), "muhamad") | {
    "abd": "abdul"
}
"""Usual abbreviations."""

_STEPS = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"^chand", "cand"),
        (r"chr", "kr"),
        (r"oe", "u"),  # Soeharto, Suharto
        (r"tj", "c"),  # Tjipto, Cipto
        (r"dj|dz", "j"),  # Djoko, Joko
        (r"s[jy](?=[aeiou])", "s"),  # Sjamsul, Syamsul, Samsul
        (r"ts", "s"),
        (r"ch|kh", "h"),  # Achmad, Akhmad, Ahmad
        (r"ph|[fv]", "p"),  # Yusuf, Yusup
        (r"x", "ks"),
        (r"q", "k"),
        (r"(?<=[bcdgjklmnprstwyz])h", ""),  # Budhi, Budi; Thomas, Tomas
        (r"(.)\1+", r"\1"),  # Muhammad, Muhamad
        (r"z(?=[^aeiouy]|$)", "s"),  # Rizky, Risky
        (r"y(?=[^aeiou]|$)", "i"),  # Rizky, Rizki
        (r"i?[jyz](?=[aeiou])", "j"),  # Jusuf, Yusuf; Zainal, Jainal; Sugiyono
        (r"(?<=[^aeiou])i(?=[aou])", "j"),  # Sugiono; Suriati, Suryati
        (r"ae", "ai"),  # Jaenal, Jainal
        (r"au(?=[^aeiou])", "o"),  # Taufik, Topik
        (r"o", "u"),  # Mohamad, Muhamad
        (r"^([^aeiou])e([lr])(?=[aeiou])", r"\1\2"),  # Selamet, Slamet
        (r"h$", ""),  # Fatimah, Fatima
        (r"d$", "t"),  # Ahmad, Ahmat
        (r"b$", "p"),  # Yakub, Yakup
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=65_536)
def _sound(word: str) -> str:
    for pattern, put in _STEPS:
        word = pattern.sub(put, word)
    return word


def sounds(name: str) -> list[str]:
    """How each word of `name` sounds, in their order; without titles and single letters."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z]+", re.sub(r"['`]", "", plain))
    return [_sound(SPELLED_OUT.get(word, word)) for word in words if len(word) > 1 and word not in LEFT_OUT]


def tokens(field: str, name: str) -> list[str]:
    """The keyed index of each distinct sound of `name`, sorted; `field` ("patient.name") keeps columns apart. Of a
    name without any, "Mas" or one in another script, that of the name itself: so a name always has some.
    """
    return sorted({vault().index(field, sound) for sound in _heard(name)})


def all_tokens(field: str, name: str) -> list[list[str]]:
    """The tokens under each of the office's keys: a name may have been written before they changed."""
    by_sound = [vault().indexes(field, sound) for sound in dict.fromkeys(_heard(name))]
    return [sorted(tokens) for tokens in zip(*by_sound, strict=True)]


def _heard(name: str) -> list[str]:
    return sounds(name) or [" ".join(name.casefold().split())]
