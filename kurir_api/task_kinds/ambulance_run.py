"""Taking a patient to hospital, home, or both ways."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="AMBULANCE_RUN",
    name=Words(id="Antar jemput ambulans", en="Ambulance run"),
    required_capabilities=("AMBULANCE_LICENCE",),
    default_urgency=Urgency.URGENT,
    default_duration=timedelta(hours=4),
    largest_radius_m=60_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS, PatientField.DIAGNOSIS}),
)
