"""Invented figures of Banyumas."""

from datetime import date
from typing import Any
from uuid import UUID

from kurir_api.models import CostCategory
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.statistics.facts import Waiting
from kurir_api.services.statistics.scope import Scope
from kurir_api.services.statistics.statistics import Costs, ProgrammeCounts, Span, Statistics

KIS, PKH = UUID(int=1), UUID(int=2)
NAMES = {
    "33.02": "Kabupaten Banyumas",
    "33.02.23.2004": "Karangnangka",
    "33.02.23.2005": "=Desa",
    str(KIS): "Rekomendasi KIS PBI",
    str(PKH): "PKH",
}


def month(number: int, beneficiaries: int, minutes: float | None = None) -> Span:
    """One of 2026."""
    return Span(
        start=date(2026, number, 1),
        reports=3,
        cases=2,
        beneficiaries=beneficiaries,
        tasks_completed=beneficiaries + 1,
        cost=1_250_000,
        median_minutes_to_claim=minutes,
    )


def figures(**values: Any) -> Statistics:
    """Of January and February 2026."""
    defaults: dict[str, Any] = {
        "scope": Scope(regions=["33.02"], known=["33.02"], subdistricts={}),
        "period": Period(date(2026, 1, 1), date(2026, 2, 28)),
        "beneficiaries": 1_250,
        "cases": 2,
        "open_cases": 3,
        "members": 4,
        "tasks_completed": 5,
        "cost": 2_500_000,
        "median_minutes_to_claim": 4.25,
        "alerts_per_claim": None,
        "by_month": [month(1, 1_250, 4.25), month(2, 20)],
        "by_year": [month(1, 1_250)],
        "by_kind": [("AMBULANCE_RUN", Totals(6, 5, 90, 12_000, 1_250_000, 0)), ("GONE_BY", Totals(tasks=7))],
        "costs_by_category": [Costs(CostCategory.FUEL, 1_234_567, 350_000), Costs(CostCategory.MEAL, -5_000, 0)],
        "by_programme": [ProgrammeCounts(KIS, 12, 7, 2), ProgrammeCounts(PKH, 30, 4, 0)],
        "waiting": [
            Waiting("33.02.23.2004", 1, 1, 90, known=True),
            Waiting("33.02.23.2005", 5, 5, None, known=False),
        ],
    }
    return Statistics(**defaults | values)
