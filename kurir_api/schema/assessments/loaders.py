"""Loaders of assessments."""

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from strawberry.dataloader import DataLoader

from kurir_api.models import Programme
from kurir_api.schema.loading import OfCaller, by_key
from kurir_api.services import visibility

if TYPE_CHECKING:
    from kurir_api.schema.assessments.types import Assessment
    from kurir_api.schema.referrals.types import Referral

Code = tuple[str, str]
"""A regency's code, and a programme's in it."""

Wanted = tuple[UUID, tuple[str, ...]]
"""A patient's id, and codes of programmes."""


class AssessmentLoaders(OfCaller):
    """Part of `Loaders`."""

    @cached_property
    def task_assessment(self) -> "DataLoader[UUID, Assessment | None]":
        """The visible assessment of a task."""
        from kurir_api.schema.assessments.types import Assessment  # noqa: PLC0415 - types refer to loaders

        rows = visibility.visible_assessments(self._principal)
        return by_key(lambda tasks: rows.filter(task_id__in=tasks), Assessment.of, "task_id")

    @cached_property
    def programme_by_code(self) -> DataLoader[Code, Programme | None]:
        """Visible programmes."""

        async def load(keys: list[Code]) -> list[Programme | None]:
            rows = visibility.visible_programmes(self._principal).filter(
                regency_code__in={regency for regency, _ in keys}, code__in={code for _, code in keys}
            )
            found = {(row.regency_code, row.code): row for row in await rows}
            return [found.get(key) for key in keys]

        return DataLoader(load_fn=load)

    @cached_property
    def referrals_to(self) -> "DataLoader[Wanted, list[Referral]]":
        """A patient's visible referrals to programmes, newest first."""
        from kurir_api.schema.referrals.types import Referral  # noqa: PLC0415

        async def load(keys: list[Wanted]) -> list[list[Referral]]:
            rows = visibility.visible_referrals(self._principal).filter(
                patient_id__in={patient for patient, _ in keys},
                programme__code__in={code for _, codes in keys for code in codes},
            )
            found: defaultdict[UUID, list[tuple[str, Referral]]] = defaultdict(list)
            for row in await rows.select_related("programme").order_by("-id"):
                found[row.patient_id].append((row.programme.code, Referral.of(row)))
            return [[one for code, one in found[patient] if code in codes] for patient, codes in keys]

        return DataLoader(load_fn=load)
