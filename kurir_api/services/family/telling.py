"""What the family is told by itself: that somebody is coming, and, when the work is done, whether they came."""

from datetime import datetime
from typing import Any

from kurir_api.dispatch.notifications import task_fields, text_stranger
from kurir_api.dispatch.text_outbox import address_of
from kurir_api.dispatch.texts import INDONESIAN, NotificationKind, render_line
from kurir_api.models import HOLDING, AccessAction, AccessBy, Case, Claim, Patient, Region, Report, Task
from kurir_api.services.accesses import accounted, note
from kurir_api.services.phones import is_mobile_at_home
from kurir_api.services.threads.saying import say


async def tell_of_coming(task: Task, now: datetime) -> None:
    """For the transaction in which a member takes the task: somebody is coming, and when; not who. Of several members
    the first is told of.
    """
    if task.slots == 1 or await Claim.filter(task_id=task.id, status__in=HOLDING).count() == 1:
        await _tell(NotificationKind.FAMILY_COMING, task, now)


async def ask_whether_they_came(task: Task, now: datetime) -> None:
    """For the transaction in which the work is done."""
    await _tell(NotificationKind.FAMILY_ASKED, task, now)


async def _tell(kind: NotificationKind, task: Task, now: datetime) -> None:
    """In the case's newest conversation, else by text to the patient; nobody who didn't consent."""
    case = await Case.get(id=task.case_id).select_related("patient")
    if not case.patient.consent:
        return
    data = await fields_of(task)
    report = await newest_thread(case, case.patient)
    if report is not None:
        await say(report, render_line(kind, INDONESIAN, data), now, kind=kind, **data)
    elif case.patient.phone is not None and is_mobile_at_home(case.patient.phone):
        async with accounted("family message"):
            note(case.patient, AccessAction.USED, ("phone",), who=AccessBy.KURIR, ground=f"task:{task.id}")
        await text_stranger(kind, case.patient.phone, now, **data)


async def fields_of(task: Task) -> dict[str, Any]:
    """What `texts.render` reads of the task, without where it is."""
    regency = await Region.get(code=task.regency_code)
    return task_fields(task) | {"time_zone": regency.time_zone, "urgency": None}


async def newest_thread(case: Case, patient: Patient) -> Report | None:
    """Of the case's reports the one to whose reporter the office can write; of several, who was heard of last. A
    number that somebody only typed, on the page or in another system, counts for a patient without telephone.
    """
    reports = await Report.filter(case_id=case.id).order_by("-id")
    reachable = [
        report
        for report in reports
        if (address := address_of(report)) and (address.channel or report.via is None or patient.phone is None)
    ]
    return max(reachable, key=lambda report: report.last_inbound_at or report.received_at, default=None)
