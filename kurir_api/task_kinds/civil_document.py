"""Identity card, family card, certificates."""

from datetime import timedelta

from kurir_api.errors import Words
from kurir_api.models import Urgency
from kurir_api.task_kinds.base import PatientField, TaskKind

KIND = TaskKind(
    code="CIVIL_DOCUMENT",
    name=Words(id="Administrasi kependudukan", en="Civil documents"),
    required_capabilities=(),
    default_urgency=Urgency.NORMAL,
    default_duration=timedelta(days=5),
    largest_radius_m=40_000,
    reveals=frozenset({PatientField.PHONE, PatientField.ADDRESS}),
)
