"""Organization.contributions and Member.stats through the API."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import CostCategory, LedgerEntry, LineDecision, Member, Organization, Role, WorkEntry
from kurir_api.services.contributions.correct_work import CorrectWork, correct_work
from kurir_api.services.ledger import reverse_cost
from tests.api import Answer, Api
from tests.counting import Statements
from tests.factories import (
    NOW,
    VILLAGE,
    make_line_review,
    make_member,
    make_organization,
    make_patient,
    make_work_entry,
)
from tests.ids import id_of
from tests.services.contributions.scene import spent, worked

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
TOTALS = "tasksCompleted beneficiaries minutes distanceM cost inKind"
LINE = "id kind { code } taskNumber member { name } minutes distanceM category amount inKind correction decision note"


async def contributions(
    api: Api, caller: Member, partner: Organization, select: str, period: dict[str, str] = NOVEMBER
) -> Any:
    """What the caller reads of the partner's statement."""
    document = f"""query ($id: ID!, $period: PeriodInput!) {{ node(id: $id) {{ ... on Organization {{
        contributions(period: $period) {{ {select} }} }} }} }}"""
    found = await api.data(caller, document, id=id_of(partner), period=period)
    return found["node"]["contributions"]


async def lazis() -> tuple[Organization, Member]:
    """A partner, for which Sri drove 90 minutes, bought fuel and gave rice; and its reviewer."""
    partner, sri = await make_organization("Lazis Serayu"), await make_member("Sri")
    await worked(partner, sri, await make_patient(), minutes=90, distance_m=12_000, number=4821)
    await spent(partner, sri, 85_000, number=4822)
    await spent(partner, sri, 200_000, CostCategory.STAPLES, in_kind=True, number=4823)
    return partner, await make_member("Rini", Role.PARTNER_REVIEWER, organization=partner)


SUMS = {
    "tasksCompleted": 1,
    "beneficiaries": 1,
    "minutes": 90,
    "distanceM": 12_000,
    "cost": 85_000,
    "inKind": 200_000,
}


async def test_a_reviewer_reads_what_the_partners_members_did_and_spent(api: Api) -> None:
    partner, rini = await lazis()

    found = await contributions(
        api,
        rini,
        partner,
        f"""organization {{ name }} totals {{ {TOTALS} }} byMember {{ member {{ name }} totals {{ {TOTALS} }} }}
        byKind {{ kind {{ code }} totals {{ {TOTALS} }} }} byCategory {{ category cost inKind }}
        costs {{ edges {{ node {{ amount inKind }} }} }}""",
    )

    assert found == {
        "organization": {"name": "Lazis Serayu"},
        "totals": SUMS,
        "byMember": [{"member": {"name": "Sri"}, "totals": SUMS}],
        "byKind": [{"kind": {"code": "AMBULANCE_RUN"}, "totals": SUMS}],
        "byCategory": [
            {"category": "FUEL", "cost": 85_000, "inKind": 0},
            {"category": "STAPLES", "cost": 0, "inKind": 200_000},
        ],
        "costs": {
            "edges": [{"node": {"amount": 200_000, "inKind": True}}, {"node": {"amount": 85_000, "inKind": False}}]
        },
    }


async def test_it_tells_what_became_of_the_costs_and_what_the_partner_bore(api: Api) -> None:
    partner, rini = await lazis()

    found = await contributions(
        api,
        rini,
        partner,
        """value money { outstandingBefore approved reimbursedByItself reimbursedByOthers outstanding paidForOthers
        borneByOthers borneForOthers }""",
    )

    assert found == {
        "value": 285_000,
        "money": {
            "outstandingBefore": 0,
            "approved": 85_000,
            "reimbursedByItself": 0,
            "reimbursedByOthers": 0,
            "outstanding": 85_000,
            "paidForOthers": 0,
            "borneByOthers": 0,
            "borneForOthers": 0,
        },
    }


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
async def test_the_office_of_the_regency_may_read_it_too(api: Api, role: Role) -> None:
    partner, _ = await lazis()

    found = await contributions(api, await make_member(role=role), partner, f"totals {{ {TOTALS} }}")

    assert found == {"totals": SUMS}


@pytest.mark.parametrize(
    ("role", "region"),
    [
        (Role.VOLUNTEER, "33.02"),
        (Role.PARTNER_REVIEWER, "33.02"),
        (Role.DESK_OFFICER, "33.02"),
        (Role.COORDINATOR, VILLAGE),
    ],
)
async def test_for_others_it_is_forbidden(api: Api, role: Role, region: str) -> None:
    partner, _ = await lazis()
    caller = await make_member(role=role, region=region)

    (error,) = await api.errors(
        caller,
        """query ($id: ID!, $period: PeriodInput!) { node(id: $id) { ... on Organization {
            contributions(period: $period) { totals { minutes } } } } }""",
        id=id_of(partner),
        period=NOVEMBER,
    )

    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_period_goes_forward(api: Api) -> None:
    _, rini = await lazis()

    (error,) = await api.errors(rini, '{ me { stats(period: {from: "2026-11-02", to: "2026-11-01"}) { minutes } } }')

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_links_name_partner_period_and_viewer_and_nothing_else(api: Api) -> None:
    partner, rini = await lazis()

    found = await contributions(api, rini, partner, "xlsxUrl pdfUrl")

    for kind in ("xlsx", "pdf"):
        url = urlsplit(found[f"{kind}Url"])
        assert url.path == f"/statements/{partner.id}/2026-11-01_2026-11-30.{kind}"
        assert set(parse_qs(url.query)) == {"by", "expires", "signature"}
        assert parse_qs(url.query)["by"] == [str(rini.id)]


class TestLines:
    async def lines(self, api: Api, caller: Member, partner: Organization, arguments: str = "") -> list[Answer]:
        """The lines that the caller reads."""
        select = f"lines{arguments} {{ edges {{ node {{ {LINE} }} }} }}"
        found = await contributions(api, caller, partner, select)
        return [edge["node"] for edge in found["lines"]["edges"]]

    async def test_work_and_money_line_by_line_the_newest_first(self, api: Api) -> None:
        partner, rini = await lazis()

        gift, fuel, work = await self.lines(api, rini, partner)

        shared = {
            "kind": {"code": "AMBULANCE_RUN"},
            "member": {"name": "Sri"},
            "correction": False,
            "decision": None,
            "note": None,
        }
        nothing = {"minutes": None, "distanceM": None, "category": None, "amount": None, "inKind": False}
        assert {**work, "id": None} == shared | nothing | {
            "id": None,
            "taskNumber": 4821,
            "minutes": 90,
            "distanceM": 12_000,
        }
        assert {**fuel, "id": None} == shared | nothing | {
            "id": None,
            "taskNumber": 4822,
            "category": "FUEL",
            "amount": 85_000,
        }
        assert (gift["taskNumber"], gift["category"], gift["amount"], gift["inKind"]) == (
            4823,
            "STAPLES",
            200_000,
            True,
        )

    async def test_they_come_page_by_page(self, api: Api) -> None:
        partner, rini = await lazis()
        page = "{ edges { node { taskNumber } } pageInfo { hasNextPage endCursor } }"

        first = (await contributions(api, rini, partner, f"lines(first: 2) {page}"))["lines"]
        after = first["pageInfo"]["endCursor"]
        rest = (await contributions(api, rini, partner, f'lines(first: 2, after: "{after}") {page}'))["lines"]

        numbers = [[edge["node"]["taskNumber"] for edge in found["edges"]] for found in (first, rest)]
        assert numbers == [[4823, 4822], [4821]]
        assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)

    async def test_those_disputed_can_be_asked_for_alone(self, api: Api) -> None:
        partner, rini = await lazis()
        await make_line_review(await WorkEntry.get(), LineDecision.DISPUTED)

        (disputed,) = await self.lines(api, rini, partner, "(disputed: true)")
        others = await self.lines(api, rini, partner, "(disputed: false)")

        assert (disputed["taskNumber"], disputed["decision"], disputed["note"]) == (
            4821,
            "DISPUTED",
            "Bukan anggota kami.",
        )
        assert [line["taskNumber"] for line in others] == [4823, 4822]

    async def test_one_that_was_taken_back_is_no_longer_disputed(self, api: Api) -> None:
        partner, rini = await lazis()
        old, fuel = await WorkEntry.get(), await LedgerEntry.get(account="EXPENSE")
        for line in (old, fuel):
            await make_line_review(line, LineDecision.DISPUTED)
        await make_work_entry(await old.claim, -90, -12_000, tasks=-1, reverses=old)
        await reverse_cost((await fuel.cost).id, NOW)

        assert await self.lines(api, rini, partner, "(disputed: true)") == []
        assert len(await self.lines(api, rini, partner, "(disputed: false)")) == 5

    async def test_they_come_by_day_whenever_they_were_booked(self, api: Api) -> None:
        partner, rini = await lazis()
        await worked(partner, await make_member(), on=date(2026, 11, 2), number=4824)
        await worked(partner, await make_member(), on=date(2026, 11, 30), number=4825)

        pages, after = [], ""
        for _ in range(3):
            select = f"lines(first: 2{after}) {{ edges {{ node {{ taskNumber }} }} pageInfo {{ endCursor }} }}"
            found = (await contributions(api, rini, partner, select))["lines"]
            pages.append([edge["node"]["taskNumber"] for edge in found["edges"]])
            after = f', after: "{found["pageInfo"]["endCursor"]}"'

        assert pages == [[4825, 4823], [4822, 4821], [4824]]

    async def test_why_a_line_was_corrected_is_for_the_coordinators_and_the_member(self, api: Api) -> None:
        partner, rini = await lazis()
        kus = await make_member("Kus", Role.COORDINATOR)
        reviewer = await make_member("Adi", Role.PARTNER_REVIEWER, organization=partner)
        own = await worked(partner, reviewer, number=4824)
        for line in (await WorkEntry.get(task__number=4821), own):
            command = CorrectWork(work_entry_id=line.id, minutes=60, reason="Bu Sutinah dirawat di ICU")
            await correct_work(await principal_of_member(kus.id), command)

        said = {}
        for caller in (kus, rini, reviewer):
            select = "lines { edges { node { taskNumber correctionReason } } }"
            edges = (await contributions(api, caller, partner, select))["lines"]["edges"]
            said[caller.name] = {edge["node"]["taskNumber"] for edge in edges if edge["node"]["correctionReason"]}

        assert said == {"Kus": {4821, 4824}, "Rini": set(), "Adi": {4824}}

    async def test_what_is_said_of_them_is_for_reviewers_and_coordinators(self, api: Api) -> None:
        partner, _ = await lazis()
        await make_line_review(await WorkEntry.get(), LineDecision.DISPUTED)

        said = {}
        for role in (Role.COORDINATOR, Role.ADMIN):
            lines = await self.lines(api, await make_member(role=role), partner, "(disputed: true)")
            said[role] = [line["note"] for line in lines]

        assert said == {Role.COORDINATOR: ["Bukan anggota kami."], Role.ADMIN: [None]}


async def test_the_statements_of_many_partners_take_no_more_statements_than_of_one(api: Api) -> None:
    kus = await make_member(role=Role.COORDINATOR)
    document = f"""query ($in: PeriodInput!) {{ organizations {{ edges {{ node {{ contributions(period: $in) {{
        totals {{ {TOTALS} }} byMember {{ member {{ name }} }}
        costs(first: 2) {{ edges {{ node {{ amount }} }} }} lines(first: 2) {{ edges {{ node {{ note }} }} }}
    }} }} }} }} }}"""

    async def taken() -> int:
        with Statements() as sent:
            await api.data(kus, document, **{"in": NOVEMBER})
        return len(sent)

    await lazis_of("A")
    one = await taken()
    for name in "BCD":
        await lazis_of(name)

    assert await taken() == one


async def lazis_of(name: str) -> None:
    """A partner with work and money."""
    partner, member = await make_organization(name), await make_member()
    await worked(partner, member)
    await spent(partner, member, 1_000)


async def test_one_reads_ones_own_sums(api: Api) -> None:
    partner, sri = await make_organization(), await make_member("Sri")
    await worked(partner, sri, minutes=90, distance_m=12_000)

    document = f"query ($period: PeriodInput!) {{ me {{ stats(period: $period) {{ {TOTALS} }} }} }}"
    found = await api.data(sri, document, period=NOVEMBER)

    assert found["me"]["stats"] == SUMS | {"cost": 0, "inKind": 0}
