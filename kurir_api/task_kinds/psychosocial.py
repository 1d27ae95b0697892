"""Listening and support for patient and family."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="PSYCHOSOCIAL",
    name=Words(id="Pendampingan psikososial", en="Psychosocial support"),
    required_capabilities=("PSYCHOSOCIAL_TRAINING",),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(hours=8),
    largest_radius_m=40_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS, PatientField.DIAGNOSIS}),
)
