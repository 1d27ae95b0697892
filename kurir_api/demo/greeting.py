"""What `kurir demo` prints when it is up."""

from textwrap import indent

from kurir_api.demo.documents import BOARD, CASES, NEARBY
from kurir_api.demo.load import Demo, Person, Tokens
from kurir_api.demo.people import MEMBERS


def greeting(demo: Demo, base_url: str, tokens: Tokens) -> str:
    """Where it is, who one may be with which token, three queries to paste, where the data is, how to stop."""
    url = base_url.rstrip("/")
    queries = (
        ("As the volunteer: who am I, and what is open near me", NEARBY),
        ("As the coordinator: the board, and who could do what", BOARD),
        ("As the coordinator: cases, and messages nobody has answered yet", CASES),
    )
    return "\n".join(
        [
            f"Kurir runs with invented data for Kabupaten Banyumas: {MEMBERS} members, a few cases.",
            "",
            f"  Open   {url}/graphql   as the coordinator, or with another token in Headers",
            f"  Data   {demo.kept}",
            "  Stop   Ctrl-C; the data stays for the next start",
            "",
            f"Be one of these (a token lasts {demo.token_minutes} minutes; a new start prints new ones):",
            *(_card(person, tokens) for person in (demo.volunteer, demo.coordinator, demo.reviewer)),
            "",
            "Ask:",
            *(
                f"\n  {number}. {about}\n\n{indent(document, '     ')}"
                for number, (about, document) in enumerate(queries, 1)
            ),
        ]
    )


def _card(person: Person, tokens: Tokens) -> str:
    return f'\n  {person.name}, {person.post}\n  {{"Authorization": "Bearer {tokens(person.id)}"}}'
