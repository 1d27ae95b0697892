"""A few people who handle the same money at the same time, and everything they do with it."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from tortoise.exceptions import IntegrityError

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import Refusal
from kurir_api.models import (
    Case,
    CaseStatus,
    ClaimStatus,
    ClosedMonth,
    Cost,
    CostCategory,
    CostStatus,
    Member,
    Need,
    Organization,
    Outcome,
    Pledge,
    Role,
    Task,
    WorkEntry,
)
from kurir_api.services.contributions.books import month_to_close
from kurir_api.services.contributions.close_month import CloseMonth, close_month
from kurir_api.services.contributions.correct_work import CorrectWork, correct_work
from kurir_api.services.costs.edit_cost import EditCost, edit_cost
from kurir_api.services.costs.log_cost import LogCost, log_cost
from kurir_api.services.costs.review_cost import ReviewCost, review_cost
from kurir_api.services.costs.review_costs import ReviewCosts, Reviewed, review_costs
from kurir_api.services.needs.estimate_need import EstimateNeed, estimate_need
from kurir_api.services.needs.pledge import MakePledge, pledge
from kurir_api.services.needs.withdraw_pledge import WithdrawPledge, withdraw_pledge
from kurir_api.services.use_case import Command
from tests.factories import (
    NOW,
    REGENCY,
    add_membership,
    make_case,
    make_claim,
    make_member,
    make_need,
    make_organization,
    make_patient,
    make_rate,
    make_receipt,
    make_task,
    make_work_entry,
    principal_for,
)

TAKEN = 350
"""So many days ago the tasks were taken; a few costs are said to be older."""

YEARLY_CAP = 300_000
MOST_UNITS = 12
CATEGORIES = (CostCategory.FUEL, CostCategory.FUEL, CostCategory.WAITING_COST, CostCategory.MEAL)
S = CostStatus
ONWARD = {S.SUBMITTED: S.ENDORSED, S.RETURNED: S.VOID, S.ENDORSED: S.APPROVED, S.APPROVED: S.PAID}
CLOSINGS = 0.03
"""Months that are closed, by history."""

DECISIONS = (S.ENDORSED, S.APPROVED, S.RETURNED, S.REJECTED, S.PAID, S.VOID)
Effect = Callable[[Principal, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who there is, and what they spend money on."""

    partners: Sequence[Organization]
    members: Sequence[Principal]
    reviewers: Sequence[Principal]
    coordinators: Sequence[Principal]
    tasks: Sequence[Task]
    needing: Sequence[Task]

    @property
    def everybody(self) -> Sequence[Principal]:
        """Most of whom may not do what they try."""
        return [*self.members, *self.reviewers, *self.coordinators]


async def make_cast(months: int) -> Cast:
    """Six members of three partners, some of whom review or coordinate what is partly their own; five cases with two
    tasks each, that everybody has worked on for so many months; limits that are soon reached. Two of the cases are of
    one patient, and one of these is closed.
    """
    partners = [await make_organization() for _ in range(3)]
    people = [await make_member(organization=partner) for partner in partners for _ in range(2)]
    await add_membership(people[0], Role.PARTNER_REVIEWER, REGENCY, partners[0])
    coordinators = [await principal_for(Role.COORDINATOR) for _ in range(2)]
    await add_membership(people[2], Role.COORDINATOR, REGENCY)
    patients = [await make_patient() for _ in range(4)]
    closed = await make_case(patients[0], status=CaseStatus.CLOSED, closed_at=NOW, outcome=Outcome.RECOVERED)
    cases = [await make_case(patient) for patient in patients]
    tasks = [await _make_tasks(case, people, months) for case in (*cases, closed)]
    needing = [runs for runs, _ in tasks[:-1]]
    for run in needing:
        await make_need(await run.case)
        await make_need(task=run)
    await make_rate(CostCategory.FUEL, amount=50_000, yearly_cap=YEARLY_CAP, valid_from=date(2025, 1, 1))
    await make_rate(CostCategory.WAITING_COST, max_units=MOST_UNITS, valid_from=date(2025, 1, 1))
    return Cast(
        partners=partners,
        members=[await principal_of_member(person.id) for person in people],
        reviewers=[await principal_for(Role.PARTNER_REVIEWER, organization=partner) for partner in partners],
        coordinators=coordinators,
        tasks=[task for both in tasks for task in both],
        needing=needing,
    )


async def _make_tasks(case: Case, people: Sequence[Member], months: int) -> tuple[Task, Task]:
    run, stay = [await make_task(case, kind=kind, slots=6) for kind in ("AMBULANCE_RUN", "WAITING_COST")]
    today = datetime.now(UTC)
    for number, person in enumerate(people):
        for task in (run, stay):
            claim = await make_claim(task, person, ClaimStatus.COMPLETED, claimed_at=today - timedelta(days=TAKEN))
        worked = today - timedelta(days=30 * months * (number + 1) // len(people))
        await make_work_entry(claim, booked_on=worked.date())
    return run, stay


async def _outcome(effect: Effect, by: Principal, command: Command) -> Any:
    try:
        return await effect(by, command)
    except Refusal as refusal:
        return refusal


def _told(outcome: Any) -> bytes:
    """What a client is told, which a stored answer repeats."""
    if isinstance(outcome, Refusal):
        outcome = {"code": outcome.code} | outcome.payload()
    return orjson.dumps(outcome, default=str, option=orjson.OPT_SORT_KEYS)


def _some_day(dice: random.Random) -> date:
    return datetime.now(UTC).date() - timedelta(days=dice.randint(1, TAKEN + 10))


def _word(command: Command) -> str:
    return str(getattr(command, "decision", "done"))


@dataclass
class Player:
    """Plays histories, each with choices of its own: number n of a seed always wants the same things.

    `done` counts what was done and refused, by use case.
    """

    cast: Cast
    seed: str
    done: Counter[str] = field(default_factory=Counter)
    costs: deque[UUID] = field(default_factory=lambda: deque(maxlen=40))
    pledges: deque[UUID] = field(default_factory=lambda: deque(maxlen=12))

    async def history(self, number: int) -> None:
        """A cost or a pledge from its beginning through 3 to 8 further steps, some of them on what others began."""
        dice = random.Random(f"{self.seed}/{number}")
        begin, steps = (self._log, COST_STEPS) if dice.random() < 0.75 else (self._pledge, PLEDGE_STEPS)
        own = await begin(dice)
        for _ in range(dice.randint(3, 8)):
            step = dice.choices(list(steps), list(steps.values()))[0]
            await step(self, dice, own)
        if dice.random() < CLOSINGS:
            await self._close_month(dice)

    async def _act(self, dice: random.Random, effect: Effect, by: Principal, command: Command) -> Any:
        """The outcome, or None when it was refused; sometimes tried twice at the same time, or once more later."""
        name = effect.__name__
        tries = dice.choices((1, 2, 3), (80, 15, 5))[0]
        command = type(command)(**vars(command) | {"idempotency_key": dice.randbytes(8).hex() if tries > 1 else None})
        if tries == 2:
            outcomes = await asyncio.gather(*(_outcome(effect, by, command) for _ in range(2)))
        else:
            outcomes = [await _outcome(effect, by, command) for _ in range(tries)]
        assert all(_told(outcome) == _told(outcomes[0]) for outcome in outcomes), (name, outcomes)
        outcome = outcomes[-1]
        refused = isinstance(outcome, Refusal)
        self.done[f"{name} {'refused' if refused else _word(command)}"] += 1
        return None if refused else outcome

    def _cost(self, dice: random.Random, own: UUID | None) -> UUID | None:
        return own if own and dice.random() < 0.7 else dice.choice(self.costs) if self.costs else own

    async def _log(self, dice: random.Random) -> UUID | None:
        by, receipts = dice.choice(self.cast.members), ()
        if dice.random() < 0.1:
            member = await Member.get(id=by.member_id)
            with suppress(IntegrityError):  # it has this picture, and didn't use it yet
                receipts = ((await make_receipt(member=member, sha256=f"{dice.randrange(20):064x}")).id,)
        command = LogCost(
            task_id=dice.choice(self.cast.tasks).id,
            category=dice.choice(CATEGORIES),
            amount=dice.randint(1, 120_000),
            quantity=dice.choice((None, 1, 2, 5)),
            in_kind=dice.random() < 0.15,
            spent_on=_some_day(dice),
            receipt_ids=receipts,
        )
        cost_id = await self._act(dice, log_cost, by, command)
        if cost_id:
            self.costs.append(cost_id)
        return cost_id  # type: ignore[no-any-return]

    async def _edit(self, dice: random.Random, own: UUID | None) -> None:
        cost_id = self._cost(dice, own)
        if cost_id is None:
            return
        by = await self._spender(dice, cost_id)
        facts: dict[str, Any] = {
            "amount": dice.randint(1, 120_000),
            "quantity": dice.choice((1, 2, 5)),
            "category": dice.choice(CATEGORIES),
            "spent_on": _some_day(dice),
        }
        names = dice.sample(list(facts), dice.randint(1, 3)) if dice.random() < 0.7 else []
        changed = {name: facts[name] for name in names} or {"note": "Tol"}
        await self._act(dice, edit_cost, by, EditCost(cost_id=cost_id, **changed))

    async def _spender(self, dice: random.Random, cost_id: UUID) -> Principal:
        spender = (await Cost.get(id=cost_id)).member_id
        own = [member for member in self.cast.members if member.member_id == spender]
        return own[0] if dice.random() < 0.9 else dice.choice(self.cast.everybody)

    async def _review(self, dice: random.Random, own: UUID | None) -> None:
        """Mostly what is next, by somebody who may."""
        cost_id = self._cost(dice, own)
        if cost_id is None:
            return
        cost = await Cost.get(id=cost_id)
        onward = ONWARD.get(CostStatus(cost.status), S.VOID)
        decision = onward if dice.random() < 0.7 else dice.choice(DECISIONS)
        by = dice.choice(self.cast.coordinators) if dice.random() < 0.85 else dice.choice(self.cast.everybody)
        if cost.status == S.SUBMITTED and decision == S.VOID:
            by = await self._spender(dice, cost_id)
        note = "Sesuai nota" if dice.random() < 0.95 else None
        command = ReviewCost(cost_id=cost_id, decision=decision, note=note, amount=cost.amount)
        await self._act(dice, review_cost, by, command)

    async def _rush(self, dice: random.Random, own: UUID | None) -> None:  # noqa: ARG002
        """Both coordinators approve at the same time what is endorsed of a patient's."""
        case = await Case.get(id=dice.choice(self.cast.tasks).case_id)
        of_patient = Cost.filter(task__case__patient_id=case.patient_id)
        endorsed = of_patient.filter(id__in=list(self.costs), status=S.ENDORSED)
        ids = await endorsed.order_by("id").limit(6).values_list("id", flat=True)
        commands = [ReviewCost(cost_id=cost_id, decision=S.APPROVED) for cost_id in ids]
        outcomes = await asyncio.gather(
            *(_outcome(review_cost, self.cast.coordinators[n % 2], command) for n, command in enumerate(commands))
        )
        self.done["rush done"] += sum(not isinstance(outcome, Refusal) for outcome in outcomes)

    async def _review_any(self, dice: random.Random, own: UUID | None) -> None:  # noqa: ARG002
        await self._review(dice, None)

    async def _review_many(self, dice: random.Random, own: UUID | None) -> None:  # noqa: ARG002
        if not self.costs:
            return
        chosen = dice.sample(list(self.costs), dice.randint(1, min(8, len(self.costs))))
        onward = ONWARD.get(CostStatus((await Cost.get(id=chosen[0])).status), S.VOID)
        command = ReviewCosts(cost_ids=tuple(chosen), decision=onward, note="Sekaligus")
        by = dice.choice(self.cast.coordinators) if dice.random() < 0.8 else dice.choice(self.cast.reviewers)
        reviewed: Reviewed | None = await self._act(dice, review_costs, by, command)
        if reviewed is not None:
            self.done[f"review_costs each {command.decision}"] += len(reviewed.done)

    async def _pledge(self, dice: random.Random) -> UUID | None:
        need = await self._need(dice)
        partner = dice.randrange(3)
        by = self.cast.reviewers[partner] if dice.random() < 0.7 else dice.choice(self.cast.everybody)
        command = MakePledge(
            case_id=need.case_id,
            task_id=need.task_id,
            organization_id=self.cast.partners[partner].id,
            amount=dice.choice((dice.randint(1, 150_000), max(1, need.amount - need.pledged))),
            in_kind=dice.random() < 0.3,
        )
        pledge_id = await self._act(dice, pledge, by, command)
        if pledge_id:
            self.pledges.append(pledge_id)
        return pledge_id  # type: ignore[no-any-return]

    async def _need(self, dice: random.Random) -> Need:
        task = dice.choice(self.cast.needing)
        return await Need.get(case_id=task.case_id, task_id=task.id if dice.random() < 0.5 else None)

    async def _withdraw(self, dice: random.Random, own: UUID | None) -> None:
        pledge_id = own if own and dice.random() < 0.7 else dice.choice(self.pledges) if self.pledges else None
        if pledge_id is None:
            return
        made = await Pledge.get(id=pledge_id)
        partner = [partner.id for partner in self.cast.partners].index(made.organization_id)
        by = self.cast.reviewers[partner] if dice.random() < 0.8 else dice.choice(self.cast.everybody)
        await self._act(dice, withdraw_pledge, by, WithdrawPledge(pledge_id=pledge_id))

    async def _estimate(self, dice: random.Random, own: UUID | None) -> None:  # noqa: ARG002
        need = await self._need(dice)
        amount = max(1, need.pledged + dice.choice((-20_000, 0, 50_000, 200_000)))
        command = EstimateNeed(case_id=need.case_id, task_id=need.task_id, amount=amount)
        await self._act(dice, estimate_need, dice.choice(self.cast.coordinators), command)

    async def _correct(self, dice: random.Random, own: UUID | None) -> None:  # noqa: ARG002
        lines = await WorkEntry.filter(reverses_id=None, reversals__id__isnull=True).order_by("id").limit(4)
        command = CorrectWork(work_entry_id=dice.choice(lines).id, minutes=dice.randint(0, 600), reason="Salah catat")
        await self._act(dice, correct_work, dice.choice(self.cast.coordinators), command)

    async def _close_month(self, dice: random.Random) -> None:
        last = await ClosedMonth.filter(regency_code=REGENCY).order_by("-month").first()
        month = await month_to_close(REGENCY, last)
        if month is None:
            return
        await self._act(
            dice, close_month, dice.choice(self.cast.coordinators), CloseMonth(region_code=REGENCY, month=month)
        )


Step = Callable[[Player, random.Random, UUID | None], Awaitable[None]]
COST_STEPS: dict[Step, int] = {
    Player._review: 75,
    Player._edit: 12,
    Player._review_many: 5,
    Player._rush: 6,
    Player._estimate: 4,
    Player._correct: 2,
}
PLEDGE_STEPS: dict[Step, int] = {Player._withdraw: 40, Player._estimate: 30, Player._review_any: 30}
