"""Everything that is held about a patient, for themselves: readable by machines, and opened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.errors import NotFound
from kurir_api.models import (
    AccessAction,
    AccessBy,
    AccessEntry,
    AidLookup,
    Assessment,
    Claim,
    Cost,
    FamilyLink,
    Letter,
    LookupKey,
    Message,
    Need,
    Patient,
    Receipt,
    Recurrence,
    ReferralDocument,
    TransitionLog,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.privacy.finding import Held, held_about
from kurir_api.vault import sealed_attributes, vault

FORMAT = "kurir-privacy-export-1"
KEYED = ("_index", "_sealed", "_tokens")
"""Ends of columns that nobody can read: of what is sealed the text is given instead."""

OTHERS = {"reporter_name", "reporter_phone", "sender", "token_index"}
"""What is another person's, or a secret."""

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
)


async def export(patient: Patient, now: datetime) -> bytes:
    """JSON: the patient, and by table the rows about them; who looked at it last. Of reporters, who may be others,
    only what they said. The pictures of receipts are named, not contained. Raises NotFound for one who was erased.
    """
    if patient.erased_at is not None:
        raise NotFound
    async with in_transaction(), accounted("privacy export", within=True):
        held = await held_about(patient)
        rows = {table: [_opened(row) for row in found] for table, found in (await _found(patient, held)).items()}
        note(patient, AccessAction.EXPORTED, LOGGED, who=AccessBy.COMMAND)
    content = {"format": FORMAT, "made_at": now, "patient": _opened(patient), **rows}
    return orjson.dumps(content, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


async def _found(patient: Patient, held: Held) -> dict[str, Iterable[Model]]:
    happened = Q(case_id__in=held.case_ids) | Q(subject_id__in=[*held.referral_ids, *held.report_ids])
    asked = vault().indexes(f"aid_lookup.{LookupKey.NATIONAL_ID}", patient.national_id) if patient.national_id else []
    queries: dict[str, QuerySet[Any]] = {
        "assessments": Assessment.filter(patient_id=patient.id),
        "claims": Claim.filter(task_id__in=held.task_ids),
        "costs": Cost.filter(task_id__in=held.task_ids),
        "receipts": Receipt.filter(cost__task_id__in=held.task_ids),
        "needs": Need.filter(case_id__in=held.case_ids),
        "recurrences": Recurrence.filter(case_id__in=held.case_ids),
        "family_links": FamilyLink.filter(case_id__in=held.case_ids),
        "letters": Letter.filter(referral_id__in=held.referral_ids),
        "referral_documents": ReferralDocument.filter(referral_id__in=held.referral_ids),
        "messages": Message.filter(report_id__in=held.report_ids),
        "timeline": TransitionLog.filter(happened),
        "aid_lookups": AidLookup.filter(subject_index__in=asked),
        "accesses": AccessEntry.filter(patient_id=patient.id),
    }
    return {
        "cases": held.cases,
        "tasks": held.tasks,
        "referrals": held.referrals,
        "reports": held.reports,
        **{table: await rows.order_by("id") for table, rows in queries.items()},
    }


def _opened(row: Model) -> dict[str, Any]:
    """The row as JSON values, what is sealed as its text."""
    names = [name for name in row._meta.db_fields if not name.endswith(KEYED)]
    names += [attribute.name for attribute in sealed_attributes(type(row))]
    return {name: getattr(row, name) for name in names if name not in OTHERS}
