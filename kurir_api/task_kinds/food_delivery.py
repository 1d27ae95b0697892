"""Food and drink for those left at home."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="FOOD_DELIVERY",
    name=Words(id="Antar makan dan minum", en="Food delivery"),
    required_capabilities=(),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(hours=6),
    largest_radius_m=25_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS}),
)
