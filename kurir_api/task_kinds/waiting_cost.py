"""Money for the companion who waits at the hospital."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="WAITING_COST",
    name=Words(id="Biaya tunggu", en="Waiting cost"),
    required_capabilities=(),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(days=3),
    largest_radius_m=60_000,
    reveals=frozenset({PatientField.PHONE}),
)
