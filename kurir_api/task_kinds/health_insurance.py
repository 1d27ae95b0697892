"""Getting health insurance active in time."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="HEALTH_INSURANCE",
    name=Words(id="Jaminan kesehatan", en="Health insurance"),
    required_capabilities=(),
    default_urgency=Urgency.URGENT,
    default_duration=timedelta(days=3),
    largest_radius_m=40_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS, PatientField.DIAGNOSIS}),
)
