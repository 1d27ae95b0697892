"""A row of each machine, everybody who might move it, and how to put it into any state without moving it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.connection import get_connection

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import Refusal
from kurir_api.models import CarePhase, ClaimStatus, Outcome, Role, TransitionLog, new_id
from kurir_api.transitions import move
from kurir_api.transitions.table import UNLOGGED, Stateful
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    SUBDISTRICT,
    add_membership,
    make_alert,
    make_case,
    make_claim,
    make_cost,
    make_facility,
    make_member,
    make_programme,
    make_referral,
    make_report,
    make_task,
    make_wave,
)
from tests.transitions.states_page import BEGINNINGS

NEIGHBOURING_SUBDISTRICT = "33.02.24"
HOSPITAL = new_id()
CLOSED = {"outcome": Outcome.RECOVERED, "closed_at": NOW}
REOPENED = {"outcome": None, "closed_at": None}
COLUMNS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("Case", "admit"): {"phase": CarePhase.IN_HOSPITAL, "admitted_at": NOW},
    ("Case", "discharge"): {"phase": CarePhase.AFTER_HOSPITAL, "admitted_at": NOW, "discharged_at": NOW},
    ("Case", "change_phase"): {"phase": CarePhase.AFTER_HOSPITAL},
    ("Case", "correct_stay"): {"admitted_at": NOW, "discharged_at": NOW},
    ("Case", "change_facility"): {"facility_id": HOSPITAL},
    ("Case", "change_care_class"): {"care_class": 3},
    ("Case", "close"): CLOSED,
    ("Case", "reopen"): REOPENED,
    ("Cost", "edit"): {"amount": 75_000},
    ("Cost", "annotate"): {"note_sealed": b"sealed"},
    ("Cost", "approve"): {"approved_at": NOW},
    ("Cost", "record"): {"approved_at": NOW, "in_kind": True},
    ("Cost", "pay"): {"paid_at": NOW},
    ("Report", "place"): {"region_id": SUBDISTRICT, "desk_id": SUBDISTRICT},
    ("Case", "confirm_insurance"): {"insured_at": NOW},
    **{(machine, "hand_up"): {"desk_id": REGENCY} for machine in ("Report", "Case", "Referral")},
    ("Referral", "request_info"): {"asked_at": NOW},
    ("Referral", "send_again"): {"asked_at": None},
    ("Referral", "revoke"): {"asked_at": None},
    **{("Referral", action): {"decided_at": NOW} for action in ("decline", "grant", "grant_partly", "refuse")},
}
"""What changes together with the state, by machine and action."""

WHO: Mapping[str, frozenset[str]] = {
    "Kurir itself": frozenset({"SYSTEM"}),
    "the holder": frozenset({"HOLDER"}),
    "a desk officer of the sub-district": frozenset({"DESK"}),
    "a coordinator of the regency": frozenset({"DESK", "COORDINATOR"}),
    "another volunteer": frozenset(),
    "a desk officer of the next sub-district": frozenset(),
    "a coordinator of the next regency who volunteers here": frozenset(),
    "the reviewer of the holder's organisation": frozenset({"REVIEWER"}),
    "an administrator of the regency": frozenset(),
    "a programme officer of the regency": frozenset(),
    "an officer of the programme": frozenset({"OFFICER"}),
    "an officer of the programme for the next sub-district": frozenset(),
}
"""Everybody who tries a move, and which of the page's *who* they are."""

Callers = Mapping[str, Principal | None]
Entry = tuple[str | None, str, str, Any]
"""A log row's source, action, target and actor."""


@dataclass(frozen=True, slots=True)
class World:
    """One `row` of a machine in a village of Kedungbanteng, and the `callers` by their names in WHO."""

    machine: str
    row: Stateful
    callers: Callers

    @property
    def logged(self) -> bool:
        """Whether the machine's moves are logged."""
        return type(self.row) not in UNLOGGED

    async def put(self, state: str) -> None:
        """Set the state as if the row had always been there: in the database and in memory, with an empty log."""
        columns = {"status": state}
        if self.machine == "Case":
            columns |= CLOSED if state == "CLOSED" else REOPENED
        if self.machine == "Cost":
            columns |= {"in_kind": state == "RECORDED", "approved_at": NOW, "paid_at": NOW}
        if self.machine == "Referral":
            columns |= {"asked_at": NOW if state == "INFO_REQUESTED" else None, "decided_at": NOW}
        await type(self.row).filter(id=self.row.id).update(**columns)
        for column, value in columns.items():
            setattr(self.row, column, value)
        await TransitionLog.all().delete()

    async def attempt(self, action: str, caller: str, reason: str | None = "Alasan") -> Refusal | None:
        """Move the row; the refusal if there was one."""
        columns = COLUMNS.get((self.machine, action), {})
        try:
            await move(self.row, action, self.callers[caller], reason=reason, **columns)
        except Refusal as refusal:
            return refusal
        return None

    async def stored(self) -> list[dict[str, Any]]:
        """The row as the database has it, and its whole log."""
        connection = get_connection("default")
        row = await connection.execute_query_dict(
            f"SELECT * FROM {self.row._meta.db_table} WHERE id = $1", [self.row.id]
        )
        return row + await connection.execute_query_dict("SELECT * FROM transition_log ORDER BY id")

    async def log(self) -> list[Entry]:
        """The log's rows, in order."""
        return await TransitionLog.all().order_by("id").values_list("source", "action", "target", "actor_id")

    def entry(self, source: str, action: str, target: str, caller: str) -> list[Entry]:
        """The log's rows after one move."""
        by = self.callers[caller]
        return [(source, action, target, by and by.member_id)] if self.logged else []


async def make_world(machine: str) -> World:
    """A row of the machine in its first state, and everybody around it."""
    holder = await make_member()
    await make_facility(id=HOSPITAL)
    task = await make_task(await make_case())
    claim = await make_claim(task, holder, ClaimStatus.HELD)
    wave = await make_wave(task)
    programme = await make_programme()
    rows: dict[str, Stateful] = {
        "Report": await make_report(case_id=task.case_id),
        "Case": await task.case,
        "Task": task,
        "Claim": claim,
        "Cost": await make_cost(claim),
        "Referral": await make_referral(programme, case=await task.case),
        "Wave": wave,
        "Alert": await make_alert(wave, holder),
    }
    row = rows[machine]
    if machine in {"Claim", "Cost", "Wave", "Alert"}:
        row.task = task
    visitor = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
    await add_membership(visitor, Role.VOLUNTEER)
    members = {
        "the holder": holder,
        "a desk officer of the sub-district": await make_member(role=Role.DESK_OFFICER, region=SUBDISTRICT),
        "a coordinator of the regency": await make_member(role=Role.COORDINATOR),
        "another volunteer": await make_member(),
        "a desk officer of the next sub-district": await make_member(
            role=Role.DESK_OFFICER, region=NEIGHBOURING_SUBDISTRICT
        ),
        "a coordinator of the next regency who volunteers here": visitor,
        "the reviewer of the holder's organisation": await make_member(
            role=Role.PARTNER_REVIEWER, organization=await claim.organization
        ),
        "an administrator of the regency": await make_member(role=Role.ADMIN),
        "a programme officer of the regency": await make_member(role=Role.PROGRAMME_OFFICER),
        "an officer of the programme": await make_member(
            role=Role.PROGRAMME_OFFICER, organization=await programme.organization
        ),
        "an officer of the programme for the next sub-district": await make_member(
            role=Role.PROGRAMME_OFFICER, region=NEIGHBOURING_SUBDISTRICT, organization=await programme.organization
        ),
    }
    callers = {name: await principal_of_member(member.id) for name, member in members.items()}
    world = World(machine, row, {"Kurir itself": None, **callers})
    await world.put(next(iter(BEGINNINGS[machine].values())))
    return world
