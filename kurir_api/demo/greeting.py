"""What `kurir demo` prints when it is up."""

from collections import Counter
from textwrap import indent

from kurir_api.demo.documents import BOARD, CASES, NEARBY
from kurir_api.demo.documents_desk import DESK
from kurir_api.demo.kebumen import KEBUMEN, desk_members
from kurir_api.demo.load import Demo, Person, Tokens
from kurir_api.demo.people import REGENCY, invented_members


def greeting(demo: Demo, base_url: str, tokens: Tokens) -> str:
    """Where it is, who one may be with which token, four queries to paste, where the data is, how to stop."""
    url = base_url.rstrip("/")
    queries = (
        ("As the volunteer: who am I, and what is open near me", NEARBY),
        ("As the coordinator: the board, and who could do what", BOARD),
        ("As the coordinator: cases, and messages nobody has answered yet", CASES),
        (
            "As Kebumen's coordinator: who waits since when, where they may be, and referrals with their due dates",
            DESK,
        ),
    )
    members = Counter(one.regency for one in (*invented_members(), *desk_members()))
    banyumas = (demo.volunteer, demo.coordinator, demo.reviewer)
    kebumen = (demo.kebumen_coordinator, demo.village_desk, demo.officer)
    return "\n".join(
        [
            f"Kurir runs with invented data for Kabupaten Banyumas: {members[REGENCY]} members, cases, money;",
            f"and for Kabupaten Kebumen: {members[KEBUMEN]} members, and what lies on its desks.",
            "",
            f"  Open   {url}/graphql   as the coordinator, or with another token in Headers",
            f"  Write  {url}/lapor     as anybody who needs help",
            f"  Data   {demo.kept}",
            "  Stop   Ctrl-C; the data stays for the next start",
            "",
            f"Be one of these (a token lasts {demo.token_minutes} minutes; a new start prints new ones):",
            *(_card(person, tokens) for person in banyumas),
            "",
            "Or, in Kebumen:",
            *(_card(person, tokens) for person in kebumen),
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
