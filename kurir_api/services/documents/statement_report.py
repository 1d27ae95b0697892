"""A partner's statement as an accountability report (LPJ) to be signed (PDF)."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from kurir_api.database.moment import one_moment
from kurir_api.figures import day, duration, kilometres, number, rupiah
from kurir_api.models import Statement
from kurir_api.services.contributions.lines import CostLine, WorkLine, cost_lines, work_lines
from kurir_api.services.contributions.statement import StatementContent
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.costs.words import CATEGORY_NAMES
from kurir_api.services.documents.codes import in_groups
from kurir_api.services.documents.issuing import Draft, Order, drafted, issued
from kurir_api.services.documents.typesetting import typeset
from kurir_api.services.documents.wording import heading, in_words, kind_name, reference, reimbursement, span

MOST_CORRECTIONS = 60
"""More are only counted; the workbook has them all."""
L = TypeVar("L", WorkLine, CostLine)


async def statement_report(order: Order) -> tuple[bytes, Statement]:
    """The partner's report of the period, which is issued."""
    async with one_moment():
        draft = await drafted(order.organization, order.period)
        corrections = await _corrections(order.organization.id, order.period)
    found = await issued(draft, order)
    data = _facts(draft, found, order) | _tables(draft.content) | corrections
    return await typeset("statement_report", data, found.issued_at), found


def _facts(draft: Draft, found: Statement, order: Order) -> dict[str, Any]:
    content, regency = draft.content, draft.regency.name
    totals, money = content.totals, content.money
    return {
        "title": heading("Laporan Pertanggungjawaban Kontribusi Mitra", content.period, draft.day_of(order.now)),
        "partner": content.organization.name,
        "regency": regency,
        "place": regency.removeprefix("Kabupaten ").removeprefix("Kota "),
        "period": span(content.period),
        "issued": day(draft.day_of(found.issued_at)),
        "code": in_groups(found.code),
        "check_url": order.check_url,
        "digest": found.digest,
        "summary": [
            ["Tugas selesai", number(totals.tasks)],
            ["Penerima manfaat", f"{number(totals.beneficiaries)} orang"],
            ["Waktu relawan (jam:menit)", duration(totals.minutes)],
            ["Jarak tempuh", f"{kilometres(totals.distance_m)} km"],
            ["Biaya (uang)", rupiah(totals.cost)],
            ["Natura", rupiah(totals.in_kind)],
            ["Dikurangi: ditanggung patungan mitra lain", rupiah(money.borne_by_others)],
            ["Ditambah: patungan kami untuk biaya mitra lain", rupiah(money.borne_for_others)],
        ],
        "total": rupiah(content.value),
        "in_words": in_words(content.value),
        "money": [[label, rupiah(amount)] for label, amount in reimbursement(money)],
        "received": [
            ["Ditanggung mitra lain dari biaya anggota kami", rupiah(money.borne_by_others)],
            ["Dibayar mitra lain kepada anggota kami", rupiah(money.reimbursed_by_others)],
        ],
    }


def _tables(content: StatementContent) -> dict[str, Any]:
    return {
        "kinds": [[kind_name(kind.code), *_sums(kind.totals)] for kind in content.by_kind],
        "members": [[member.name, *_sums(member.totals)] for member in content.by_member],
        "sums": _sums(content.totals),
        "categories": [
            [CATEGORY_NAMES[one.category].id, rupiah(one.cost), rupiah(one.in_kind)] for one in content.by_category
        ],
        "category_sums": [
            rupiah(sum(one.cost for one in content.by_category)),
            rupiah(sum(one.in_kind for one in content.by_category)),
        ],
        "pledges": [
            [
                day(line.made_on),
                reference(line),
                line.region_name,
                "Natura" if line.in_kind else "Uang",
                rupiah(line.amount),
                rupiah(line.settled),
            ]
            for line in content.pledges
        ],
        "pledge_sums": [
            rupiah(sum(line.amount for line in content.pledges)),
            rupiah(sum(line.settled for line in content.pledges)),
        ],
    }


def _sums(totals: Totals) -> list[str]:
    return [
        number(totals.tasks),
        number(totals.beneficiaries),
        duration(totals.minutes),
        kilometres(totals.distance_m),
        rupiah(totals.cost),
        rupiah(totals.in_kind),
    ]


async def _corrections(organization_id: UUID, period: Period) -> dict[str, Any]:
    """The first corrections by day, and how many more there are."""
    work, of_work = await _first_corrections(work_lines(organization_id, period), _work_row)
    costs, of_costs = await _first_corrections(cost_lines(organization_id, period), _cost_row)
    first = sorted(work + costs, key=itemgetter(0))[:MOST_CORRECTIONS]
    return {
        "corrections": [[day(booked_on), *row] for booked_on, row in first],
        "more_corrections": of_work + of_costs - len(first),
    }


async def _first_corrections(
    lines: AsyncIterator[L], row: Callable[[L], list[str]]
) -> tuple[list[tuple[date, list[str]]], int]:
    """The rows of the first, by day, with their days; and how many there are."""
    rows: list[tuple[date, list[str]]] = []
    count = 0
    async for line in lines:
        if line.correction:
            count += 1
            if count <= MOST_CORRECTIONS:
                rows.append((line.booked_on, row(line)))
    return rows, count


def _work_row(line: WorkLine) -> list[str]:
    change = f"{duration(line.minutes)} jam, {kilometres(line.distance_m)} km"
    return [str(line.task_number), kind_name(line.kind), line.member, change]


def _cost_row(line: CostLine) -> list[str]:
    what = f"{CATEGORY_NAMES[line.category].id}{' (natura)' if line.in_kind else ''}, {kind_name(line.kind)}"
    return [str(line.task_number), what, line.member, rupiah(line.amount)]
