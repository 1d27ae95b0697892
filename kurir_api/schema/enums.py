"""What every value of every enum means to clients."""

from collections.abc import Mapping
from enum import Enum

from strawberry.types.enum import has_enum_definition

from kurir_api.dispatch.eligibility import EligibilityReason
from kurir_api.models import (
    AccessAction,
    AccessBy,
    AlarmReason,
    AlertStatus,
    CarePhase,
    CaseStatus,
    Channel,
    ClaimStatus,
    CostCategory,
    CostStatus,
    FamilyWord,
    Follows,
    HolidayKind,
    InsuranceRule,
    LineDecision,
    LookupKey,
    LookupOutcome,
    OrganizationKind,
    RateUnit,
    ReferralStatus,
    RegionLevel,
    ReportStatus,
    Role,
    Sex,
    TaskStatus,
    Urgency,
    WaveStatus,
    Weekday,
)
from kurir_api.services.cases.insurance import InsuranceStatus
from kurir_api.services.statistics.charts import StatisticsChart
from kurir_api.services.statistics.tables import StatisticsTable
from kurir_api.services.threads.delivery import MessageDelivery
from kurir_api.transitions import LiveEvent

VALUES: Mapping[type[Enum], Mapping[str, str]] = {
    RegionLevel: {
        "PROVINCE": "Provinsi, such as 33.",
        "REGENCY": "Kabupaten or kota, such as 33.02: whom a deployment belongs to.",
        "SUBDISTRICT": "Kecamatan, such as 33.02.23.",
        "VILLAGE": "Desa or kelurahan, such as 33.02.23.2004.",
    },
    Role: {
        "VOLUNTEER": "Takes tasks, and writes down calls for help.",
        "COORDINATOR": "Runs the region: cases, tasks, assignments, and whom a claim is taken from.",
        "DESK_OFFICER": "Takes reports, opens cases, drafts and publishes tasks.",
        "PARTNER_REVIEWER": "Looks after a partner's own people, their tasks and their costs.",
        "PROGRAMME_OFFICER": "Decides on referrals to a programme.",
        "ADMIN": "Invites anybody, and sees tasks and members; no patients.",
    },
    OrganizationKind: {
        "VERTICAL_AGENCY": "A local branch of the central government.",
        "REGENCY_AGENCY": "An agency of the regency (OPD), such as the social-service office.",
        "ZAKAT_CHARITY": "A licensed zakat charity (LAZ, BAZNAS).",
        "FOUNDATION": "A foundation (yayasan).",
        "CSR": "A company, by its social responsibility.",
        "SOCIAL_ORGANIZATION": "A social organisation (orsos).",
        "WELFARE_INSTITUTION": "A welfare institution that cares for people itself (LKS, LKSA).",
        "COMMUNITY": "People who help together without being more formal than that.",
    },
    AccessAction: {
        "READ": "Somebody was shown it.",
        "WRITTEN": "It was written down, or changed.",
        "USED": "Kurir used it, to send something or to reckon with it; nobody was shown it.",
        "EXPORTED": "It went into a document or a file.",
        "ERASED": "It was removed for good.",
    },
    AccessBy: {
        "MEMBER": "A signed-in member.",
        "FAMILY_LINK": "Whoever has the link that the family was given.",
        "COMMAND": "Somebody who administers the server, by a command.",
        "KURIR": "Kurir by itself.",
    },
    Weekday: {
        "MONDAY": "Senin.",
        "TUESDAY": "Selasa.",
        "WEDNESDAY": "Rabu.",
        "THURSDAY": "Kamis.",
        "FRIDAY": "Jumat.",
        "SATURDAY": "Sabtu.",
        "SUNDAY": "Minggu.",
    },
    Channel: {
        "WHATSAPP": "A WhatsApp message.",
        "SMS": "A text message.",
        "FACEBOOK": "A Facebook message.",
        "WALK_IN": "Somebody came to the desk.",
        "PHONE": "A telephone call.",
        "WEB": "A form on a web page.",
        "APP": "The companion app.",
    },
    ReportStatus: {
        "RECEIVED": "Nobody has decided yet.",
        "CASE_OPENED": "A case was opened from it.",
        "LINKED": "It belongs to a case that was there already.",
        "REFERRED": "It went to a programme, without a case.",
        "DUPLICATE": "Another report says the same.",
        "REJECTED": "A coordinator turned it down, with a reason.",
        "UNREACHABLE": "The reporter could not be reached.",
    },
    CaseStatus: {
        "OPEN": "The case is worked on.",
        "ON_HOLD": "The case rests; the patient can't have another meanwhile.",
        "CLOSED": "The case has ended, with an outcome.",
    },
    CarePhase: {
        "BEFORE_HOSPITAL": "At home: examinations, papers, the way to the hospital.",
        "IN_HOSPITAL": "Admitted; the family waits with the patient.",
        "AFTER_HOSPITAL": "Home again: control visits, recovery.",
    },
    TaskStatus: {
        "DRAFT": "Written down; volunteers don't see it.",
        "OPEN": "Published, with slots to take.",
        "FILLED": "Every slot is taken.",
        "IN_PROGRESS": "Every slot is taken, and somebody is at work.",
        "DONE": "Every claim is completed.",
        "VERIFIED": "A coordinator confirmed the work.",
        "CANCELLED": "Called off.",
        "FAILED": "Begun, but not done.",
        "EXPIRED": "Its window passed without anybody.",
    },
    Urgency: {
        "EMERGENCY": "Within minutes; quiet hours don't count.",
        "URGENT": "Within hours.",
        "NORMAL": "In time for its window.",
    },
    ClaimStatus: {
        "OFFERED": "A coordinator or reviewer chose this member, who has yet to answer; the slot is kept.",
        "HELD": "The member will do it.",
        "IN_PROGRESS": "The member has set off.",
        "COMPLETED": "The member is done.",
        "VERIFIED": "A coordinator confirmed the work.",
        "DISPUTED": "The patient's family says that nobody came.",
        "DECLINED": "The member turned the offer down.",
        "RELEASED": "The member gave the slot back.",
        "EXPIRED": "Not answered, or not started, in time.",
        "REVOKED": "Taken back by a coordinator, or ended because the task was called off.",
        "NO_SHOW": "The member did not come.",
        "HANDED_OVER": "Another member took it over.",
    },
    EligibilityReason: {
        "CAPABILITY_MISSING": "A required capability is not recorded.",
        "CAPABILITY_EXPIRED": "A required capability ends before the task does.",
        "OFF_DUTY": "The member is switched off, or outside the own duty hours. Keeps alerts away, not claims.",
        "QUIET_HOURS": "It is the member's quiet time. Keeps alerts away, not claims.",
        "BUSY": "The member has another task at an overlapping time.",
        "OUT_OF_RANGE": "Further away than the kind of task asks anybody to come. Keeps alerts away, not claims.",
        "NO_LOCATION": "Neither a fix nor a home is known. Keeps alerts away, not claims.",
        "STALE_LOCATION": "The last fix is too old, and no home is known. Keeps alerts away, not claims.",
        "ALERT_BUDGET_SPENT": "The member was alerted often enough this week. Keeps alerts away, not claims.",
        "ALREADY_DECLINED": "The member declined this task, gave it back, handed it over or lost it. Keeps alerts "
        "away, not claims.",
        "OUT_OF_REGION": "The member does not volunteer where the task is.",
        "ALREADY_CLAIMED": "The member has a slot of this task.",
    },
    AlarmReason: {
        "NOBODY_LEFT": "Everybody who could do it was asked.",
        "UNCLAIMED": "Slots are still open after the usual time.",
        "NOT_STARTED": "A member didn't set off in time.",
        "WINDOW_PASSED": "The time is over, and the task isn't done.",
        "NOT_VERIFIED": "The task was done a day ago, and nobody has verified it.",
        "DID_NOT_COME": "The patient's family says that nobody came.",
    },
    WaveStatus: {
        "PLANNED": "To be sent when it is due.",
        "SENDING": "Its members are being chosen and alerted.",
        "WAITING": "Alerted; the next wave follows when nobody comes in time.",
        "FILLED": "Every slot was taken meanwhile.",
        "EXHAUSTED": "Nobody came in time, or there was nobody left to ask.",
        "CANCELLED": "The task was called off.",
    },
    AlertStatus: {
        "SUPPRESSED": "Never sent: the task was taken or called off before.",
        "QUEUED": "Waiting to be sent.",
        "SENT": "Handed to the push service.",
        "RECEIVED": "On the member's phone.",
        "OPENED": "The member saw it.",
        "ACCEPTED": "The member took the task.",
        "DECLINED": "The member said no.",
        "FAILED": "It could not be sent.",
    },
    CostCategory: {
        "FUEL": "Petrol or diesel.",
        "TOLL_PARKING": "Tolls and parking.",
        "MEAL": "Food and drink on the way.",
        "WAITING_COST": "For the person who waits with the patient (biaya tunggu).",
        "LODGING": "A place to sleep.",
        "MEDICINE": "Medicines that no insurance pays.",
        "DOCUMENT_FEE": "Fees, copies, stamps.",
        "STAPLES": "Basic food for the household (sembako).",
        "EQUIPMENT": "Things lent or given, such as a wheelchair.",
        "OTHER": "Anything else; the note says what.",
    },
    CostStatus: {
        "SUBMITTED": "Written down by the member.",
        "RETURNED": "Sent back to the member with a question.",
        "ENDORSED": "Confirmed by the member's organisation.",
        "APPROVED": "Confirmed by the office.",
        "RECORDED": "Counted, not to be paid: in kind, or given.",
        "PAID": "Paid out.",
        "REJECTED": "Turned down, with a reason.",
        "VOID": "Reversed.",
    },
    ReferralStatus: {
        "SENT": "The programme has to answer.",
        "INFO_REQUESTED": "The programme asked the desk for something; its time stands still.",
        "ACCEPTED": "The programme takes it up.",
        "IN_PROCESS": "The programme works on its decision.",
        "DECLINED": "It is not the programme's to decide; the note says why.",
        "GRANTED": "The aid is granted.",
        "PARTLY_GRANTED": "A part of it is granted; the note says which.",
        "REFUSED": "The aid is refused; the note says why.",
        "CONFIRMED": "The desk has made sure that the decision reached the resident.",
        "REVOKED": "The desk took it back, or the patient died.",
    },
    Follows: {
        "REOPENING": "The need is there again, or still, after a referral that was declined, revoked or granted.",
        "APPEAL": "Against a decision that refused the aid, or a part of it.",
    },
    RateUnit: {
        "DAY": "A day.",
        "NIGHT": "A night.",
        "KILOMETRE": "A kilometre.",
        "ITEM": "A thing.",
        "CASE": "A case, however many costs of the category it has.",
    },
    LineDecision: {
        "CONFIRMED": "The line is right.",
        "DISPUTED": "It is not; the note says why.",
    },
    MessageDelivery: {
        "QUEUED": "It will be sent, or tried again.",
        "SENT": "Handed to the provider.",
        "FAILED": "It could not be sent; reach the reporter another way.",
    },
    StatisticsChart: {
        "BENEFICIARIES_BY_MONTH": "Patients who were helped, by month.",
        "BENEFICIARIES_BY_YEAR": "Patients who were helped, by year.",
        "TASKS_BY_KIND": "Tasks that were completed, by kind.",
        "COSTS_BY_CATEGORY": "Money and gifts, by category.",
        "MINUTES_TO_CLAIM": "How soon tasks were claimed, by month.",
        "REFERRALS_BY_PROGRAMME": "Referrals, by programme: granted, and others.",
        "WAITING": "Who waits now, by village or sub-district.",
    },
    StatisticsTable: {
        "MONTHS": "A month.",
        "KINDS": "A kind of task.",
        "CATEGORIES": "A category of costs.",
        "PROGRAMMES": "A programme that somebody was referred to.",
        "WAITING": "A village, or sub-district, where people wait.",
    },
    Sex: {
        "FEMALE": "Perempuan.",
        "MALE": "Laki-laki.",
    },
    InsuranceRule: {
        "CALENDAR_DAYS": "All hours, day and night, weekends and holidays too.",
        "WORKING_DAYS": "Only the hours of working days, day and night.",
    },
    InsuranceStatus: {
        "RUNNING": "There is time left, and no insurance is known.",
        "MET": "The insurance was active in time.",
        "MISSED": "The time is over; the stay may not be covered.",
        "ENDED": "The patient left hospital, or the case was closed, before the time was over, without insurance.",
    },
    HolidayKind: {
        "NATIONAL": "A national holiday.",
        "COLLECTIVE_LEAVE": "Collective leave (cuti bersama) of the nation's offices.",
        "LOCAL": "A day of one regency alone.",
    },
    FamilyWord: {
        "CAME": "The family says that somebody came.",
        "DID_NOT_COME": "The family says that nobody came.",
    },
    LookupKey: {
        "NATIONAL_ID": "By national id.",
        "NAME": "By the whole name and the village.",
    },
    LookupOutcome: {
        "FOUND": "The member was told what is known.",
        "NOT_FOUND": "Nobody, or nobody whom the member may know of.",
        "SEVERAL": "Several people of the village bear the name; the member was told nothing of them.",
        "LIMITED": "Refused, as the member had looked too many people up.",
    },
    LiveEvent: {
        "PUBLISHED": "The task has slots to take: published, or open again.",
        "CLAIMED": "A member holds a slot.",
        "RELEASED": "A member's slot fell away: released, declined, or taken back.",
        "STARTED": "A member set off.",
        "COMPLETED": "A member is done.",
        "CHANGED": "Something else about it changed.",
        "CLOSED": "Nothing is left to do: done, verified or called off.",
    },
}
"""By enum and value; a test finds a value without words."""


def describe_values() -> None:
    """Give the values of every enum their descriptions, which strawberry takes only from enums made for it."""
    for enum, words in VALUES.items():
        if not has_enum_definition(enum):
            raise TypeError(f"{enum.__name__} is no enum of the schema")
        for value in enum.__strawberry_definition__.values:
            value.description = words[value.name]
