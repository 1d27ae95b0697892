"""The walk goes on in the second regency: a call for help by web page, and a referral until it is granted."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape

import pypdfium2

from kurir_api.demo import documents_desk as documents
from kurir_api.demo.client import Answer, Client, WalkFailed
from kurir_api.demo.kebumen import BABADSARI
from kurir_api.demo.load import Demo, Tokens
from kurir_api.demo.patients import InventedPatient
from kurir_api.demo.people import WIB
from kurir_api.demo.telling import Story

CALL = "Ibu saya gagal ginjal dan harus segera dirawat. Belum punya KIS, kami tidak mampu."
NEIGHBOUR = "Tetangga saya gagal ginjal dan harus segera dirawat, belum punya KIS, tidak mampu."
PLACE = "Desa Babadsari, Kutowinangun"
ASKED = "Mohon lampirkan surat keterangan tidak mampu."
ANSWERED = "SKTM dari desa sudah ada."


@dataclass(frozen=True)
class Desk:
    """Who is at work in Kebumen: bearer tokens, by post."""

    client: Client
    story: Story
    patient: InventedPatient
    village: str = field(repr=False)
    coordinator: str = field(repr=False)
    officer: str = field(repr=False)
    volunteer: str = field(repr=False)
    admin: str = field(repr=False)

    @classmethod
    def of(cls, client: Client, story: Story, patient: InventedPatient, demo: Demo, tokens: Tokens) -> "Desk":
        """The demo's people of Kebumen."""
        return cls(
            client,
            story,
            patient,
            village=tokens(demo.village_desk.id),
            coordinator=tokens(demo.kebumen_coordinator.id),
            officer=tokens(demo.officer.id),
            volunteer=tokens(demo.kebumen_volunteer.id),
            admin=tokens(demo.kebumen_admin.id),
        )


def moment(text: str) -> str:
    """Such as "Mon 30 Nov 15.30", by Kebumen's clocks."""
    return f"{datetime.fromisoformat(text).astimezone(WIB):%a %d %b %H.%M}"


def _last_day(due: str) -> str:
    """The day at whose end it is due, such as "Mon 30 Nov"."""
    return f"{datetime.fromisoformat(due).astimezone(WIB) - timedelta(seconds=1):%a %d %b}"


async def call_for_help(desk: Desk) -> Answer:
    """The report, handed up by the village's desk."""
    client, story = desk.client, desk.story
    story.step("In Kebumen a family writes on the public page /lapor, without an account", quote=CALL)
    number = await _write(client, CALL, phone=desk.patient.phone)
    story.line(f"The page tells them their number at once: {number}")
    report = await _report(desk, number)
    region = report["region"]
    waiting = moment(report["waitingSince"])
    story.line(
        f"{region['name']}'s desk has it: {report['status']}, recognised {region['name']}, waiting since {waiting}"
    )
    again = await _report(desk, await _write(client, NEIGHBOUR))
    likely = [one["number"] for one in again["possibleDuplicates"]]
    if number not in likely:
        raise WalkFailed(f"Report {again['number']} should look like {number}, but like {likely}")
    seen = {"reportId": again["id"], "as": "DUPLICATE", "duplicateOf": report["id"]}
    same = (await client.mutate(desk.village, documents.RESOLVE_REPORT, **seen))["report"]
    story.line(f"A neighbour writes, too: no. {same['number']}, likely the same as {number}; now {same['status']}")
    reason = "Perlu rujukan; desa tidak bisa memutuskan."
    up = (await client.mutate(desk.village, documents.HAND_UP, reportId=report["id"], reason=reason))["report"]
    story.line(f"The village hands no. {up['number']} up: it is with {up['desk']['name']}'s desk")
    return report


async def _write(client: Client, text: str, *, phone: str = "") -> int:
    """The number that the page gives for a message."""
    form = await client.page("/lapor")
    form_id = re.search(r'name="form" value="(\w+)"', form)
    typed = {"form": form_id[1] if form_id else "", "text": text, "place": PLACE, "name": "Contoh", "phone": phone}
    received = await client.page("/lapor", typed)
    number = re.search(r'class="number">(\d+)<', received)
    if number is None:
        raise WalkFailed("POST /lapor: the page gives no number")
    return int(number[1])


async def _report(desk: Desk, number: int) -> Answer:
    """As the village's desk sees it."""
    found = (await desk.client.query(desk.village, documents.REPORT, number=number))["reports"]["edges"]
    if not found:
        raise WalkFailed(f"Report {number} is not at {BABADSARI}'s desk")
    report: Answer = found[0]["node"]
    return report


async def refer(desk: Desk, report: Answer) -> str:
    """The patient's id, once what was asked for is granted."""
    client, story, patient = desk.client, desk.story, desk.patient
    story.step("The patient is registered and referred to the programme that owns the need")
    known = (await client.mutate(desk.coordinator, documents.REGISTER_PATIENT, patient=_details(patient)))["patient"]
    sent = (
        await client.mutate(
            desk.coordinator,
            documents.REFER,
            programme="KIS_PBI",
            reportId=report["id"],
            patientId=known["id"],
            documents=["ID_CARD", "FAMILY_CARD"],
            consent=True,
        )
    )["referral"]
    story.line(f"{known['name']}, national id {known['maskedNationalId']}")
    story.line(f"Referral {sent['number']} {sent['status']}: {sent['programme']['name']}")
    story.line(f"Due {_last_day(sent['dueAt'])}; still missing: {', '.join(sent['missingDocuments'])}")
    asked = await _move(desk, desk.officer, sent, "INFO_REQUESTED", ASKED)
    story.line(f'The officer asks: {asked["status"]}, "{ASKED}"')
    paper = {"referralId": sent["id"], "code": "POVERTY_CERT", "present": True}
    await client.mutate(desk.coordinator, documents.CHECK_DOCUMENT, **paper)
    again = await _move(desk, desk.coordinator, sent, "SENT", ANSWERED)
    story.line(f'The desk answers: {again["status"]}, "{ANSWERED}" Due {_last_day(again["dueAt"])}')
    states = [(await _move(desk, desk.officer, sent, to))["status"] for to in ("ACCEPTED", "IN_PROCESS", "GRANTED")]
    story.line(f"The officer decides: {', '.join(states)}")
    told = (await _report(desk, report["number"]))["messages"]["edges"][0]["node"]
    story.line(f'The family reads: "{told["text"]}"')
    await _show_letter(desk, again["letterUrl"])
    return str(known["id"])


def _details(patient: InventedPatient) -> Answer:
    latitude, longitude = patient.point
    return {
        "name": patient.name,
        "nationalId": patient.national_id,
        "birthDate": patient.birth_date.isoformat(),
        "sex": "FEMALE",
        "region": patient.village,
        "address": patient.address,
        "location": {"latitude": latitude, "longitude": longitude},
        "phone": patient.phone,
        "diagnosis": patient.diagnosis,
        "consent": True,
    }


async def _move(desk: Desk, token: str, referral: Answer, to: str, note: str | None = None) -> Answer:
    asked = {"referralId": referral["id"], "to": to, "note": note}
    moved: Answer = (await desk.client.mutate(token, documents.MOVE_REFERRAL, **asked))["referral"]
    return moved


async def _show_letter(desk: Desk, url: str) -> None:
    """The letter of recommendation, and what the public page says of the code on it."""
    letter = await desk.client.download(url)
    document = pypdfium2.PdfDocument(letter)
    text = " ".join(document[0].get_textpage().get_text_bounded().split())
    document.close()
    number, code = re.search(r"Nomor : (\S+)", text), re.search(r"Kode verifikasi ([0-9A-Z-]+)", text)
    if number is None or code is None:
        raise WalkFailed("The letter shows no number or code")
    checked = unescape(await desk.client.page(f"/verify?code={code[1]}"))
    if number[1] not in checked or desk.patient.name in checked:
        raise WalkFailed(f"/verify doesn't know letter {number[1]}, or says for whom it is")
    desk.story.line(
        f"Letter {number[1]} (PDF, {len(letter) / 1024:.0f} KiB); /verify knows its code, and names nobody"
    )
