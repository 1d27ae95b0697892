"""A message becomes part of its sender's open thread, or begins a new report."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.dispatch.text_senders import text_sender_names
from kurir_api.models import LIVE_REFERRAL, Case, Message, Report, ReportStatus, new_id
from kurir_api.services.numbers import next_number
from kurir_api.services.reports.waiting import arm_waiting
from kurir_api.services.threads.placing import Place, hotline_of, place_of
from kurir_api.services.threads.receiving import Inbound
from kurir_api.services.threads.saying import acknowledge
from kurir_api.services.threads.telling import tell_of_message
from kurir_api.transitions import move, record

ANEW = re.compile(r"\W*baru\b", re.IGNORECASE)
"""How somebody begins another report while one of theirs is open."""

OPEN = """
({r}.status IN ('RECEIVED', 'UNREACHABLE')
 OR {r}.status IN ('CASE_OPENED', 'LINKED')
    AND EXISTS (SELECT FROM case_file c WHERE c.id = {r}.case_id AND c.status <> 'CLOSED')
 OR {r}.status = 'REFERRED'
    AND EXISTS (SELECT FROM referral f WHERE f.report_id = {r}.id AND f.status = ANY($4::text[])))
"""
"""Somebody still works on it, or should."""

OPEN_THREADS = f"""
SELECT r.id FROM report r
WHERE (r.via = $1 AND r.sender_index = ANY($2::text[])
       OR r.reporter_phone_index = ANY($5::text[]) AND (r.via IS NULL OR r.via <> ALL($6::text[])))
  AND ($3::text IS NULL OR r.regency_code = $3)
  AND ({OPEN.format(r="r")} OR r.status = 'DUPLICATE'
       AND EXISTS (SELECT FROM report o WHERE o.id = r.duplicate_of_id AND {OPEN.format(r="o")}))
ORDER BY r.id FOR NO KEY UPDATE OF r
"""
"""The sender's on this channel; and those that are answered at this telephone, since they came in otherwise."""

WORDLESS: Mapping[str, str] = {
    "image": "foto",
    "audio": "pesan suara",
    "video": "video",
    "document": "dokumen",
    "file": "dokumen",
    "sticker": "stiker",
    "contacts": "kontak",
    "order": "pesanan",
}
"""What a report is called that began without words; other things: "lampiran"."""


async def join(message: Inbound, received_at: datetime, now: datetime) -> None:
    """Into the sender's newest open thread that had begun by then, or that began later, without BARU, since messages
    may arrive in another order than they were sent; else into a new report. In the caller's transaction.
    """
    sent_at, hotline = message.sent(received_at), await hotline_of(message)
    threads = await _open_threads(message, hotline.regency_code if hotline else None)
    separate = ANEW.match(message.text) is not None
    thread = _chosen(threads, sent_at, separate=separate)
    if thread is not None:
        await _continue(thread, threads, message, sent_at, now, separate=separate)
        return
    report = _report(message, await place_of(message, hotline), sent_at, received_at, separate=separate)
    report.number = await next_number("report")
    await report.save(force_create=True)
    await record(report, "receive", None, at=received_at)
    await _add(report, message, sent_at, now)
    if separate:
        await _take_over_later(report, threads, sent_at)
    await arm_waiting(report)
    await acknowledge(report, now)


def _report(message: Inbound, place: Place, sent_at: datetime, received_at: datetime, *, separate: bool) -> Report:
    """A new one, without its number yet."""
    report = Report(
        id=new_id(),
        regency_code=place.regency,
        channel=message.channel,
        via=message.via,
        hotline_id=place.hotline_id,
        separate=separate,
        last_inbound_at=sent_at,
        region_id=place.region,
        desk_id=place.region,
        received_at=received_at,
        waiting_since=sent_at,
    )
    report.sender, report.text, report.reporter_name = message.sender, _words(message), message.name
    report.reporter_phone = message.phone or (message.sender if message.sender.startswith("+") else None)
    if message.location is not None:
        report.latitude, report.longitude = message.location
    return report


async def has_open_thread(message: Inbound) -> bool:
    """Whether its sender is in a conversation with a desk."""
    return bool(await _open_threads(message, None))


async def _open_threads(message: Inbound, regency: str | None) -> list[Report]:
    """Newest first; locked, so that none closes meanwhile."""
    sender = Report.sender.indexes(message.sender)
    phone = Report.reporter_phone.indexes(message.number) if message.number else []
    rows = await get_connection("default").execute_query_dict(
        OPEN_THREADS, [message.via, sender, regency, list(LIVE_REFERRAL), phone, text_sender_names()]
    )
    ids: list[UUID] = [row["id"] for row in rows]
    return await Report.filter(id__in=ids).order_by("-waiting_since", "-id") if ids else []


def _chosen(threads: Sequence[Report], sent_at: datetime, *, separate: bool) -> Report | None:
    """What began with BARU stands for itself; but what was sent after it may have come first."""
    later = [thread for thread in threads if thread.waiting_since > sent_at and not thread.separate]
    begun = [thread for thread in threads if thread.waiting_since <= sent_at]
    if begun and not separate:
        return begun[0]
    return later[-1] if later else None


async def _continue(
    thread: Report, threads: Sequence[Report], message: Inbound, sent_at: datetime, now: datetime, *, separate: bool
) -> None:
    """One more message of the thread, or of its original's, if that is the same person's."""
    original = next((one for one in threads if one.id == thread.duplicate_of_id), thread)
    changes = await _add(original, message, sent_at, now)
    if original.status == ReportStatus.UNREACHABLE:
        await move(original, "reopen", None)
        await arm_waiting(original, now)
    if separate:
        changes.append("separate")
        original.separate = True
    await original.save(update_fields=changes)
    if original.case_id is not None:
        waited = Case.filter(id=original.case_id, waiting_since__gt=original.waiting_since)
        await waited.update(waiting_since=original.waiting_since)
    if original.status != ReportStatus.RECEIVED:
        await tell_of_message(original, now)


async def _add(report: Report, message: Inbound, sent_at: datetime, now: datetime) -> list[str]:
    """The message as a row of the report's conversation. The columns of the report that it changes."""
    await keep(report, message, sent_at, now)
    changes = ["last_inbound_at"]
    report.last_inbound_at = max(report.last_inbound_at or sent_at, sent_at)
    if sent_at < report.waiting_since:
        report.waiting_since = sent_at
        changes.append("waiting_since")
        if report.via == message.via:
            report.text = _words(message)
            changes.append("text_sealed")
    if message.location is not None and report.latitude is None:
        report.latitude, report.longitude = message.location
        changes += ["latitude", "longitude"]
    return changes


async def keep(report: Report, message: Inbound, sent_at: datetime, now: datetime) -> None:
    """The message as a row of the report's conversation."""
    row = Message(
        id=new_id(),
        regency_code=report.regency_code,
        report_id=report.id,
        incoming=True,
        media=list(message.media),
        sent_at=sent_at,
        recorded_at=now,
    )
    row.text = message.text
    await row.save(force_create=True)


async def _take_over_later(report: Report, threads: Sequence[Report], sent_at: datetime) -> None:
    """What was sent after the BARU that came late had gone into the thread before it."""
    ids = [thread.id for thread in threads if thread.waiting_since <= sent_at]
    later = Message.filter(report_id__in=ids, incoming=True, sent_at__gt=sent_at)
    last = await later.order_by("-sent_at").first()
    if last is not None:
        await later.update(report_id=report.id)
        report.last_inbound_at = last.sent_at
        await report.save(update_fields=["last_inbound_at"])


def _words(message: Inbound) -> str:
    """What the report says; of what has no words, what it is."""
    kinds = dict.fromkeys(WORDLESS.get(part["kind"], "lampiran") for part in message.media)
    words = message.text or f"[{', '.join(kinds)}]"
    return f"{words}\n\nDesa: {message.place}" if message.place else words
