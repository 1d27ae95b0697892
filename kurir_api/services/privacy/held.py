"""What the office holds about a patient, and what of it is another's, too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.expressions import Q

from kurir_api.models import Case, InboundMessage, Notification, Patient, Referral, Report, Task
from kurir_api.services.threads.receiving import sender_indexes

# A story is a report with its originals and duplicates, however far: what is true of one is true of all.
STORIES = """
WITH RECURSIVE story AS (
    SELECT r.id AS beginning, r.id, r.duplicate_of_id FROM report r
    WHERE r.case_id IN (SELECT id FROM case_file WHERE patient_id = $1)
       OR r.id IN (SELECT report_id FROM referral WHERE patient_id = $1)
    UNION
    SELECT s.beginning, r.id, r.duplicate_of_id FROM story s
    JOIN report r ON r.duplicate_of_id = s.id OR r.id = s.duplicate_of_id
), others AS (
    SELECT s.beginning FROM story s JOIN report r ON r.id = s.id
    WHERE r.status = 'RECEIVED' OR EXISTS (
        SELECT FROM patient p WHERE p.id <> $1 AND p.erased_at IS NULL AND p.id IN (
            SELECT patient_id FROM case_file WHERE id = r.case_id
            UNION ALL SELECT patient_id FROM referral WHERE report_id = r.id))
)
SELECT id, bool_or(beginning IN (SELECT beginning FROM others)) AS shared FROM story GROUP BY id ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """The rows by which everything else about a patient is found. `reports` are the patient's alone; the `shared`
    tell of another patient who wasn't erased, or wait for a desk to say of whom. `texts` went to the patient's
    number; nobody could deal with the `undealt`, from reporters who told of nobody else.
    """

    cases: Sequence[Case]
    tasks: Sequence[Task]
    referrals: Sequence[Referral]
    reports: Sequence[Report]
    shared: Sequence[Report]
    texts: Sequence[Notification]
    undealt: Sequence[InboundMessage]

    @property
    def case_ids(self) -> list[UUID]:
        """Of the cases."""
        return [row.id for row in self.cases]

    @property
    def task_ids(self) -> list[UUID]:
        """Of the tasks."""
        return [row.id for row in self.tasks]

    @property
    def referral_ids(self) -> list[UUID]:
        """Of the referrals."""
        return [row.id for row in self.referrals]

    @property
    def report_ids(self) -> list[UUID]:
        """Of the patient's own reports."""
        return [row.id for row in self.reports]

    @property
    def happened(self) -> Q:
        """Which lines of the timeline are the patient's."""
        theirs = Q(case_id__in=self.case_ids) | Q(subject_id__in=[*self.referral_ids, *self.report_ids])
        return theirs & ~Q(subject_id__in=[row.id for row in self.shared])

    @property
    def reviewed(self) -> Q:
        """Which reviews are of lines about the patient, in either ledger."""
        return Q(work_entry__task_id__in=self.task_ids) | Q(ledger_entry__cost__task_id__in=self.task_ids)


async def held_about(patient: Patient) -> Held:
    """Cases and their tasks, referrals, the reports that led to either, and messages."""
    shared = await _stories(patient)
    reports = await Report.filter(id__in=list(shared)).order_by("id")
    own = [row for row in reports if not shared[row.id]]
    phone = Notification.phone.indexes(patient.phone) if patient.phone else []
    return Held(
        cases=await Case.filter(patient_id=patient.id).order_by("id"),
        tasks=await Task.filter(case__patient_id=patient.id).order_by("id"),
        referrals=await Referral.filter(patient_id=patient.id).order_by("id"),
        reports=own,
        shared=[row for row in reports if shared[row.id]],
        texts=await Notification.filter(phone_index__in=phone).order_by("id"),
        undealt=await _undealt(own),
    )


async def lock_reports(patient: Patient) -> None:
    """Whoever makes another's of a report that led to the patient comes before or after."""
    reports = Report.filter(id__in=list(await _stories(patient))).order_by("id")
    await reports.select_for_update(no_key=True).only("id")


async def _stories(patient: Patient) -> Mapping[UUID, bool]:
    """By report, whether it is another's, too."""
    rows = await get_connection("default").execute_query_dict(STORIES, [patient.id])
    return {row["id"]: row["shared"] for row in rows}


async def _undealt(reports: Sequence[Report]) -> Sequence[InboundMessage]:
    """What is due may yet be a call for help, and who reported of others, whichever way, may mean them."""
    senders = {(report.via, report.sender) for report in reports if report.via and report.sender}
    of_others = Report.all().exclude(id__in=[report.id for report in reports])
    alone = [(via, sender) for via, sender in senders if not await of_others.filter(_by(sender)).exists()]
    failed = InboundMessage.filter(due_at__isnull=True, content_sealed__isnull=False)
    sent = [index for via, sender in alone for index in sender_indexes(via, sender)]
    return await failed.filter(sender_index__in=sent).order_by("id")


def _by(sender: str) -> Q:
    """The reports from that address, or with that number."""
    return Q(sender_index__in=Report.sender.indexes(sender)) | Q(
        reporter_phone_index__in=Report.reporter_phone.indexes(sender)
    )
