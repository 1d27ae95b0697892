"""The table: for each machine, which action leads from where to where, and who may take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kurir_api.models import (
    LIVE_REFERRAL,
    Alert,
    AlertStatus,
    Case,
    CaseStatus,
    Claim,
    ClaimStatus,
    Cost,
    CostStatus,
    Referral,
    ReferralStatus,
    Report,
    ReportStatus,
    Task,
    TaskStatus,
    Wave,
    WaveStatus,
)


class Who(StrEnum):
    """Who may take an action on a row."""

    SYSTEM = "SYSTEM"  # Kurir itself, as a consequence of something else or of time
    HOLDER = "HOLDER"  # the member the claim, cost or alert belongs to
    DESK = "DESK"  # a desk officer or coordinator of the row's region
    COORDINATOR = "COORDINATOR"  # a coordinator of the row's region
    REVIEWER = "REVIEWER"  # a reviewer of the cost's organisation
    OFFICER = "OFFICER"  # an officer of the referral's programme, in the row's region


class LiveEvent(StrEnum):
    """What subscribers of tasks are told (`TaskEventKind`)."""

    PUBLISHED = "PUBLISHED"
    CLAIMED = "CLAIMED"
    RELEASED = "RELEASED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    CHANGED = "CHANGED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One action of a machine. Without `target` the state stays; with `reason` one has to be given; `not_own`: never
    by the member whose row it is, whatever their roles.
    """

    sources: tuple[StrEnum, ...]
    target: StrEnum | None
    who: frozenset[Who]
    reason: bool = False
    not_own: bool = False
    event: LiveEvent | None = None


Machine = Mapping[str, Transition]


def _move(
    sources: tuple[StrEnum, ...],
    target: StrEnum | None,
    *who: Who,
    reason: bool = False,
    event: LiveEvent | None = None,
) -> Transition:
    return Transition(sources=sources, target=target, who=frozenset(who), reason=reason, event=event)


def _review(sources: tuple[StrEnum, ...], target: StrEnum, *who: Who, reason: bool = False) -> Transition:
    """Nobody reviews what is their own."""
    return Transition(sources=sources, target=target, who=frozenset(who), reason=reason, not_own=True)


R, C, T, K, M, W, A = ReportStatus, CaseStatus, TaskStatus, ClaimStatus, CostStatus, WaveStatus, AlertStatus
F = ReferralStatus

REPORT: Machine = {
    "open_case": _move((R.RECEIVED,), R.CASE_OPENED, Who.DESK),
    "link": _move((R.RECEIVED,), R.LINKED, Who.DESK),
    "mark_duplicate": _move((R.RECEIVED,), R.DUPLICATE, Who.DESK),
    "reject": _move((R.RECEIVED,), R.REJECTED, Who.COORDINATOR, reason=True),
    "mark_unreachable": _move((R.RECEIVED,), R.UNREACHABLE, Who.DESK),
    "refer": _move((R.RECEIVED,), R.REFERRED, Who.DESK),
    "hand_up": _move((R.RECEIVED,), None, Who.DESK, reason=True),
    "place": _move((R.RECEIVED,), None, Who.DESK),
    "reopen": _move((R.REFERRED, R.DUPLICATE, R.REJECTED, R.UNREACHABLE), R.RECEIVED, Who.DESK, Who.SYSTEM),
}

CASE: Machine = {
    "admit": _move((C.OPEN, C.ON_HOLD), None, Who.DESK),
    "discharge": _move((C.OPEN, C.ON_HOLD), None, Who.DESK),
    "change_phase": _move((C.OPEN, C.ON_HOLD), None, Who.DESK),
    "correct_stay": _move((C.OPEN, C.ON_HOLD), None, Who.DESK),
    "change_facility": _move((C.OPEN, C.ON_HOLD), None, Who.DESK),
    "change_care_class": _move((C.OPEN, C.ON_HOLD), None, Who.DESK),
    "confirm_insurance": _move((C.OPEN, C.ON_HOLD), None, Who.DESK, Who.SYSTEM),
    "hand_up": _move((C.OPEN, C.ON_HOLD), None, Who.DESK, reason=True),
    "hold": _move((C.OPEN,), C.ON_HOLD, Who.DESK),
    "resume": _move((C.ON_HOLD,), C.OPEN, Who.DESK),
    "close": _move((C.OPEN, C.ON_HOLD), C.CLOSED, Who.DESK),
    "reopen": _move((C.CLOSED,), C.OPEN, Who.DESK, reason=True),
}

TASK: Machine = {
    "publish": _move((T.DRAFT,), T.OPEN, Who.DESK, Who.SYSTEM, event=LiveEvent.PUBLISHED),
    "fill": _move((T.OPEN,), T.FILLED, Who.SYSTEM, event=LiveEvent.CHANGED),
    "reopen": _move((T.FILLED, T.IN_PROGRESS), T.OPEN, Who.SYSTEM, event=LiveEvent.PUBLISHED),
    "start": _move((T.FILLED,), T.IN_PROGRESS, Who.SYSTEM, event=LiveEvent.CHANGED),
    "close": _move((T.OPEN,), T.IN_PROGRESS, Who.SYSTEM, event=LiveEvent.CHANGED),
    "finish": _move((T.FILLED, T.IN_PROGRESS), T.DONE, Who.SYSTEM, event=LiveEvent.CLOSED),
    "verify": _move((T.DONE,), T.VERIFIED, Who.COORDINATOR, Who.SYSTEM, event=LiveEvent.CLOSED),
    "dispute": _move((T.DONE,), T.OPEN, Who.COORDINATOR, Who.SYSTEM, event=LiveEvent.PUBLISHED),
    "cancel": _move((T.DRAFT, T.OPEN, T.FILLED), T.CANCELLED, Who.COORDINATOR, Who.SYSTEM, event=LiveEvent.CLOSED),
    "expire": _move((T.DRAFT, T.OPEN), T.EXPIRED, Who.SYSTEM, event=LiveEvent.CLOSED),
}

CLAIM: Machine = {
    "accept": _move((K.OFFERED,), K.HELD, Who.HOLDER, event=LiveEvent.CLAIMED),
    "decline": _move((K.OFFERED,), K.DECLINED, Who.HOLDER, event=LiveEvent.RELEASED),
    "lapse": _move((K.OFFERED,), K.EXPIRED, Who.SYSTEM, event=LiveEvent.RELEASED),
    "start": _move((K.HELD,), K.IN_PROGRESS, Who.HOLDER, event=LiveEvent.STARTED),
    "complete": _move((K.IN_PROGRESS,), K.COMPLETED, Who.HOLDER, event=LiveEvent.COMPLETED),
    "release": _move((K.HELD,), K.RELEASED, Who.HOLDER, event=LiveEvent.RELEASED),
    "revoke": _move(
        (K.OFFERED, K.HELD, K.IN_PROGRESS),
        K.REVOKED,
        Who.COORDINATOR,
        Who.SYSTEM,
        reason=True,
        event=LiveEvent.RELEASED,
    ),
    "expire": _move((K.HELD,), K.EXPIRED, Who.SYSTEM, event=LiveEvent.RELEASED),
    "report_no_show": _move((K.HELD, K.IN_PROGRESS), K.NO_SHOW, Who.COORDINATOR, event=LiveEvent.RELEASED),
    "cancel": _move((K.OFFERED, K.HELD), K.REVOKED, Who.SYSTEM, event=LiveEvent.RELEASED),
    "verify": _move((K.COMPLETED,), K.VERIFIED, Who.SYSTEM),
    "dispute": _move((K.COMPLETED,), K.DISPUTED, Who.SYSTEM, event=LiveEvent.RELEASED),
    # Of an offer to take over: the slot is another's, and stays so.
    "decline_hand_over": _move((K.OFFERED,), K.DECLINED, Who.HOLDER, event=LiveEvent.CHANGED),
    "lapse_hand_over": _move((K.OFFERED,), K.EXPIRED, Who.SYSTEM, event=LiveEvent.CHANGED),
    "withdraw_hand_over": _move((K.OFFERED,), K.REVOKED, Who.SYSTEM, event=LiveEvent.CHANGED),
    "hand_over": _move((K.HELD,), K.HANDED_OVER, Who.SYSTEM, event=LiveEvent.CHANGED),
}

COST: Machine = {
    "edit": _move((M.SUBMITTED, M.RETURNED, M.ENDORSED), M.SUBMITTED, Who.HOLDER),
    "annotate": _move((M.ENDORSED,), None, Who.HOLDER),
    "endorse": _review((M.SUBMITTED,), M.ENDORSED, Who.REVIEWER, Who.COORDINATOR),
    "return": _review((M.SUBMITTED, M.ENDORSED), M.RETURNED, Who.REVIEWER, Who.COORDINATOR, reason=True),
    "reject": _review((M.SUBMITTED, M.RETURNED, M.ENDORSED), M.REJECTED, Who.REVIEWER, Who.COORDINATOR, reason=True),
    "approve": _review((M.ENDORSED,), M.APPROVED, Who.COORDINATOR),
    "record": _review((M.ENDORSED,), M.RECORDED, Who.COORDINATOR),
    "pay": _review((M.APPROVED,), M.PAID, Who.COORDINATOR),
    "withdraw": _move((M.SUBMITTED, M.RETURNED), M.VOID, Who.HOLDER),
    "void": _review((M.APPROVED, M.RECORDED, M.PAID), M.VOID, Who.COORDINATOR, reason=True),
}

REFERRAL: Machine = {
    "accept": _move((F.SENT,), F.ACCEPTED, Who.OFFICER),
    "decline": _move((F.SENT,), F.DECLINED, Who.OFFICER, reason=True),
    "request_info": _move((F.SENT,), F.INFO_REQUESTED, Who.OFFICER, reason=True),
    "send_again": _move((F.INFO_REQUESTED,), F.SENT, Who.DESK),
    "process": _move((F.ACCEPTED,), F.IN_PROCESS, Who.OFFICER),
    "grant": _move((F.IN_PROCESS,), F.GRANTED, Who.OFFICER),
    "grant_partly": _move((F.IN_PROCESS,), F.PARTLY_GRANTED, Who.OFFICER, reason=True),
    "refuse": _move((F.IN_PROCESS,), F.REFUSED, Who.OFFICER, reason=True),
    "confirm": _move((F.GRANTED, F.PARTLY_GRANTED, F.REFUSED), F.CONFIRMED, Who.DESK),
    "revoke": _move((F.SENT, F.INFO_REQUESTED, F.ACCEPTED), F.REVOKED, Who.DESK, Who.SYSTEM, reason=True),
    "hand_up": _move(LIVE_REFERRAL, None, Who.DESK, reason=True),
}

WAVE: Machine = {
    "send": _move((W.PLANNED, W.SENDING), W.SENDING, Who.SYSTEM),
    "wait": _move((W.SENDING,), W.WAITING, Who.SYSTEM),
    "put_off": _move((W.SENDING,), W.PLANNED, Who.SYSTEM),
    "fill": _move((W.PLANNED, W.SENDING, W.WAITING), W.FILLED, Who.SYSTEM),
    "exhaust": _move((W.SENDING, W.WAITING), W.EXHAUSTED, Who.SYSTEM),
    "cancel": _move((W.PLANNED, W.SENDING, W.WAITING), W.CANCELLED, Who.SYSTEM),
}

ALERT: Machine = {
    "send": _move((A.QUEUED, A.FAILED), A.SENT, Who.SYSTEM),
    "fail": _move((A.QUEUED,), A.FAILED, Who.SYSTEM),
    "suppress": _move((A.QUEUED,), A.SUPPRESSED, Who.SYSTEM),
    # A push that failed may have arrived all the same, and the inbox shows the alert in any case.
    "receive": _move((A.QUEUED, A.SENT, A.FAILED), A.RECEIVED, Who.HOLDER),
    "open": _move((A.QUEUED, A.SENT, A.FAILED, A.RECEIVED), A.OPENED, Who.HOLDER),
    "decline": _move((A.QUEUED, A.SENT, A.FAILED, A.RECEIVED, A.OPENED), A.DECLINED, Who.HOLDER),
    "accept": _move((A.QUEUED, A.SENT, A.FAILED, A.RECEIVED, A.OPENED, A.DECLINED), A.ACCEPTED, Who.SYSTEM),
}

Stateful = Report | Case | Task | Claim | Cost | Referral | Wave | Alert

MACHINES: Mapping[type[Stateful], Machine] = {
    Report: REPORT,
    Case: CASE,
    Task: TASK,
    Claim: CLAIM,
    Cost: COST,
    Referral: REFERRAL,
    Wave: WAVE,
    Alert: ALERT,
}

UNLOGGED: frozenset[type[Stateful]] = frozenset({Wave, Alert})
"""Machines whose rows are a history themselves: a log row for every push would drown the timeline."""

BEGINNINGS: Mapping[tuple[str, str], LiveEvent] = {
    ("claim", "claim"): LiveEvent.CLAIMED,
    ("claim", "offer"): LiveEvent.CHANGED,
    ("claim", "offer_hand_over"): LiveEvent.CHANGED,
}
"""What subscribers are told of rows that begin rather than move, by machine and action as logged."""

LIVE_EVENTS: Mapping[tuple[str, str], LiveEvent] = {
    **BEGINNINGS,
    **{
        (model.__name__.lower(), action): transition.event
        for model, machine in MACHINES.items()
        for action, transition in machine.items()
        if transition.event
    },
}
"""What subscribers of tasks are told, by machine and action as logged; what is missing they aren't told."""
