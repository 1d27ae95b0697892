"""An office at work with texts that can be recognised: whatever people entrust to it, on every way there is."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from tortoise.connection import get_connection
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from kurir_api.models import Member, Organization, Role
from tests.api import PROTOCOL, Answer, Api
from tests.factories import REGENCY, VILLAGE, make_member, make_organization
from tests.ids import id_of
from tests.processes import Program

NATIONAL_ID = "3302235505610917"
PATIENTS_PHONE, REPORTERS_PHONE, MEMBERS_PHONE = "0813-2765-4321", "0813-2765-8765", "0813-2765-9999"
STEM = "penanda"
"""In every other text to be sealed, such as "penanda-diagnosis"."""

NAME = "Wagirah Tandareja"
"""The patient's: the database keeps it readable, and logs must not hold it."""

PARTNER = "Lumbung Zakat Tandaserayu"
"""A partner's name, which is nobody's secret."""

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat()
LICENCE = ("AMBULANCE_LICENCE",)
BOARD = """
subscription { boardEvents { task { title instructions address case { patient { name diagnosis phone } } } } }
"""


def secret(what: str) -> str:
    """A text to be sealed."""
    return f"{STEM}-{what}"


@dataclass(frozen=True)
class Office:
    """The people at work, and the api and the worker they work with."""

    api: Api
    worker: Program
    partner: Organization
    desk: Member
    coordinator: Member
    driver: Member

    @classmethod
    async def staffed(cls, api: Api, worker: Program) -> "Office":
        """An office with a desk officer, a coordinator and a driver."""
        partner = await make_organization(PARTNER)
        return cls(
            api=api,
            worker=worker,
            partner=partner,
            desk=await make_member(role=Role.DESK_OFFICER, organization=partner),
            coordinator=await make_member(role=Role.COORDINATOR, organization=partner),
            driver=await make_member(organization=partner, capabilities=LICENCE, phone="+6281327650001"),
        )

    async def work(self) -> None:
        """Everything that succeeds, from a report to what was spent."""
        case = await self._take_up()
        async with self.api.subscribed(self.coordinator, BOARD) as board:
            task = await self._publish(case, 1)
            await board.event()
            await self._carry_out(task)
        await self._give_up(case)
        await self._close(case)
        await self._done(
            self.coordinator,
            "inviteMember",
            "member { id }",
            name="Relawan Baru",
            phone=MEMBERS_PHONE,
            organizationId=id_of(self.partner),
            role="VOLUNTEER",
            region=REGENCY,
        )

    async def be_refused(self) -> None:
        """Everything that the api can't accept, over HTTP and over a WebSocket."""
        patient = self._patient() | {
            "nationalId": secret("nik"),
            "phone": secret("phone"),
            "region": secret("region"),
        }
        refused = await self.api.do(self.coordinator, "openCase", phase="BEFORE_HOSPITAL", patient=patient)
        assert refused["__typename"] == "InvalidInput"
        mutation = "mutation ($input: SubmitReportInput!) { submitReport(input: $input) { __typename } }"
        literal = f'mutation {{ submitReport(input: {{channel: SMS, text: "{secret("literal")}", no: 1}}) {{ a }} }}'
        assert await self.api.errors(self.desk, mutation, input={"channel": "SMS", "text": [secret("list")]})
        assert await self.api.errors(self.desk, mutation, input={"channel": secret("channel"), "text": "x"})
        assert await self.api.errors(self.desk, literal)
        async with httpx.AsyncClient(base_url=self.api.url) as http:
            headers = {"Authorization": f"Bearer {self.api.token(self.desk)}"}
            found = f'{{ cases(search: "{secret("search")}") {{ edges {{ node {{ id }} }} }} }}'
            assert (await http.get("/graphql", params={"query": found}, headers=headers)).status_code == 200
            broken = f'{{"query": "{secret("broken")}'
            answer = await http.post("/graphql", content=broken, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400
            stranger = {"Authorization": f"Bearer {secret('token')}"}
            answer = await http.post("/graphql", json={"query": "{ me { name } }"}, headers=stranger)
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await self._say_nonsense()

    async def fail(self) -> None:
        """Faults of ours: rows that the database refuses, in the api and in the worker."""
        connection = get_connection("default")
        await connection.execute_script("ALTER TABLE patient ADD CONSTRAINT never CHECK (false) NOT VALID")
        errors = await self.api.errors(
            self.coordinator,
            "mutation ($input: OpenCaseInput!) { openCase(input: $input) { __typename } }",
            input={"phase": "BEFORE_HOSPITAL", "patient": self._patient()},
        )
        assert [error["extensions"]["code"] for error in errors] == ["INTERNAL"]
        await connection.execute_script("ALTER TABLE patient DROP CONSTRAINT never")
        await connection.execute_script("ALTER TABLE alert ADD CONSTRAINT never CHECK (false) NOT VALID")
        case = await self._done(
            self.coordinator,
            "openCase",
            "case { id }",
            phase="BEFORE_HOSPITAL",
            patient=self._patient() | {"consent": True},
        )
        await self._publish(case["case"]["id"], 5)
        await self.worker.says("wave failed")

    async def _take_up(self) -> str:
        """A case for what somebody reported; its id."""
        report = {
            "channel": "WALK_IN",
            "text": secret("report"),
            "reporterName": secret("reporter"),
            "reporterPhone": REPORTERS_PHONE,
            "region": VILLAGE,
        }
        rejected = {"as": "REJECTED"}
        first, second = [
            (await self._done(self.desk, "submitReport", "report { id }", **report, idempotencyKey=key))["report"][
                "id"
            ]
            for key in ("first", "second")
        ]
        await self._done(
            self.coordinator, "resolveReport", "report { id }", reportId=second, reason=secret("reason"), **rejected
        )
        opened = await self._done(
            self.coordinator,
            "openCase",
            "case { id patient { diagnosis phone address } }",
            phase="BEFORE_HOSPITAL",
            reportId=first,
            patient=self._patient(),
            idempotencyKey="case",
        )
        return str(opened["case"]["id"])

    def _patient(self) -> dict[str, Any]:
        return {
            "name": NAME,
            "nationalId": NATIONAL_ID,
            "region": VILLAGE,
            "address": secret("address"),
            "phone": PATIENTS_PHONE,
            "diagnosis": secret("diagnosis"),
            "consent": False,
            "consentNote": secret("consent"),
        }

    async def _publish(self, case: str, days: int) -> str:
        """A task of the case so many days from now; its id."""
        starts_at = datetime.now(UTC) + timedelta(days=days)
        made = await self._done(
            self.coordinator,
            "createTask",
            "task { id }",
            caseId=case,
            kind="AMBULANCE_RUN",
            title=secret("title"),
            instructions=secret("instructions"),
            startsAt=starts_at.isoformat(),
            publish=True,
            idempotencyKey=f"in {days} days",
        )
        return str(made["task"]["id"])

    async def _carry_out(self, task: str) -> None:
        claim = (await self._done(self.driver, "claimTask", "claim { id }", taskId=task))["claim"]["id"]
        for action in ("startClaim", "completeClaim"):
            await self._done(self.driver, action, "claim { id }", claimId=claim, note=secret(action))
        spent = {"taskId": task, "category": "FUEL", "amount": 85_000, "spentOn": TODAY, "note": secret("note")}
        cost = (await self._done(self.driver, "logCost", "cost { id }", **spent, idempotencyKey="cost"))["cost"]["id"]
        await self._done(self.driver, "editCost", "cost { note }", costId=cost, note=secret("another-note"))
        await self._done(self.coordinator, "verifyTask", "task { id }", taskId=task, reason=secret("verified"))

    async def _give_up(self, case: str) -> None:
        """A task that is released, assigned, taken back and cancelled."""
        task = await self._publish(case, 3)
        claim = (await self._done(self.driver, "claimTask", "claim { id }", taskId=task))["claim"]["id"]
        await self._done(self.driver, "releaseClaim", "claim { id }", claimId=claim, note=secret("released"))
        offer = await self._done(
            self.coordinator,
            "assignTask",
            "claim { id }",
            taskId=task,
            memberId=id_of(self.driver),
            reason=secret("assigned"),
        )
        claim = offer["claim"]["id"]
        await self._done(self.coordinator, "revokeClaim", "claim { id }", claimId=claim, note=secret("revoked"))
        await self._done(self.coordinator, "cancelTask", "task { id }", taskId=task, reason=secret("cancelled"))

    async def _close(self, case: str) -> None:
        moved = {"caseId": case, "reason": secret("moved")}
        await self._done(self.coordinator, "moveCase", "case { id }", **moved, phase="IN_HOSPITAL")
        await self._done(self.coordinator, "moveCase", "case { id }", **moved, phase="BEFORE_HOSPITAL")
        told = await self._done(
            self.coordinator,
            "moveCase",
            "case { timeline { edges { node { summary } } } }",
            **moved,
            status="CLOSED",
            outcome="RECOVERED",
        )
        assert STEM in json.dumps(told)  # the office reads them all the same

    async def _done(self, member: Member, mutation: str, select: str, **values: Any) -> Answer:
        answer = await self.api.do(member, mutation, select, **values)
        assert answer["__typename"].endswith("Success"), answer
        return answer

    async def _say_nonsense(self) -> None:
        """Frames that are not of the protocol."""
        url = self.api.url.replace("http", "ws", 1) + "/graphql"
        for frame in (secret("frame"), json.dumps({"type": secret("type")})):
            async with connect(url, subprotocols=[PROTOCOL]) as socket:
                await socket.send(frame)
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4400
