"""Which rates are in force."""

from collections.abc import Sequence
from datetime import date

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from kurir_api.models import CostCategory, Rate


def holding(rates: QuerySet[Rate], first_day: date, last_day: date) -> QuerySet[Rate]:
    """Those that hold on one of the days, of which both are included."""
    return rates.filter(Q(valid_until=None) | Q(valid_until__gte=first_day), valid_from__lte=last_day)


def on_day(rates: QuerySet[Rate], day: date) -> QuerySet[Rate]:
    """Those that hold on the day; for a category and class the one that began last comes first."""
    return holding(rates, day, day).order_by("category", "care_class", "-valid_from")


def of_each_class(rates: Sequence[Rate]) -> list[Rate]:
    """Of those that `on_day` gives, for each category and class the one in force."""
    in_force: dict[tuple[CostCategory, int | None], Rate] = {}
    for rate in rates:
        in_force.setdefault((rate.category, rate.care_class), rate)
    return list(in_force.values())


def for_class(rates: Sequence[Rate], care_class: int | None) -> Rate | None:
    """Of those of one category, as `on_day` gives them, the one for a bed of the class, or else for all classes."""
    of_class = [rate for rate in rates if rate.care_class == care_class]
    for_all = [rate for rate in rates if rate.care_class is None]
    return next(iter(of_class + for_all), None)
