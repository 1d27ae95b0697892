"""Loaders of family links."""

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from strawberry.dataloader import DataLoader

from kurir_api.schema.loading import OfCaller, Page, by_key, ids_in, paged
from kurir_api.schema.pagination import Connection
from kurir_api.services import visibility

if TYPE_CHECKING:
    from kurir_api.schema.family.types import FamilyLink


class FamilyLoaders(OfCaller):
    """Part of `Loaders`."""

    @cached_property
    def family_link(self) -> "DataLoader[UUID, FamilyLink | None]":
        """Visible links by id."""
        from kurir_api.schema.family.types import FamilyLink  # noqa: PLC0415 - types refer to loaders

        return by_key(ids_in(visibility.visible_family_links(self._principal)), FamilyLink.of)

    @cached_property
    def case_family_links(self) -> "DataLoader[Page, Connection[FamilyLink]]":
        """A page of a case's links."""
        from kurir_api.schema.family.types import FamilyLink  # noqa: PLC0415

        return paged(visibility.visible_family_links(self._principal), FamilyLink.of, "case_id")
