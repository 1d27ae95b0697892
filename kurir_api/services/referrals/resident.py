"""The resident hears of a decision, in the thread in which they asked."""

from collections.abc import Mapping
from datetime import datetime

from kurir_api.models import Referral, ReferralStatus, Report, ReportStatus
from kurir_api.services.threads.saying import say

SAID: Mapping[ReferralStatus, str] = {
    ReferralStatus.GRANTED: "Permohonan Anda, laporan No. {number}, disetujui. Petugas akan menghubungi Anda.",
    ReferralStatus.PARTLY_GRANTED: "Permohonan Anda, laporan No. {number}, disetujui sebagian. "
    "Petugas akan menghubungi Anda.",
    ReferralStatus.REFUSED: "Permohonan Anda, laporan No. {number}, belum disetujui. Petugas akan menghubungi Anda.",
}
"""What is said of which decision, by the number the reporter knows; nothing of the programme, since others may read
the phone.
"""


async def tell_resident(referral: Referral, now: datetime) -> None:
    """Tell who reported of a decision just made, if there was consent and still is, and a report it came from: the
    referral's own, else the one that became its case; whoever reported the same besides isn't told. `referral`: with
    its patient. At most three statements.
    """
    words = SAID.get(ReferralStatus(referral.status))
    if words is None or not referral.consent or referral.patient.withheld:
        return
    report = await _report_of(referral)
    if report is not None:
        await say(report, words.format(number=report.number), now)


async def _report_of(referral: Referral) -> Report | None:
    if referral.report_id is not None:
        return await Report.get(id=referral.report_id)
    if referral.case_id is not None:
        return await Report.filter(case_id=referral.case_id, status=ReportStatus.CASE_OPENED).first()
    return None
