"""A visit after discharge."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="POST_CARE",
    name=Words(id="Kunjungan pasca-perawatan", en="Post-care visit"),
    required_capabilities=(),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(days=2),
    largest_radius_m=25_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS, PatientField.DIAGNOSIS}),
)
