"""Codes: asked for by anybody, sent by a worker to members only; so nobody learns from the answer who is one."""

import secrets
from datetime import datetime, timedelta

import structlog
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import TEXT, notify
from kurir_api.dispatch.text_outbox import sealed_code
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Member, Session, SignInCode, new_id
from kurir_api.services.alone import one_at_a_time
from kurir_api.vault import vault

DIGITS = 8
VALID_FOR = timedelta(minutes=10)
MOST_TRIES = 50
"""More than a few networks have in ten minutes (limiter/kinds.py): who guesses doesn't use the member's code up."""

STANDS_FOR = timedelta(minutes=2)
"""How long a code answers further requests for its number: whoever asked for it, it is on the member's phone. So
nobody's asking keeps the member from signing in.
"""

MOST_A_DAY = 720
"""Codes of one number, over all networks: with all their tries, from dozens of networks, one would be right once in
seven years.
"""

ALARMING = 300
"""Tries of a day, of all numbers together, which no office's members need."""

BATCH = 50
DAY = timedelta(days=1)
KEPT_AFTER_ITS_END = timedelta(days=90)


async def ask_for_code(phone: str, now: datetime) -> None:
    """Have a code sent to the number (E.164) if it is a member's, which nothing here looks at; unless one has just
    been, or too many have. How often a network may ask is the caller's to count.
    """
    async with in_transaction():
        await one_at_a_time(SignInCode.phone.indexes(phone))
        if await live_codes(phone, now).filter(created_at__gt=now - STANDS_FOR).exists():
            return
        if await _codes(phone, since=now - DAY).count() >= MOST_A_DAY:
            return
        code = SignInCode(id=new_id())
        code.phone, code.created_at, code.due_at = phone, now, now
        await code.save(force_create=True)


def live_codes(phone: str, now: datetime) -> QuerySet[SignInCode]:
    """Those of the number (E.164) that are still good, whether they were sent yet or go to nobody."""
    return _codes(phone, since=now - VALID_FOR).filter(tries__lt=MOST_TRIES, used_at__isnull=True)


def _codes(phone: str, *, since: datetime) -> QuerySet[SignInCode]:
    return SignInCode.filter(phone_index__in=SignInCode.phone.indexes(phone), created_at__gt=since)


async def send_codes(now: datetime) -> int:
    """A worker's step: make the codes that were asked for, and queue the texts; how many were dealt with."""
    async with in_transaction():
        due = SignInCode.filter(due_at__lte=now).order_by("due_at").limit(BATCH)
        rows = await due.select_for_update(skip_locked=True, no_key=True)
        for row in rows:
            await _send(row, now)
    return len(rows)


async def _send(row: SignInCode, now: datetime) -> None:
    phone = row.phone or ""
    member = await Member.get_or_none(phone_index__in=Member.phone.indexes(phone), active=True)
    if member is not None and row.created_at > now - VALID_FOR:
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        row.member_id, row.code_index = member.id, vault().index(_field(row), code)
        await notify(
            NotificationKind.SIGN_IN_CODE,
            [member.id],
            None,
            now=now,
            regency_code=member.regency_code,
            channel=TEXT,
            urgent=True,
            useful_for=row.created_at + VALID_FOR - now,
            code_sealed=sealed_code(code),
        )
    row.phone_sealed, row.due_at = None, None
    await row.save(update_fields=["member_id", "code_index", "phone_sealed", "due_at"])


def is_code_of(row: SignInCode, code: str) -> bool:
    """Whether it is the code that was sent; False where none was."""
    return vault().same(_field(row), code, row.code_index or "")


def _field(row: SignInCode) -> str:
    return f"sign_in_code.code:{row.id}"


async def forget_sign_ins(now: datetime) -> int:
    """A worker's step: forget codes after a day, and sessions three months after they ended; and say so when codes
    are being guessed. Nothing is left to do at once, so zero.
    """
    tries = sum(row.tries for row in await SignInCode.filter(created_at__gt=now - DAY).only("id", "tries"))
    if tries > ALARMING:
        structlog.get_logger("kurir.sessions").warning("sign-in codes are being guessed", tries=tries)
    await SignInCode.filter(created_at__lt=now - DAY).delete()
    await Session.filter(ended_at__lt=now - KEPT_AFTER_ITS_END).delete()
    await Session.filter(last_used_at__lt=now - 2 * KEPT_AFTER_ITS_END).delete()
    return 0
