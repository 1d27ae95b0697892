"""The walk goes on with the money: the receipt's photo, what partners share, payment, the partner's statement."""

from datetime import date, datetime
from io import BytesIO

from PIL import Image, ImageDraw

from kurir_api.demo import documents
from kurir_api.demo.client import Answer, Client
from kurir_api.demo.people import WIB
from kurir_api.demo.telling import Story, kilometres
from kurir_api.figures import rupiah

NEEDED, PROMISED = 150_000, 50_000
PROMISING = ("Lazis Serayu", "Lumbung Zakat Kamandaka")
"""Two, for one of them may have sent who drove."""


def receipt_photo(amount: int, now: datetime) -> bytes:
    """An invented slip of a filling station, as JPEG; no two are the same."""
    slip = Image.new("RGB", (480, 640), "#f4f2ea")
    draw = ImageDraw.Draw(slip)
    lines = ("STRUK CONTOH", "SPBU Kedungbanteng", f"{now:%d-%m-%Y %H.%M.%S}", "", "PERTALITE", rupiah(amount))
    for row, line in enumerate(lines):
        draw.text((60, 60 + 56 * row), line, fill="#202020", font_size=36)
    file = BytesIO()
    slip.save(file, "JPEG", quality=80)
    return file.getvalue()


async def share(client: Client, coordinator: str, reviewer: str, *, task: Answer, cost: Answer, story: Story) -> None:
    """What the run needs, what a partner promises of it other than the one that drove, and what others see."""
    story.step("Partners share what it costs (patungan)")
    about = {"caseId": task["case"]["id"], "taskId": task["id"]}
    need = (await client.mutate(coordinator, documents.ESTIMATE_NEED, amount=NEEDED, **about))["need"]
    story.line(f"The office reckons with {rupiah(need['amount'])} for task no. {task['number']}")
    name = next(name for name in PROMISING if name != cost["organization"]["name"])
    found = await client.query(coordinator, documents.FIND_ORGANIZATION, name=name)
    organization_id = found["organizations"]["edges"][0]["node"]["id"]
    answer = await client.mutate(
        coordinator, documents.PLEDGE, organizationId=organization_id, amount=PROMISED, **about
    )
    promise = answer["pledge"]
    story.line(f"{promise['organization']['name']} pledges {rupiah(promise['amount'])} by telephone")
    needs = (await client.query(reviewer, documents.NEEDS))["needs"]["edges"]
    open_need = next(edge["node"] for edge in needs if edge["node"]["id"] == need["id"])
    story.line(
        f"What other partners see: {open_need['kind']['name']}, {open_need['region']['name']}, "
        f"{rupiah(open_need['remaining'])} to go; nothing of the patient"
    )


async def pay(client: Client, coordinator: str, winner: tuple[str, str], cost: Answer, story: Story) -> None:
    """Endorsed, approved, paid; and what the member's phone shows."""
    story.step("The receipt is looked at, the cost endorsed, approved and paid")
    for decision in ("ENDORSED", "APPROVED", "PAID"):
        note = "Atas nama mitra" if decision == "ENDORSED" else None
        seen = {"costId": cost["id"], "amount": cost["amount"]}
        answer = await client.mutate(coordinator, documents.REVIEW_COST, decision=decision, note=note, **seen)
        story.line(f"Cost {answer['cost']['status']}")
    shares = answer["cost"]["shares"]
    story.line("Borne by " + " and ".join(f"{one['organization']['name']} {rupiah(one['amount'])}" for one in shares))
    name, token = winner
    inbox = (await client.query(token, documents.INBOX))["myNotifications"]["edges"]
    story.line(f"{name} reads:")
    for edge in inbox[:3]:
        story.line(f'  "{edge["node"]["title"]}"')


async def show_statement(client: Client, coordinator: str, organization: Answer, story: Story) -> None:
    """The partner's sums of this year, and the documents that say the same."""
    today = datetime.now(WIB).date()
    period = {"from": date(today.year, 1, 1).isoformat(), "to": today.isoformat()}
    story.step(f"What {organization['name']} did this year, to the rupiah")
    found = await client.query(coordinator, documents.STATEMENT, partner=organization["id"], period=period)
    statement = found["node"]["contributions"]
    totals = statement["totals"]
    story.line(
        f"{totals['tasksCompleted']} tasks for {totals['beneficiaries']} people, {totals['minutes'] // 60} hours, "
        f"{kilometres(totals['distanceM'])}, {rupiah(totals['cost'])} spent, {rupiah(totals['inKind'])} given in kind"
    )
    sizes = [len(await client.download(statement[link])) / 1024 for link in ("xlsxUrl", "pdfUrl")]
    story.line("By links of ten minutes, as a table of {:.0f} KiB and a document of {:.0f} KiB".format(*sizes))
