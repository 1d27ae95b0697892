"""The main job, played through the public API over HTTP: from a message to a verified, costed run, and the desk's."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import SystemRandom

from kurir_api.demo import documents
from kurir_api.demo.client import Answer, Client, WalkFailed
from kurir_api.demo.load import Demo, Tokens
from kurir_api.demo.patients import InventedPatient, invented_patient
from kurir_api.demo.people import KARANGNANGKA, WIB
from kurir_api.demo.telling import Say, Story, kilometres
from kurir_api.demo.walk_care import play_desk
from kurir_api.demo.walk_money import pay, receipt_photo, share, show_statement
from kurir_api.figures import rupiah
from kurir_api.schema.ids import row_id

MESSAGE = "Ibu saya harus cuci darah besok di Margono, tidak ada kendaraan. Karangnangka RT 2, Kedungbanteng"
PICK_UP, BACK_HOME = time(6, 0), time(10, 0)
FUEL = 85_000
SHOWN_CANDIDATES = 15
WORKER_WITHIN, LOOK_EVERY = timedelta(seconds=30), timedelta(seconds=0.25)


async def play(base_url: str, demo: Demo, tokens: Tokens, say: Say = print) -> None:
    """Play the main job against the API at `base_url`, and say every step.

    `tokens` gives a member's bearer token. Each walk invents another patient, and ends with nobody busy, so it can be
    played again on the same data. Raises WalkFailed, saying what came back instead.
    """
    story = Story(say)
    async with Client(base_url) as client:
        desk, coordinator = tokens(demo.desk_officer.id), tokens(demo.coordinator.id)
        patient = invented_patient(SystemRandom())
        report = await _report(client, desk, patient, story)
        case = await _open_case(client, coordinator, report, patient, story)
        task = await _publish(client, coordinator, case, story)
        await _show_candidates(client, coordinator, task, story)
        alerted = await _await_alerts(client, coordinator, task, story)
        runners = [(one["member"]["name"], tokens(row_id("Member", one["member"]["id"]))) for one in alerted[:2]]
        await _show_inboxes(client, runners, task, story)
        winner, claim = await _race(client, runners, task, story)
        await _show_filled(client, coordinator, task, story)
        cost = await _carry_out(client, winner, claim, task, story)
        await _verify(client, coordinator, case, task, story)
        await share(client, coordinator, tokens(demo.reviewer.id), task=task, cost=cost, story=story)
        await pay(client, coordinator, winner, cost, story)
        await show_statement(client, coordinator, cost["organization"], story)
        await play_desk(client, demo, tokens, story)


async def _report(client: Client, desk: str, patient: InventedPatient, story: Story) -> Answer:
    story.step("The desk takes down a message from WhatsApp", quote=MESSAGE)
    latitude, longitude = patient.point
    answer = await client.mutate(
        desk,
        documents.SUBMIT_REPORT,
        channel="WHATSAPP",
        text=MESSAGE,
        reporterName="Anak pasien (contoh)",
        reporterPhone=patient.phone,
        region=KARANGNANGKA,
        location={"latitude": latitude, "longitude": longitude},
    )
    report: Answer = answer["report"]
    region = report["region"]
    story.line(f"Report {report['status']}, {region['name']} ({region['parent']['name']})")
    return report


async def _open_case(
    client: Client, coordinator: str, report: Answer, patient: InventedPatient, story: Story
) -> Answer:
    story.step("The coordinator opens a case and ticks the needs")
    hospitals = (await client.query(coordinator, documents.FIND_FACILITY))["facilities"]
    latitude, longitude = patient.point
    answer = await client.mutate(
        coordinator,
        documents.OPEN_CASE,
        reportId=report["id"],
        patient={
            "name": patient.name,
            "nationalId": patient.national_id,
            "birthDate": patient.birth_date.isoformat(),
            "region": patient.village,
            "address": patient.address,
            "location": {"latitude": latitude, "longitude": longitude},
            "phone": patient.phone,
            "diagnosis": patient.diagnosis,
            "consent": True,
        },
        phase="BEFORE_HOSPITAL",
        facilityId=next(one["id"] for one in hospitals if "Margono" in one["name"]),
        needs=["HEALTH_INSURANCE", "WAITING_COST"],
    )
    case: Answer = answer["case"]
    known = case["patient"]
    story.line(f"Case {case['number']} {case['status']}: {known['name']}, {known['region']['name']}")
    story.line(f"National id {known['maskedNationalId']}, hospital {case['facility']['name']}")
    for warning in answer["warnings"]:
        story.line(f"Warning: {warning}")
    for edge in case["tasks"]["edges"]:
        need = edge["node"]
        story.line(f"Need no. {need['number']} {need['status']}: {need['kind']['name']}")
    return case


async def _publish(client: Client, coordinator: str, case: Answer, story: Story) -> Answer:
    story.step("The ambulance run for tomorrow is published")
    tomorrow = datetime.now(WIB).date() + timedelta(days=1)
    answer = await client.mutate(
        coordinator,
        documents.CREATE_TASK,
        caseId=case["id"],
        kind="AMBULANCE_RUN",
        title="Antar cuci darah ke RSUD Margono",
        instructions="Jemput di rumah, tunggu sampai selesai, antar pulang.",
        startsAt=_at(tomorrow, PICK_UP),
        endsAt=_at(tomorrow, BACK_HOME),
        slots=1,
        publish=True,
    )
    task: Answer = answer["task"]
    story.line(f"Task no. {task['number']} {task['status']}, {task['urgency']}: {task['kind']['name']}")
    story.line(f"{tomorrow:%a %d %b}, {PICK_UP:%H.%M}-{BACK_HOME:%H.%M} WIB, {task['area']['name']}")
    return task


def _at(day: date, clock: time) -> str:
    return datetime.combine(day, clock, WIB).isoformat()


async def _show_candidates(client: Client, coordinator: str, task: Answer, story: Story) -> None:
    story.step(f"Who could do it: the {SHOWN_CANDIDATES} volunteers nearest to the patient, and why not")
    found = (await client.query(coordinator, documents.CANDIDATES, task=task["id"], first=SHOWN_CANDIDATES))["task"]
    story.table(
        (f"{one['rank']}.", one["member"]["name"], kilometres(one["distanceM"]), _verdict(one))
        for one in found["candidates"]
    )


def _verdict(candidate: Answer) -> str:
    """The explanation without the distance, which has a column of its own."""
    words = candidate["explanation"].split(", ", 1)[-1]
    return f"yes: {words}" if candidate["eligible"] else f"no: {words}"


async def _await_alerts(client: Client, coordinator: str, task: Answer, story: Story) -> list[Answer]:
    """The alerts of the first wave, nearest first, once the worker has sent them."""
    story.step("The worker alerts the first wave, nearest first")

    def sent(state: Answer) -> bool:
        alerts = state["waves"][0]["alerts"] if state["waves"] else []
        if not alerts and {"reason": "NOBODY_LEFT"} in state["alarms"]:
            raise WalkFailed("Nobody could be alerted: every licensed member near is off duty or busy")
        return bool(alerts) and all(alert["status"] != "QUEUED" for alert in alerts)

    wave = (await _await_worker(client, coordinator, task, sent))["waves"][0]
    story.line(f"Wave {wave['number']} {wave['status']}")
    alerts: list[Answer] = sorted(wave["alerts"], key=lambda alert: alert["rank"])
    story.table(
        (f"{one['rank']}.", one["member"]["name"], kilometres(one["distanceM"]), one["status"]) for one in alerts
    )
    if len(alerts) < 2:
        raise WalkFailed("Only one member was alerted, and a race needs two")
    return alerts


async def _await_worker(client: Client, coordinator: str, task: Answer, done: Callable[[Answer], bool]) -> Answer:
    """The task's status and waves, once a worker has done what `done` looks for."""
    try:
        async with asyncio.timeout(WORKER_WITHIN.total_seconds()):
            while True:
                state: Answer = (await client.query(coordinator, documents.WAVES, task=task["id"]))["task"]
                if done(state):
                    return state
                await asyncio.sleep(LOOK_EVERY.total_seconds())
    except TimeoutError as error:
        raise WalkFailed(
            f"Nothing happened within {WORKER_WITHIN.seconds} seconds: is a worker running? (kurir worker)"
        ) from error


async def _show_inboxes(client: Client, runners: list[tuple[str, str]], task: Answer, story: Story) -> None:
    story.step("What their phones show: the kind, village, distance and time, nothing about the patient")
    for name, token in runners:
        inbox = (await client.query(token, documents.INBOX))["myNotifications"]["edges"]
        shown = next((edge["node"] for edge in inbox if edge["node"]["task"] == {"id": task["id"]}), None)
        if shown is None:
            raise WalkFailed(f"{name} was alerted, but the inbox holds no word of it")
        story.line(f"{name}:")
        story.line(f'  "{shown["title"]}"')
        story.line(f'  "{shown["body"]}"')


async def _race(
    client: Client, runners: list[tuple[str, str]], task: Answer, story: Story
) -> tuple[tuple[str, str], Answer]:
    """Both claim the one slot at the same time; the winner and the claim."""
    (first, _), (second, _) = runners
    story.step(f"{first} and {second} tap at the same time: one slot, one winner")
    answers = await asyncio.gather(
        *(client.attempt(token, documents.CLAIM_TASK, taskId=task["id"]) for _, token in runners)
    )
    outcomes = dict(zip(runners, answers, strict=True))
    won = [runner for runner, answer in outcomes.items() if answer["__typename"] == "ClaimTaskSuccess"]
    lost = [runner for runner, answer in outcomes.items() if answer["__typename"] == "TaskAlreadyClaimed"]
    if (len(won), len(lost)) != (1, 1):
        raise WalkFailed(f"One should win and one be too late, but came back: {answers}")
    claim: Answer = outcomes[won[0]]["claim"]
    refusal = outcomes[lost[0]]
    story.line(f"{won[0][0]} has it: claim {claim['status']} for {claim['organization']['name']}")
    story.line(f"{lost[0][0]} is told: {refusal['__typename']} ({refusal['code']})")
    story.line(f'  "{refusal["message"]}"')
    return won[0], claim


async def _show_filled(client: Client, coordinator: str, task: Answer, story: Story) -> None:
    def settled(state: Answer) -> bool:
        return state["status"] == "FILLED" and {wave["status"] for wave in state["waves"]} == {"FILLED"}

    state = await _await_worker(client, coordinator, task, settled)
    waves = ", ".join(f"wave {wave['number']} {wave['status']}" for wave in state["waves"])
    story.line(f"Task {state['status']}, {waves}; the other phones withdraw the alert silently")


async def _carry_out(client: Client, winner: tuple[str, str], claim: Answer, task: Answer, story: Story) -> Answer:
    """The cost."""
    name, token = winner
    story.step(f"{name} drives, and logs what it cost")
    seen = (await client.query(token, documents.HELD_TASK, task=task["id"]))["task"]
    story.line(f"Only the holder sees whom and where: {seen['case']['patient']['name']}, {seen['address']}")
    for mutation in ("startClaim", "completeClaim"):
        done = (await client.mutate(token, documents.claim_action(mutation), claimId=claim["id"]))["claim"]
        story.line(f"{mutation}: claim {done['status']}, task {done['task']['status']}")
    now = datetime.now(WIB)
    receipt = await client.upload(token, receipt_photo(FUEL, now))
    answer = await client.mutate(
        token,
        documents.LOG_COST,
        taskId=task["id"],
        category="FUEL",
        amount=FUEL,
        spentOn=now.date().isoformat(),
        note="Bensin pergi pulang",
        receiptIds=[receipt],
    )
    cost: Answer = answer["cost"]
    story.line(f"Cost {cost['category']} {rupiah(cost['amount'])} {cost['status']}, {cost['organization']['name']}")
    kept = cost["receipts"][0]
    photo = await client.download(kept["url"])
    story.line(f"Its receipt, drawn anew without place or camera: {kept['contentType']}, {len(photo) / 1024:.0f} KiB")
    return cost


async def _verify(client: Client, coordinator: str, case: Answer, task: Answer, story: Story) -> None:
    story.step("The coordinator verifies; the case tells the whole story")
    done = (await client.mutate(coordinator, documents.VERIFY_TASK, taskId=task["id"]))["task"]
    story.line(f"Task no. {done['number']} {done['status']}")
    file = (await client.query(coordinator, documents.CASE, case=case["id"]))["case"]
    story.line(f"Case {file['number']} {file['status']}, cost so far {rupiah(file['costTotal'])}")
    events = [edge["node"] for edge in reversed(file["timeline"]["edges"])]
    story.table(
        (
            f"{datetime.fromisoformat(event['at']).astimezone(WIB):%H.%M.%S}",
            event["actor"]["name"] if event["actor"] else "Kurir",
            event["summary"],
        )
        for event in events
    )
