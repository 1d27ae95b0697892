"""Rates as limits: what a cost passes, and what can't be approved any more.

Gifts pass no limit: nobody pays them back. A cost is as many units as its quantity, or as its amount is worth at the
rate, whichever is more; where the rate is for a case, all of a case's costs of the category are one. A bed that no
rate in force is for is held to the limits of all of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.errors import InvalidInput
from kurir_api.figures import rupiah
from kurir_api.models import Case, Cost, CostFlag, CostStatus, Patient, Rate, RateUnit
from kurir_api.services.costs.words import CATEGORY_NAMES, UNITS
from kurir_api.services.rates.in_force import for_class, of_each_class, on_day

LIVE = tuple(status for status in CostStatus if status not in {CostStatus.REJECTED, CostStatus.VOID})
GRANTED = (CostStatus.APPROVED, CostStatus.PAID)

# A change of the class waits for the costs that were flagged by the class before, and then finds them.
WITH_ITS_CLASS = "SELECT patient_id, care_class FROM case_file WHERE id = $1 FOR KEY SHARE"

USED = """
SELECT r.id, coalesce(sum(spent.amount) FILTER (WHERE spent.case_id = $2), 0)::int8 AS in_case,
    coalesce(sum(greatest(spent.quantity, (spent.amount + r.amount - 1) / r.amount))
        FILTER (WHERE spent.case_id = $2 AND spent.spent_on >= r.valid_from), 0)::int8 AS units_in_case,
    coalesce(sum(spent.amount) FILTER (WHERE extract(year FROM spent.spent_on) = $3), 0)::int8 AS in_year
FROM rate r LEFT JOIN (
    SELECT c.amount, c.quantity, c.spent_on, t.case_id
    FROM cost c JOIN task t ON t.id = c.task_id JOIN case_file f ON f.id = t.case_id
    WHERE f.patient_id = $1 AND c.category = $4 AND NOT c.in_kind AND c.status = ANY($5::text[]) AND c.id <> $6
) spent ON true
WHERE r.id = ANY($7::uuid[]) GROUP BY r.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A rate that limits a cost, and what others of the category's costs came to: rupiah in the case, units in the
    case since the rate began, rupiah in the patient's year.
    """

    rate: Rate
    in_case: int
    units_in_case: int
    in_year: int

    @property
    def units_left(self) -> int | None:
        """None: without a limit."""
        return None if self.rate.max_units is None else max(0, self.rate.max_units - self.units_in_case)

    @property
    def rupiah_left(self) -> int | None:
        """None: without a limit."""
        return None if self.rate.yearly_cap is None else max(0, self.rate.yearly_cap - self.in_year)

    def over_rate(self, cost: Cost) -> bool:
        """Whether it is more than its quantity is covered with."""
        if self.rate.unit == RateUnit.CASE:
            return bool(self.in_case + cost.amount > self.rate.amount)
        return bool(cost.amount > self.rate.amount * (cost.quantity or 1))

    def over_units(self, cost: Cost) -> bool:
        """Whether the case has fewer units left."""
        return self.units_left is not None and _units(cost, self.rate) > self.units_left

    def over_cap(self, cost: Cost) -> bool:
        """Whether the patient's year has less left."""
        return self.rupiah_left is not None and cost.amount > self.rupiah_left


async def rate_flags(cost: Cost) -> list[CostFlag]:
    """What a reviewer should look at. `cost` has its task loaded, and needn't be stored yet. Three statements.

    Within the caller's transaction, which the class of the case's bed waits for.
    """
    if cost.in_kind:
        return []
    [case] = await get_connection("default").execute_query_dict(WITH_ITS_CLASS, [cost.task.case_id])
    rates = await _rates(cost)
    rate = for_class(rates, case["care_class"])
    bounds = await _bounds(cost, case["patient_id"], _binding(rates, rate), LIVE)
    flags = {
        CostFlag.OVER_RATE: rate is not None and bounds[0].over_rate(cost),
        CostFlag.OVER_LIMIT: any(bound.over_units(cost) or bound.over_cap(cost) for bound in bounds),
        CostFlag.CLASS_NOT_COVERED: rate is None and bool(rates),
    }
    return [flag for flag, raised in flags.items() if raised]


async def refuse_over_limit(cost: Cost) -> None:
    """Raise InvalidInput naming `costId`, with what is left, when approving the cost would pass a limit.

    `cost` has its task loaded. Locks the patient, so that of several approvals each sees those before it.
    """
    if cost.in_kind:
        return
    case = await Case.get(id=cost.task.case_id)
    rates = await _rates(cost)
    limits = [
        rate
        for rate in _binding(rates, for_class(rates, case.care_class))
        if rate.max_units is not None or rate.yearly_cap is not None
    ]
    if not limits:
        return
    await Patient.select_for_update(no_key=True).get(id=case.patient_id)
    bounds = await _bounds(cost, case.patient_id, limits, GRANTED)
    used_up = [bound for bound in bounds if bound.over_units(cost)]
    if used_up:
        raise _no_units_left(cost, min(used_up, key=lambda bound: bound.units_left or 0))
    used_up = [bound for bound in bounds if bound.over_cap(cost)]
    if used_up:
        raise _no_rupiah_left(cost, min(used_up, key=lambda bound: bound.rupiah_left or 0))


async def _rates(cost: Cost) -> list[Rate]:
    rates = Rate.filter(regency_code=cost.regency_code, category=cost.category)
    return await on_day(rates, cost.spent_on)


def _binding(rates: Sequence[Rate], rate: Rate | None) -> list[Rate]:
    """The case's own rate, else all: a bed that none is for, or whose class nobody told, is covered no better."""
    return of_each_class(rates) if rate is None else [rate]


async def _bounds(cost: Cost, patient_id: UUID, rates: Sequence[Rate], states: Collection[CostStatus]) -> list[Bound]:
    """In the order of the rates. One statement, or none without any."""
    if not rates:
        return []
    values = [
        patient_id,
        cost.task.case_id,
        cost.spent_on.year,
        cost.category,
        list(states),
        cost.id,
        [rate.id for rate in rates],
    ]
    found = await get_connection("default").execute_query_dict(USED, values)
    used = {row.pop("id"): row for row in map(dict, found)}
    return [Bound(rate=rate, **used[rate.id]) for rate in rates]


def _units(cost: Cost, rate: Rate) -> int:
    worth: int = -(-cost.amount // rate.amount)
    return max(cost.quantity or 1, worth)


def _no_units_left(cost: Cost, bound: Bound) -> InvalidInput:
    rate, left, units = bound.rate, bound.units_left, _units(cost, bound.rate)
    category, unit = CATEGORY_NAMES[rate.category], UNITS[rate.unit]
    return InvalidInput.of(
        "costId",
        id=f"Sisa jatah {category.id.lower()} untuk kasus ini {left} {unit.id} dari {rate.max_units}, dan biaya ini "
        f"terhitung {units}: menurut banyaknya, atau {rupiah(rate.amount)} per {unit.id}, mana yang lebih besar; "
        "kembalikan biaya ini agar dikurangi, atau tolak.",
        en=f"Left for {category.en.lower()} in this case: {left} of {rate.max_units} {unit.en}, and this cost counts "
        f"as {units}: by its quantity, or at {rupiah(rate.amount, 'en')} each, whichever is more; "
        "send this cost back to be lowered, or reject it.",
    )


def _no_rupiah_left(cost: Cost, bound: Bound) -> InvalidInput:
    category, year, left = CATEGORY_NAMES[bound.rate.category], cost.spent_on.year, bound.rupiah_left or 0
    return InvalidInput.of(
        "costId",
        id=f"Sisa plafon {year} untuk {category.id.lower()} pasien ini {rupiah(left)}; "
        "kembalikan biaya ini agar dikurangi, atau tolak.",
        en=f"Left of the {year} cap for this patient's {category.en.lower()}: {rupiah(left, 'en')}; "
        "send this cost back to be lowered, or reject it.",
    )
