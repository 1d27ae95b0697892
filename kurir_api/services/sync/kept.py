"""What a phone keeps: of all its member may see what goes on, or lately did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.models import LIVE, LIVE_REFERRAL, UNDECIDED, CaseStatus, CostStatus, ReportStatus, TaskStatus
from kurir_api.services.visibility import (
    visible_alerts,
    visible_cases,
    visible_claims,
    visible_costs,
    visible_notifications,
    visible_patients,
    visible_referrals,
    visible_reports,
    visible_tasks,
)

LATELY = timedelta(days=30)

UNDER_WAY = (TaskStatus.DRAFT, TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS, TaskStatus.DONE)
UNPAID = (*UNDECIDED, CostStatus.APPROVED)


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a type. `shown`: SQL of what else than the row itself decides what its node shows, over the row `r`
    and the `joins`.
    """

    rows: QuerySet[Any]
    joins: str = ""
    shown: str = "NULL"


WITHDRAWN = "patient.consent_withdrawn_at, patient.erased_at"
OF_ITS_PATIENT = "JOIN patient ON patient.id = r.patient_id"
OF_ITS_CASE = "LEFT JOIN case_file ON case_file.id = r.case_id LEFT JOIN patient ON patient.id = case_file.patient_id"


def kept(principal: Principal, now: datetime) -> Mapping[str, Kept]:
    """By the name of the node's type. There for the joins are `mine` (the viewer's own claims by task), `held`
    (the kinds of the tasks that they hold, by patient) and `decided` (the referrals theirs to decide, by patient).
    """
    lately = now - LATELY
    cases = visible_cases(principal).filter(~Q(status=CaseStatus.CLOSED) | Q(closed_at__gt=lately))
    referrals = visible_referrals(principal).filter(Q(status__in=LIVE_REFERRAL) | Q(sent_at__gt=lately))
    patients = visible_patients(principal).filter(
        Q(id__in=Subquery(cases.values("patient_id")))
        | Q(id__in=Subquery(referrals.values("patient_id")))
        | Q(created_at__gt=lately)
    )
    return {
        "Alert": Kept(visible_alerts(principal).filter(member_id=principal.member_id, created_at__gt=lately)),
        "Case": Kept(cases, OF_ITS_PATIENT, WITHDRAWN),
        "Claim": Kept(visible_claims(principal).filter(Q(status__in=LIVE) | Q(ends_at__gt=lately))),
        "Cost": Kept(visible_costs(principal).filter(Q(status__in=UNPAID) | Q(created_at__gt=lately))),
        "Notification": Kept(visible_notifications(principal).filter(created_at__gt=lately)),
        "Patient": Kept(
            patients,
            "LEFT JOIN held ON held.patient_id = r.id LEFT JOIN decided ON decided.patient_id = r.id",
            "held.kinds, decided.referrals",
        ),
        "Referral": Kept(
            referrals,
            OF_ITS_PATIENT,
            f"{WITHDRAWN}, (SELECT string_agg(paper.id::text, ' ' ORDER BY paper.id) FROM referral_document paper"
            " WHERE paper.referral_id = r.id)",
        ),
        "Report": Kept(
            visible_reports(principal).filter(Q(status=ReportStatus.RECEIVED) | Q(received_at__gt=lately)),
            OF_ITS_CASE,
            WITHDRAWN,
        ),
        "Task": Kept(
            visible_tasks(principal).filter(Q(status__in=UNDER_WAY) | Q(ends_at__gt=lately)),
            f"{OF_ITS_CASE} LEFT JOIN mine ON mine.task_id = r.id"
            " LEFT JOIN held ON held.patient_id = case_file.patient_id",
            # Whoever holds one task of a case knows where the others are, too.
            f"{WITHDRAWN}, mine.claims, held.kinds",
        ),
    }
