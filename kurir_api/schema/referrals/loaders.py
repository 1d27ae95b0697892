"""Loaders of referrals and programmes."""

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from strawberry.dataloader import DataLoader

from kurir_api.models import Programme, ReferralDocument
from kurir_api.schema.loading import OfCaller, Page, by_key, grouped, ids_in, paged, same
from kurir_api.schema.pagination import Connection
from kurir_api.services import visibility
from kurir_api.services.policies import Decision, decisions

if TYPE_CHECKING:
    from kurir_api.schema.cases.types import TimelineEvent
    from kurir_api.schema.referrals.types import Referral


class ReferralLoaders(OfCaller):
    """Part of `Loaders`."""

    @cached_property
    def programme(self) -> DataLoader[UUID, Programme]:
        """Programmes by id, as relations of what the caller sees."""
        return by_key(ids_in(Programme.all()), same)

    @cached_property
    def referral(self) -> "DataLoader[UUID, Referral | None]":
        """Visible referrals by id."""
        from kurir_api.schema.referrals.types import Referral  # noqa: PLC0415 - types refer to loaders

        return by_key(ids_in(visibility.visible_referrals(self._principal)), Referral.of)

    @cached_property
    def following(self) -> "DataLoader[UUID, Referral | None]":
        """The visible referral that follows one, if any."""
        from kurir_api.schema.referrals.types import Referral  # noqa: PLC0415

        rows = visibility.visible_referrals(self._principal)
        return by_key(lambda ids: rows.filter(previous_id__in=ids), Referral.of, "previous_id")

    @cached_property
    def case_referrals(self) -> "DataLoader[Page, Connection[Referral]]":
        """A page of a case's visible referrals."""
        from kurir_api.schema.referrals.types import Referral  # noqa: PLC0415

        return paged(visibility.visible_referrals(self._principal), Referral.of, "case_id")

    @cached_property
    def report_referrals(self) -> "DataLoader[Page, Connection[Referral]]":
        """A page of a report's visible referrals."""
        from kurir_api.schema.referrals.types import Referral  # noqa: PLC0415

        return paged(visibility.visible_referrals(self._principal), Referral.of, "report_id")

    @cached_property
    def referral_events(self) -> "DataLoader[Page, Connection[TimelineEvent]]":
        """A page of a referral's visible timeline."""
        from kurir_api.schema.cases.types import TimelineEvent  # noqa: PLC0415

        rows = visibility.visible_events(self._principal).filter(machine="referral")
        return paged(rows, TimelineEvent.of, "subject_id")

    @cached_property
    def papers(self) -> DataLoader[UUID, list[ReferralDocument]]:
        """The documents of a visible referral that somebody has seen."""
        rows = ReferralDocument.all().order_by("id")
        return grouped(lambda referrals: rows.filter(referral_id__in=referrals), same, "referral_id")

    @cached_property
    def decision(self) -> DataLoader[UUID, Decision]:
        """Whether the caller decides, or decided, on referrals of a patient."""

        async def load(patients: list[UUID]) -> list[Decision]:
            found = await decisions(self._principal, patients)
            return [found.get(patient_id, Decision()) for patient_id in patients]

        return DataLoader(load_fn=load)
