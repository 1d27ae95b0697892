"""Bearer tokens: whose are believed, and what is answered to all others."""

import asyncio
import base64
import hmac
import io
import json
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from firebase_admin.auth import CertificateFetchError

from kurir_api.auth import Authenticator, Principal, Scope, issue_token
from kurir_api.auth.tokens import CLOCK_SKEW_SECONDS, ISSUER, LONGEST_TOKEN
from kurir_api.errors import Unauthenticated, UnknownMember
from kurir_api.models import Member, Role
from kurir_api.settings import Settings
from tests.conftest import SECRETS
from tests.factories import add_membership, make_member

PROJECT = "demo-kurir"
PHONE = "+6281327000111"
KEY_ID = "a-key-of-google"


@pytest.fixture
async def authenticator(db: None, settings: Settings) -> AsyncIterator[Authenticator]:
    """An office without Firebase."""
    made = Authenticator(settings)
    yield made
    await made.close()


def signed(secret: str = SECRETS["secret"], algorithm: str = "HS256", **claims: Any) -> str:
    """A token of our own issuer, but for `claims`; those that are None are left out."""
    now = datetime.now(UTC)
    valid = {"iss": ISSUER, "aud": ISSUER, "sub": str(uuid4()), "iat": now, "exp": now + timedelta(minutes=5)}
    return jwt.encode({k: v for k, v in (valid | claims).items() if v is not None}, secret, algorithm)


def signed_by_hand(key: bytes, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token with an HMAC by a key that PyJWT would refuse to sign with."""
    unsigned = assembled(header, claims).rstrip(".")
    signature = base64.urlsafe_b64encode(hmac.digest(key, unsigned.encode(), "sha256"))
    return f"{unsigned}.{signature.rstrip(b'=').decode()}"


def assembled(header: dict[str, Any], payload: Any, signature: str = "") -> str:
    """A token put together by hand, as no library would."""
    parts = (json.dumps(part).encode() if not isinstance(part, bytes) else part for part in (header, payload))
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), signature])


def claims_of(token: str) -> dict[str, Any]:
    """What the token says, believed."""
    return jwt.decode(token, options={"verify_signature": False})


async def test_our_own_token_is_its_members_principal(authenticator: Authenticator, settings: Settings) -> None:
    member = await make_member(locale="en", role=None)
    desk = await add_membership(member, Role.DESK_OFFICER, "33.02.23.2004")
    help_ = await add_membership(member, Role.VOLUNTEER, "33.02")

    principal = await authenticator.principal(issue_token(settings, member.id))

    assert (principal.member_id, principal.locale, principal.regency_code) == (member.id, "en", "33.02")
    assert set(principal.scopes) == {
        Scope(desk.organization_id, Role.DESK_OFFICER, "33.02.23.2004"),
        Scope(help_.organization_id, Role.VOLUNTEER, "33.02"),
    }


async def test_our_token_lasts_as_long_as_the_settings_say(settings: Settings) -> None:
    issued = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    claims = claims_of(issue_token(settings, uuid4(), issued))
    assert claims["exp"] - claims["iat"] == settings.token_minutes * 60


@pytest.mark.parametrize(
    ("seconds_ago", "believed"), [(0, True), (CLOCK_SKEW_SECONDS - 5, True), (CLOCK_SKEW_SECONDS + 1, False)]
)
async def test_an_expired_token_is_believed_only_as_long_as_clocks_may_differ(
    authenticator: Authenticator, settings: Settings, seconds_ago: int, believed: bool
) -> None:
    member = await make_member()
    expired = datetime.now(UTC) - timedelta(minutes=settings.token_minutes, seconds=seconds_ago)
    token = issue_token(settings, member.id, expired)

    if believed:
        assert (await authenticator.principal(token)).member_id == member.id
    else:
        await refused(authenticator, token)


OURS = {"iss": ISSUER, "aud": ISSUER, "sub": str(uuid4()), "exp": 4_000_000_000}
DEEP = b'{"iss":"kurir","a":' + b"[" * 3000 + b"]" * 3000 + b"}"
FORGED = {
    "signed with another secret": lambda: signed("another secret that nobody at the office has made"),
    "signed with an empty secret": lambda: signed_by_hand(b"", {"alg": "HS256"}, OURS),
    "signed with another algorithm": lambda: signed_by_hand(SECRETS["secret"].encode(), {"alg": "HS384"}, OURS),
    "for another audience": lambda: signed(aud="kurir-web"),
    "for no audience": lambda: signed(aud=None),
    "of another issuer": lambda: signed(iss="https://kurir.example.com"),
    "of no issuer": lambda: signed(iss=None),
    "without an end": lambda: signed(exp=None),
    "without a subject": lambda: signed(sub=None),
    "not valid yet": lambda: signed(nbf=datetime.now(UTC) + timedelta(minutes=1)),
    "issued in the future": lambda: signed(iat=datetime.now(UTC) + timedelta(minutes=1)),
    "whose subject is no id": lambda: signed(sub="coordinator"),
    "unsigned": lambda: assembled({"alg": "none", "typ": "JWT"}, OURS),
    "unsigned, spelled otherwise": lambda: assembled({"alg": "nOnE"}, OURS),
    "without an algorithm": lambda: assembled({}, OURS),
    "whose signature is cut off": lambda: signed().rpartition(".")[0] + ".",
    "whose signature is another's": lambda: signed().rpartition(".")[0] + "." + signed().rpartition(".")[2],
    "whose payload is a list": lambda: assembled({"alg": "HS256"}, [OURS]),
    "whose payload is text": lambda: assembled({"alg": "HS256"}, b"kurir"),
    "whose payload is not UTF-8": lambda: assembled({"alg": "HS256"}, b"\xff\xfe{}"),
    "whose payload is nested 3,000 deep": lambda: assembled({"alg": "HS256"}, DEEP),
    "whose payload has a number of 5,000 digits": lambda: assembled(
        {"alg": "HS256"}, b'{"exp":' + b"9" * 5000 + b"}"
    ),
    "whose issuer is a list": lambda: assembled({"alg": "HS256"}, OURS | {"iss": [ISSUER]}),
    "whose header is a list": lambda: assembled([], OURS),  # type: ignore[arg-type]
    "whose key id is a list": lambda: assembled({"alg": "HS256", "kid": [1]}, OURS),
    "of nothing": lambda: "",
    "of dots": lambda: "..",
    "of words": lambda: "tolong bukakan pintunya",
    "of characters beyond ASCII": lambda: "ꦏꦸꦫꦶꦂ.ꦏꦸꦫꦶꦂ.ꦏꦸꦫꦶꦂ",
    "with a lone surrogate": lambda: "\ud800.\ud800.\ud800",
    "with a NUL": lambda: "a\0.b\0.c\0",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_token_is_refused(authenticator: Authenticator, forge: Callable[[], str]) -> None:
    await refused(authenticator, forge())


async def test_a_token_longer_than_8_kib_is_refused_though_it_is_ours(authenticator: Authenticator) -> None:
    member = await make_member()
    padding = LONGEST_TOKEN - len(signed(sub=str(member.id), pad=""))
    fitting, long = (signed(sub=str(member.id), pad="x" * (padding * 3 // 4 + more)) for more in (-3, 3))
    assert len(fitting) <= LONGEST_TOKEN < len(long)

    assert (await authenticator.principal(fitting)).member_id == member.id
    await refused(authenticator, long)


async def test_a_deactivated_member_is_unknown(authenticator: Authenticator, settings: Settings) -> None:
    member = await make_member()
    token = issue_token(settings, member.id)
    await Member.filter(id=member.id).update(active=False)

    await refused(authenticator, token, UnknownMember)


async def test_a_member_nobody_invited_is_unknown(authenticator: Authenticator, settings: Settings) -> None:
    await refused(authenticator, issue_token(settings, uuid4()), UnknownMember)


async def test_a_member_without_any_role_is_unknown(authenticator: Authenticator, settings: Settings) -> None:
    member = await make_member(role=None)
    await refused(authenticator, issue_token(settings, member.id), UnknownMember)


async def test_an_office_without_firebase_believes_no_token_of_firebase(authenticator: Authenticator) -> None:
    await make_member(phone=PHONE)
    await refused(authenticator, Google().token())


async def refused(
    authenticator: Authenticator, token: str, kind: type[Unauthenticated] = Unauthenticated
) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as refusal:
        await authenticator.principal(token)
    assert type(refusal.value) is kind
    return refusal.value


class Google:
    """Signs like Google: an RSA key with the certificate that Google would publish."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.system.gserviceaccount.com")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
            .sign(self.key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    def token(self, *, key_id: str | None = KEY_ID, **claims: Any) -> str:
        """An ID token of the project's user with PHONE; claims that are None are left out."""
        now = int(datetime.now(UTC).timestamp())
        valid = {
            "iss": f"https://securetoken.google.com/{PROJECT}",
            "aud": PROJECT,
            "sub": "a-user-of-firebase",
            "iat": now,
            "exp": now + 3600,
            "phone_number": PHONE,
            "firebase": {"identities": {"phone": [PHONE]}, "sign_in_provider": "phone"},
        }
        given = {name: value for name, value in (valid | claims).items() if value is not None}
        return jwt.encode(given, self.key, "RS256", headers={"kid": key_id} if key_id else None)


@pytest.fixture(scope="module")
def google() -> Google:
    """The key pair of this module's tests."""
    return Google()


@pytest.fixture
def fetched(google: Google, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Google's certificates without a network; the list is of the URLs asked for, in order."""
    urls: list[str] = []

    def answer(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        urls.append(url)
        response = requests.Response()
        response.status_code = 200
        response.raw = io.BytesIO(json.dumps({KEY_ID: google.certificate.decode()}).encode())
        return response

    monkeypatch.setattr(requests.Session, "request", answer)
    return urls


@pytest.fixture
async def with_firebase(
    db: None, settings: Settings, fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Authenticator]:
    """An office that uses Firebase, in production's way: without the emulator."""
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    made = Authenticator(settings.model_copy(update={"firebase_project": PROJECT}))
    yield made
    await made.close()


async def test_a_token_of_firebase_is_the_member_with_its_number(
    with_firebase: Authenticator, google: Google, fetched: list[str]
) -> None:
    member = await make_member(phone=PHONE)

    assert (await with_firebase.principal(google.token())).member_id == member.id
    assert fetched == ["https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"]


async def test_a_number_that_nobody_has_is_unknown(with_firebase: Authenticator, google: Google) -> None:
    await make_member()
    await refused(with_firebase, google.token(), UnknownMember)


async def test_our_own_tokens_are_believed_beside_firebases(with_firebase: Authenticator, settings: Settings) -> None:
    member = await make_member()
    assert (await with_firebase.principal(issue_token(settings, member.id))).member_id == member.id


@pytest.mark.parametrize(("seconds", "believed"), [(CLOCK_SKEW_SECONDS - 5, True), (CLOCK_SKEW_SECONDS + 1, False)])
@pytest.mark.parametrize("claim", ["iat", "exp"])
async def test_firebases_clock_may_differ_by_ten_seconds(
    with_firebase: Authenticator, google: Google, claim: str, seconds: int, believed: bool
) -> None:
    member = await make_member(phone=PHONE)
    now = int(datetime.now(UTC).timestamp())
    token = google.token(**({"iat": now + seconds} if claim == "iat" else {"iat": now - 3600, "exp": now - seconds}))

    if believed:
        assert (await with_firebase.principal(token)).member_id == member.id
    else:
        await refused(with_firebase, token)


FORGED_FIREBASE: dict[str, Callable[[Google], str]] = {
    "signed by somebody else": lambda _: Google().token(),
    "for another project": lambda google: google.token(
        aud="demo-lain", iss="https://securetoken.google.com/demo-lain"
    ),
    "for another audience": lambda google: google.token(aud="demo-lain"),
    "of another issuer": lambda google: google.token(iss="https://accounts.google.com"),
    "of an unknown key": lambda google: google.token(key_id="a-key-of-nobody"),
    "of no key": lambda google: google.token(key_id=None),
    "without a subject": lambda google: google.token(sub=None),
    "without a phone number": lambda google: google.token(phone_number=None),
    "whose phone number is a list": lambda google: google.token(phone_number=[PHONE]),
    "unsigned": lambda google: assembled({"alg": "none", "kid": KEY_ID}, claims_of(google.token())),
    "signed with the public certificate as a secret": lambda google: signed_by_hand(
        google.certificate, {"alg": "HS256", "kid": KEY_ID}, claims_of(google.token())
    ),
    "of the old kind, malformed": lambda _: assembled({"alg": "HS256"}, {"v": 0, "d": 5}),
}


@pytest.mark.parametrize("forge", FORGED_FIREBASE.values(), ids=FORGED_FIREBASE)
async def test_a_token_of_firebase_is_refused(
    with_firebase: Authenticator, google: Google, forge: Callable[[Google], str]
) -> None:
    await make_member(phone=PHONE)
    await refused(with_firebase, forge(google))


async def test_unreachable_keys_are_a_fault_and_sign_nobody_out(
    with_firebase: Authenticator, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> requests.Response:
        raise requests.ConnectionError("no network")

    monkeypatch.setattr(requests.Session, "request", unreachable)
    with pytest.raises(CertificateFetchError):
        await with_firebase.principal(google.token())


async def test_fetching_keys_blocks_no_other_request(
    with_firebase: Authenticator, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Google answers only after another request was served: were it asked on the event loop, neither would be.
    member = await make_member(phone=PHONE)
    asked, served = threading.Event(), threading.Event()
    answer = requests.Session.request

    def slow(*args: Any, **options: Any) -> requests.Response:
        asked.set()
        assert served.wait(10), "the event loop was blocked"
        return answer(*args, **options)

    monkeypatch.setattr(requests.Session, "request", slow)
    async with asyncio.TaskGroup() as group:
        signing_in = group.create_task(with_firebase.principal(google.token()))
        assert await asyncio.to_thread(asked.wait, 10)
        assert await Member.filter(id=member.id).exists()
        assert not signing_in.done()
        served.set()

    assert signing_in.result().member_id == member.id


def principal(*scopes: tuple[Role, str]) -> Principal:
    return Principal(uuid4(), "id", "33.02", tuple(Scope(uuid4(), role, region) for role, region in scopes))


@pytest.mark.parametrize(
    ("scope", "region", "reached"),
    [
        ("33", "33.02.23.2004", True),
        ("33.02", "33.02", True),
        ("33.02", "33.02.23", True),
        ("33.02", "33.02.23.2004", True),
        ("33.02.23", "33.02.23.2004", True),
        ("33.02.23.2004", "33.02.23.2004", True),
        ("33.02", "33", False),
        ("33.02.23.2004", "33.02.23", False),
        ("33.02.23.2004", "33.02.23.2005", False),
        ("33.02", "33.05", False),
        ("33.02", "33.021", False),
        ("33.02", "33.021.01.2001", False),
        ("33.02.2", "33.02.23", False),
        ("3", "33.02", False),
        ("33.02", "", False),
    ],
)
def test_a_membership_reaches_its_region_and_all_below_it(scope: str, region: str, reached: bool) -> None:
    assert principal((Role.COORDINATOR, scope)).reaches(region) is reached


def test_without_memberships_nothing_is_reached() -> None:
    assert not principal().reaches("33.02")


def test_a_role_reaches_only_where_one_holds_it() -> None:
    both = principal((Role.COORDINATOR, "33.02.23"), (Role.VOLUNTEER, "33.02"))

    assert both.reaches("33.02.24", Role.VOLUNTEER)
    assert not both.reaches("33.02.24", Role.COORDINATOR)
    assert both.reaches("33.02.24", Role.COORDINATOR, Role.VOLUNTEER)
    assert not both.reaches("33.02.23", Role.ADMIN)
    assert both.regions(Role.COORDINATOR) == {"33.02.23"}
    assert both.regions() == {"33.02.23", "33.02"}


def test_organisations_are_those_of_the_role() -> None:
    own, other = uuid4(), uuid4()
    reviewer = Principal(
        uuid4(), "id", "33.02", (Scope(own, Role.PARTNER_REVIEWER, "33.02"), Scope(other, Role.VOLUNTEER, "33.02"))
    )
    assert reviewer.organizations(Role.PARTNER_REVIEWER) == {own}
    assert reviewer.organizations() == {own, other}
