"""Loaders of what belongs to cases."""

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise.expressions import Q

from kurir_api.models import Holiday
from kurir_api.schema.loading import OfCaller, Page, by_key, grouped, ids_in, paged
from kurir_api.schema.pagination import Connection
from kurir_api.services import visibility
from kurir_api.services.accesses import Subject, subjects_of

if TYPE_CHECKING:
    from kurir_api.schema.accesses.types import AccessEntry
    from kurir_api.schema.recurrences.types import Recurrence


class CaseLoaders(OfCaller):
    """Part of `Loaders`."""

    @cached_property
    def regency_holidays(self) -> DataLoader[str, list[Holiday]]:
        """The holidays of a regency, the nation's among them, first first."""

        async def load(regencies: list[str]) -> list[list[Holiday]]:
            rows = await Holiday.filter(Q(regency_code="") | Q(regency_code__in=regencies)).order_by("day")
            return [[row for row in rows if row.regency_code in {"", regency}] for regency in regencies]

        return DataLoader(load_fn=load)

    @cached_property
    def subject(self) -> DataLoader[UUID, Subject]:
        """Whose data the rows of a case hold, which the caller sees."""

        async def load(cases: list[UUID]) -> list[Subject]:
            found = await subjects_of(cases)
            return [found[case_id] for case_id in cases]

        return DataLoader(load_fn=load)

    @cached_property
    def accesses(self) -> "DataLoader[Page, Connection[AccessEntry]]":
        """A page of the visible accesses to a patient's data."""
        from kurir_api.schema.accesses.types import AccessEntry  # noqa: PLC0415 - types refer to loaders

        return paged(visibility.visible_accesses(self._principal), AccessEntry.of, "patient_id")

    @cached_property
    def recurrence(self) -> "DataLoader[UUID, Recurrence | None]":
        """Visible recurrences by id."""
        from kurir_api.schema.recurrences.types import Recurrence  # noqa: PLC0415 - types refer to loaders

        return by_key(ids_in(visibility.visible_recurrences(self._principal)), Recurrence.of)

    @cached_property
    def case_recurrences(self) -> "DataLoader[UUID, list[Recurrence]]":
        """The visible recurrences of a case, newest first."""
        from kurir_api.schema.recurrences.types import Recurrence  # noqa: PLC0415

        rows = visibility.visible_recurrences(self._principal).order_by("-id")
        return grouped(lambda cases: rows.filter(case_id__in=cases), Recurrence.of, "case_id")
