"""Going to the household to see what it has and needs."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="OUTREACH_VISIT",
    name=Words(id="Kunjungan penjangkauan", en="Outreach visit"),
    required_capabilities=(),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(days=3),
    largest_radius_m=25_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS}),
)
