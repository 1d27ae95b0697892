"""The desk's part of the walk, and its end: in hospital, the family's word, aid, help that comes again."""

import re
from datetime import UTC, datetime, time, timedelta
from html import unescape
from random import SystemRandom

from kurir_api.demo import documents, documents_desk
from kurir_api.demo.client import Answer, Client, WalkFailed
from kurir_api.demo.kebumen import BABADSARI, BABADSARI_CENTRE
from kurir_api.demo.load import Demo, Tokens
from kurir_api.demo.patients import invented_patient
from kurir_api.demo.people import KARANGNANGKA, WIB
from kurir_api.demo.registry import registered
from kurir_api.demo.telling import Story
from kurir_api.demo.walk_desk import Desk, call_for_help, moment, refer

ADMITTED = timedelta(hours=2)
PURPOSE = "Menyiapkan rujukan bantuan untuk keluarga pasien"
DIALYSIS = "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5"


async def play_desk(client: Client, demo: Demo, tokens: Tokens, story: Story) -> None:
    """From a call for help in Kebumen to what the patient is given. Each time about another patient."""
    patient = invented_patient(SystemRandom(), village=BABADSARI, point=BABADSARI_CENTRE)
    desk = Desk.of(client, story, patient, demo, tokens)
    case = await admit(desk, await refer(desk, await call_for_help(desk)))
    await ask_family(desk, case)
    await look_aid_up(desk)
    await repeat(desk, case)


async def admit(desk: Desk, patient_id: str) -> Answer:
    """The case of the patient, now in hospital, with its insurance task."""
    client, story = desk.client, desk.story
    story.step("The patient is admitted: within 3 x 24 hours the insurance must be active")
    hospitals = (await client.query(desk.coordinator, documents.FIND_FACILITY))["facilities"]
    answer = await client.mutate(
        desk.coordinator,
        documents_desk.ADMIT,
        patientId=patient_id,
        phase="IN_HOSPITAL",
        admittedAt=(datetime.now(UTC) - ADMITTED).isoformat(),
        facilityId=next(one["id"] for one in hospitals if "Soedirman" in one["name"]),
        needs=["HEALTH_INSURANCE"],
    )
    case: Answer = answer["case"]
    insurance = case["insurance"]
    hours, minutes = divmod(insurance["minutesLeft"], 60)
    left = f"{hours} h {minutes} min left"
    story.line(f"Case {case['number']}, {case['facility']['name']}, which counts {insurance['rule']}")
    story.line(f"Insurance {insurance['status']}: until {moment(insurance['dueAt'])}, {left}")
    need = case["tasks"]["edges"][0]["node"]
    story.line(f"Need no. {need['number']} {need['urgency']} until then: {need['kind']['name']}")
    return case


async def ask_family(desk: Desk, case: Answer) -> None:
    """A volunteer sees to the insurance, and the family says so by their link."""
    client, story = desk.client, desk.story
    story.step("A volunteer sees to it; the family has a link of their own, and the last word")
    task = case["tasks"]["edges"][0]["node"]
    await client.mutate(desk.coordinator, documents_desk.PUBLISH_TASK, taskId=task["id"])
    claim = (await client.mutate(desk.volunteer, documents.CLAIM_TASK, taskId=task["id"]))["claim"]
    link = await client.mutate(desk.coordinator, documents_desk.FAMILY_LINK, caseId=case["id"])
    story.line(f"The link is told once, and valid until {moment(link['expiresAt'])}")
    story.line(f"{claim['member']['name']} claims it. The page says: {_stage(await client.page(link['url']))}")
    for mutation in ("startClaim", "completeClaim"):
        await client.mutate(desk.volunteer, documents.claim_action(mutation), claimId=claim["id"])
    page = await client.page(link["url"])
    story.line(f'The work is done: "{_stage(page)}", and two buttons: {" / ".join(_buttons(page))}')
    said = await client.page("/keluarga", {**_hidden(page), "word": "CAME"})
    answer = re.search(r'role="status">([^<]+)<', said)
    story.line(f'They press the first: "{unescape(answer[1]) if answer else "?"}"')
    both = {"case": case["id"], "task": task["id"]}
    after = await client.query(desk.coordinator, documents_desk.AFTERWARDS, **both)
    done = after["task"]
    story.line(
        f"Task no. {done['number']} {done['status']} by their word, insurance {after['case']['insurance']['status']}"
    )


def _stage(page: str) -> str:
    stage = re.search(r'class="stage">([^<]+)<', page)
    if stage is None:
        raise WalkFailed("The family's page shows no help")
    return unescape(stage[1])


def _buttons(page: str) -> list[str]:
    return [unescape(words) for words in re.findall(r"<button[^>]*>([^<]+)<", page)]


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


async def look_aid_up(desk: Desk) -> None:
    """Somebody of the village, nobody, and somebody of the other regency: the last two look alike."""
    client, story = desk.client, desk.story
    story.step("Who gets aid already? Babadsari's desk asks the registry, which knows no names")
    asked = (
        ("of the village", registered(BABADSARI)[0].national_id),
        ("unknown", invented_patient(SystemRandom(), village=BABADSARI).national_id),
        ("of Banyumas", registered(KARANGNANGKA)[0].national_id),
    )
    rows = []
    for who, national_id in asked:
        given = {"nationalId": national_id, "purpose": PURPOSE}
        known = await client.mutate(desk.village, documents_desk.AID_LOOKUP, **given)
        rows.append((f"{who}:", _known(known)))
    story.table(rows)
    kept = (await client.query(desk.admin, documents_desk.AID_LOOKUPS, first=len(asked)))["aidLookups"]["edges"]
    looked = [row["node"] for row in kept]
    story.line("Every look-up is recorded; the administrator reads who, when and what for, and not whom:")
    story.line(f'{looked[0]["member"]["name"]}, "{looked[0]["purpose"]}"')
    story.line(", ".join(f"{moment(one['at'])} {one['outcome']}" for one in looked))


def _known(known: Answer) -> str:
    if not known["found"]:
        return "not found"
    aid = ", ".join(one["programme"]["code"] for one in known["aid"]) or "no aid"
    return f"{known['maskedName']}, decile {known['welfareDecile']}: {aid}"


async def repeat(desk: Desk, case: Answer) -> None:
    """Driven to dialysis, by a rule."""
    story = desk.story
    story.step("Dialysis on Mondays and Thursdays is written down once")
    tomorrow = datetime.now(WIB).date() + timedelta(days=1)
    answer = await desk.client.mutate(
        desk.coordinator,
        documents_desk.REPEAT_TASK,
        caseId=case["id"],
        kind="AMBULANCE_RUN",
        rule=DIALYSIS,
        startsAt=datetime.combine(tomorrow, time(6), WIB).isoformat(),
        minutes=300,
        title="Antar cuci darah",
    )
    story.line(f"{answer['recurrence']['rule']}; a worker makes each run a week ahead:")
    story.line(", ".join(moment(at) for at in answer["next"]))
