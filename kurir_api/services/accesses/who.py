"""Who looked at a patient, told in lines that a person can read."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from kurir_api.models import AccessAction, AccessBy, AccessEntry, Member, Patient, Region
from kurir_api.services.accesses.noting import accounted, note

ACTORS = {
    AccessBy.FAMILY_LINK: "the family's link",
    AccessBy.COMMAND: "a command on the server",
    AccessBy.KURIR: "Kurir itself",
}


async def lines_of_accesses(patients: Sequence[Patient], since: datetime | None = None) -> list[str]:
    """One line for each access to the patients' data since then, oldest first, by the regency's clock: when, who,
    what was done, of which fields, why, and in brackets by what they were allowed. To be told is an access, too.
    """
    rows = AccessEntry.filter(patient_id__in=[patient.id for patient in patients])
    if since is not None:
        rows = rows.filter(at__gte=since)
    async with accounted("audit who"):
        found = await rows.order_by("at", "regency_code", "number")
        for patient in patients:
            note(patient, AccessAction.READ, ("accesses",), who=AccessBy.COMMAND)
    names = dict(
        await Member.filter(id__in={row.member_id for row in found if row.member_id}).values_list("id", "name")
    )
    zones = dict(await Region.filter(code__in={row.regency_code for row in found}).values_list("code", "time_zone"))
    return [
        f"{row.at.astimezone(ZoneInfo(zones[row.regency_code])):%Y-%m-%d %H:%M:%S %Z}  "
        f"{names.get(row.member_id, row.member_id) if row.member_id else ACTORS[row.by]}  "
        f"{row.action}  {', '.join(row.field_names)}  {row.reason}" + (f"  ({row.ground})" if row.ground else "")
        for row in found
    ]
