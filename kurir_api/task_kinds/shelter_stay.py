"""A bed near the hospital for the family."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="SHELTER_STAY",
    name=Words(id="Rumah singgah", en="Shelter stay"),
    required_capabilities=("SHELTER_HOST",),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(days=3),
    largest_radius_m=120_000,
    reveals=frozenset({PatientField.PHONE}),
)
