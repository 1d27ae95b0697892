"""Everything that is held about a patient, for themselves: readable by machines, and opened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.models import (
    AccessAction,
    AccessBy,
    AccessEntry,
    AidLookup,
    Assessment,
    Claim,
    Cost,
    FamilyLink,
    InboundMessage,
    LedgerEntry,
    Letter,
    LineReview,
    LookupKey,
    Message,
    Need,
    Patient,
    Pledge,
    Receipt,
    Recurrence,
    ReferralDocument,
    Report,
    TransitionLog,
    WorkEntry,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.privacy.held import Held, held_about
from kurir_api.services.threads.receiving import Inbound
from kurir_api.vault import sealed_attributes, vault

FORMAT = "kurir-privacy-export-1"
KEYED = ("_index", "_sealed", "_tokens")
"""Ends of columns that nobody can read: of what is sealed the text is given instead."""

OTHERS = {"reporter_name", "reporter_phone", "sender", "token_index", "data"}
"""What is another person's, or a secret, as the links in a text's data are."""

LOGGED = (
    "nationalId",
    "familyCard",
    "birthDate",
    "sex",
    "phone",
    "address",
    "landmark",
    "location",
    "diagnosis",
    "assessment",
    "instructions",
    "consentNote",
    "referralNote",
    "decisionNote",
)


async def export(patient: Patient, now: datetime) -> bytes:
    """JSON: the patient, and by table the rows about them; who looked at it last. Of reporters, who may be others,
    only what they said; of reports that are another patient's, too, only their numbers. The pictures of receipts are
    named, not contained. Of who was erased, what is left.
    """
    async with in_transaction(), accounted("privacy export", within=True):
        held = await held_about(patient)
        rows = {table: [_opened(row) for row in found] for table, found in (await _found(patient, held)).items()}
        note(patient, AccessAction.EXPORTED, LOGGED, who=AccessBy.COMMAND)
    rows["undealt_messages"] = [_said(row) for row in held.undealt]
    rows["shared_reports"] = [_named(row) for row in held.shared]
    content = {"format": FORMAT, "made_at": now, "patient": _opened(patient), **rows}
    return orjson.dumps(content, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


async def _found(patient: Patient, held: Held) -> dict[str, Iterable[Model]]:
    asked = vault().indexes(f"aid_lookup.{LookupKey.NATIONAL_ID}", patient.national_id) if patient.national_id else []
    spent, promised = Q(cost__task_id__in=held.task_ids), Q(pledge__need__case_id__in=held.case_ids)
    queries: dict[str, QuerySet[Any]] = {
        "assessments": Assessment.filter(patient_id=patient.id),
        "claims": Claim.filter(task_id__in=held.task_ids),
        "costs": Cost.filter(task_id__in=held.task_ids),
        "receipts": Receipt.filter(spent),
        "ledger_entries": LedgerEntry.filter(spent | promised),
        "work_entries": WorkEntry.filter(patient_id=patient.id),
        "line_reviews": LineReview.filter(held.reviewed),
        "needs": Need.filter(case_id__in=held.case_ids),
        "pledges": Pledge.filter(need__case_id__in=held.case_ids),
        "recurrences": Recurrence.filter(case_id__in=held.case_ids),
        "family_links": FamilyLink.filter(case_id__in=held.case_ids),
        "letters": Letter.filter(referral_id__in=held.referral_ids),
        "referral_documents": ReferralDocument.filter(referral_id__in=held.referral_ids),
        "messages": Message.filter(report_id__in=held.report_ids),
        "timeline": TransitionLog.filter(held.happened),
        "aid_lookups": AidLookup.filter(subject_index__in=asked),
        "accesses": AccessEntry.filter(patient_id=patient.id),
    }
    return {
        "cases": held.cases,
        "tasks": held.tasks,
        "referrals": held.referrals,
        "reports": held.reports,
        "texts": held.texts,
        **{table: await rows.order_by("id") for table, rows in queries.items()},
    }


def _said(row: InboundMessage) -> dict[str, Any]:
    """A message that is in no conversation, without its sender."""
    return {"id": row.id, "channel": row.channel, "received_at": row.received_at, "text": Inbound.of(row).text}


def _named(row: Report) -> dict[str, Any]:
    """By what the office finds the report: its words may be about another."""
    return {"id": row.id, "number": row.number, "received_at": row.received_at}


def _opened(row: Model) -> dict[str, Any]:
    """The row as JSON values, what is sealed as its text."""
    names = [name for name in row._meta.db_fields if not name.endswith(KEYED)]
    names += [attribute.name for attribute in sealed_attributes(type(row))]
    return {name: getattr(row, name) for name in names if name not in OTHERS}
