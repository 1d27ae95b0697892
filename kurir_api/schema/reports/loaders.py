"""Loaders of reports."""

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from strawberry.dataloader import DataLoader

from kurir_api.models import Region, Report
from kurir_api.schema.loading import OfCaller, Page, paged, same
from kurir_api.schema.pagination import Connection, newest_of_each
from kurir_api.services import visibility
from kurir_api.services.reports.duplicates import possible_duplicates
from kurir_api.services.reports.recognising import gazetteer
from kurir_api.services.reports.waiting import waiting_reports

if TYPE_CHECKING:
    from kurir_api.schema.cases.types import TimelineEvent


MESSAGES_READ = 20
"""Of a conversation the last of them, besides what came first."""


class ReportLoaders(OfCaller):
    """Part of `Loaders`."""

    @cached_property
    def still_waiting(self) -> DataLoader[UUID, bool]:
        """Whether somebody still waits because of a report."""

        async def load(ids: list[UUID]) -> list[bool]:
            waiting = set(await waiting_reports().filter(id__in=ids).values_list("id", flat=True))
            return [one in waiting for one in ids]

        return DataLoader(load_fn=load)

    @cached_property
    def region_candidates(self) -> DataLoader[Report, list[Region]]:
        """The places that a report's words name, those of its conversation, too, within its regency."""

        async def load(reports: list[Report]) -> list[list[Region]]:
            messages = visibility.visible_messages(self._principal).filter(incoming=True)
            ids = [report.id for report in reports]
            pages = await newest_of_each(messages, same, MESSAGES_READ, None, parent="report_id", parents=ids)
            places = await gazetteer()
            found = []
            for report, page in zip(reports, pages, strict=True):
                said = [edge.node.text or "" for edge in reversed(page.edges)]
                found.append(places.candidates("\n".join([report.text or "", *said]), report.regency_code))
            return found

        return DataLoader(load_fn=load, cache_key_fn=lambda report: report.id)

    @cached_property
    def possible_duplicates(self) -> DataLoader[Report, list[Report]]:
        """The visible reports that may be about the same need as one, likeliest first."""

        async def load(reports: list[Report]) -> list[list[Report]]:
            found = await possible_duplicates(self._principal, reports)
            return [found[report.id] for report in reports]

        return DataLoader(load_fn=load, cache_key_fn=lambda report: report.id)

    @cached_property
    def report_events(self) -> "DataLoader[Page, Connection[TimelineEvent]]":
        """A page of a report's visible timeline."""
        from kurir_api.schema.cases.types import TimelineEvent  # noqa: PLC0415 - types refer to loaders

        rows = visibility.visible_events(self._principal).filter(machine="report")
        return paged(rows, TimelineEvent.of, "subject_id")
