"""`kurir demo --walk`: the main job from a message to a verified and costed run, told on a terminal."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kurir_api.database import connected
from kurir_api.models import Member
from kurir_api.settings import Settings
from tests.conftest import copy_database, url_of
from tests.demo.conftest import Loaded
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

PLACE = re.compile(r"^ +(\d+)\.  (\S.*?) +([\d.]+ k?m)  (.*)$")
ALERTED = re.compile(r"^ +(\d+)\.  (\S.*?) +([\d.]+ k?m)  SENT$")


def alone(folder: Path) -> dict[str, str]:
    """The environment of somebody who set nothing but where the data goes."""
    return {"KURIR_DATA_DIR": str(folder)}


class Story:
    """What the walk said."""

    def __init__(self, ended: Ended) -> None:
        self.ended = ended
        self.lines = ended.out.splitlines()

    def step(self, number: int) -> list[str]:
        """The heading of a step and the lines under it."""
        start = next(at for at, line in enumerate(self.lines) if line.startswith(f"{number}. "))
        after = self.lines[start:]
        return after[: after.index("")] if "" in after else after

    def told(self, pattern: str) -> re.Match[str]:
        """The one line that is like this."""
        [found] = [match for line in self.lines if (match := re.search(pattern, line))]
        return found


def metres(distance: str) -> float:
    """ "2.1 km" as a number."""
    number, unit = distance.split()
    return float(number) * (1000 if unit == "km" else 1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that isn't there yet; not among pytest's, which root alone may enter."""
    with TemporaryDirectory(prefix="kurir-walk-") as name:
        yield Path(name) / "kurir"


@pytest.fixture(scope="module")
async def stories(folder: Path) -> list[Story]:
    """Two walks, the second on what the first left."""
    return [Story(await run(KURIR, "demo", "--walk", env=alone(folder), cwd=folder.parent)) for _ in range(2)]


@pytest.fixture(params=["on a fresh folder", "on the same data again"])
def story(stories: list[Story], request: pytest.FixtureRequest) -> Story:
    """A walk."""
    return stories[0 if "fresh" in request.param else 1]


def test_it_ends_well_says_nothing_else_and_fits_a_terminal(story: Story) -> None:
    assert (story.ended.code, story.ended.err) == (0, "")
    assert max(map(len, story.lines)) <= 92
    steps = [match[1] for line in story.lines if (match := re.match(r"(\d+)\. ", line))]
    assert steps == [str(number) for number in range(1, 19)]


def test_the_message_becomes_a_case_with_its_needs(story: Story) -> None:
    assert "Ibu saya harus cuci darah besok di Margono" in " ".join(story.step(1))
    assert story.told(r"^   Report RECEIVED, Karangnangka \(Kedungbanteng\)$")
    assert story.told(r"^   Case 3302-\d{4}-\d{4} OPEN: .* \(contoh\), Karangnangka$")
    assert story.told(r"^   National id \*{12}\d{4}, hospital RSUD Prof. Dr. Margono Soekarjo$")
    assert [line.split(": ")[1] for line in story.step(2) if " DRAFT: " in line] == [
        "Waiting cost",
        "Health insurance",
    ]


def test_volunteers_are_ranked_by_distance_each_with_a_verdict(story: Story) -> None:
    places = [match.groups() for line in story.step(4)[1:] if (match := PLACE.match(line))]

    assert [rank for rank, *_ in places] == [str(number) for number in range(1, 16)]
    distances = [metres(distance) for _, _, distance, _ in places]
    assert distances == sorted(distances)
    assert {verdict.split(": ")[0] for *_, verdict in places} == {"yes", "no"}


def test_the_nearest_who_may_are_alerted_and_told_nothing_about_the_patient(story: Story) -> None:
    able = [match[2] for line in story.step(4) if (match := PLACE.match(line)) and match[4].startswith("yes")]
    alerted = [match[2] for line in story.step(5) if (match := ALERTED.match(line))]
    inboxes = story.step(6)

    assert len(alerted) == 5
    assert alerted[: len(able)] == able[:5]
    assert [line.strip() for line in inboxes if line.endswith(":")] == [f"{name}:" for name in alerted[:2]]
    assert [line for line in inboxes if "(contoh)" in line or "cuci darah" in line] == []
    assert len([line for line in inboxes if "Antar jemput ambulans dibutuhkan" in line]) == 2


def test_of_two_who_tap_at_the_same_time_one_wins_and_one_is_told(story: Story) -> None:
    winner = story.told(r"^   (.+) has it: claim HELD for .+$")[1]
    loser = story.told(r"^   (.+) is told: TaskAlreadyClaimed \(TASK_ALREADY_CLAIMED\)$")[1]

    assert {winner, loser} == {match[2] for line in story.step(5)[2:4] if (match := ALERTED.match(line))}
    assert story.told(r"^   Task FILLED, wave 1 FILLED")


def test_the_run_is_done_verified_and_costed(story: Story) -> None:
    assert story.told(r"completeClaim: claim COMPLETED, task DONE")
    assert story.told(r"Cost FUEL Rp85\.000 SUBMITTED")
    assert story.told(r"Task no\. \d+ VERIFIED$")
    assert story.told(r"Case \S+ OPEN, cost so far Rp85\.000")
    assert story.step(9)[-1].endswith("Volunteer's work verified")


def test_the_receipt_is_kept_as_a_picture_drawn_anew(story: Story) -> None:
    assert story.told(r"^   Its receipt, drawn anew without place or camera: image/jpeg, \d+ KiB$")


def test_partners_share_the_cost_and_the_member_is_told_when_it_is_paid(story: Story) -> None:
    partner = story.told(r"^   (.+) pledges Rp50\.000 by telephone$")[1]
    assert story.told(r"^   What other partners see: Antar jemput ambulans, Kedungbanteng, Rp100\.000 to go")
    assert [line.strip() for line in story.step(11)[1:4]] == ["Cost ENDORSED", "Cost APPROVED", "Cost PAID"]
    borne = set(story.told(r"^   Borne by (.+)$")[1].split(" and "))
    assert f"{partner} Rp50.000" in borne
    assert len(borne) == 2
    assert story.told(r'^     "Biaya dibayar: Rp85\.000 \(1 biaya\)"$')


def test_the_partner_s_statement_can_be_fetched_as_table_and_as_document(story: Story) -> None:
    said = " ".join(line.strip() for line in story.step(12))
    assert re.search(r"\d+ tasks for \d+ people, \d+ hours, [\d.]+ km, Rp[\d.]+ spent", said)
    assert re.search(r"By links of ten minutes, as a table of \d+ KiB and a document of \d+ KiB", said)


def test_a_call_by_web_page_is_placed_and_handed_up_and_its_like_is_found(story: Story) -> None:
    number = story.told(r"^   The page tells them their number at once: (\d+)$")[1]
    assert story.told(r"^   Babadsari's desk has it: RECEIVED, recognised Babadsari, waiting since ")
    assert story.told(rf"^   A neighbour writes, too: no\. \d+, likely the same as {number}; now DUPLICATE$")
    assert story.told(rf"^   The village hands no\. {number} up: it is with Kutowinangun's desk$")


def test_the_referral_is_asked_about_answered_and_granted(story: Story) -> None:
    assert story.told(r"^   Referral (3305-R\d{4}-\d{4}) SENT: Recommendation for subsidised health insurance")
    assert story.told(r"still missing: POVERTY_CERT$")
    assert [story.told(rf"^   {who}: (\w+),")[1] for who in ("The officer asks", "The desk answers")] == [
        "INFO_REQUESTED",
        "SENT",
    ]
    assert story.told(r"^   The officer decides: ACCEPTED, IN_PROCESS, GRANTED$")
    assert story.told(r'^   The family reads: "Permohonan Anda, laporan No\. \d+, disetujui')


def test_the_letter_can_be_checked_by_everybody_and_names_nobody_there(story: Story) -> None:
    assert story.told(r"^   Letter 460/\d{4}/3305/\d{4} \(PDF, \d+ KiB\); /verify knows its code, and names nobody$")


def test_the_insurance_has_to_be_active_in_time_and_is_by_the_family_s_word(story: Story) -> None:
    assert story.told(r"^   Case 3305-\d{4}-\d{4}, RSUD dr\. Soedirman Kebumen, which counts CALENDAR_DAYS$")
    assert story.told(r"^   Insurance RUNNING: until .+, 69 h 59 min left$")
    assert story.told(r"The page says: Sudah ada relawan$")
    assert story.told(r"two buttons: Bantuan sudah datang / Bantuan belum datang$")
    assert story.told(r"^   Task no\. \d+ VERIFIED by their word, insurance MET$")


def test_of_nobody_and_of_the_other_regency_s_the_desk_hears_the_same(story: Story) -> None:
    assert story.told(r"^   of the village: +S\*{6} K\*{8}, decile 1: PKH, SEMBAKO$")
    assert story.told(r"^   unknown: +not found$")
    assert story.told(r"^   of Banyumas: +not found$")
    assert story.told(r"^   \w{3} .+ NOT_FOUND, .+ NOT_FOUND, .+\.\d\d FOUND$")


def test_dialysis_comes_on_the_next_five_mondays_and_thursdays(story: Story) -> None:
    said = " ".join(story.step(18))
    assert len(re.findall(r"(?:Mon|Thu) \d{2} \w{3} 06\.00", said)) == 5


def test_another_walk_is_about_another_patient(stories: list[Story], folder: Path) -> None:
    numbers = [int(story.told(r"Task no\. (\d+) VERIFIED$")[1]) for story in stories]
    cases = {story.told(r"^   Case (\S+) OPEN: ")[1] for story in stories}

    assert numbers[0] < numbers[1]
    assert len(cases) == 2


def test_nothing_runs_on_afterwards(stories: list[Story], folder: Path) -> None:
    assert (folder / "postgres" / "PG_VERSION").is_file()
    assert not (folder / "postgres" / "postmaster.pid").exists()


async def test_it_says_why_it_ended_early(settings: Settings, worker_id: str, loaded: Loaded) -> None:
    database = f"kurir_walk_{worker_id}"
    await copy_database(loaded.name, database)
    async with connected(url_of(database)):
        await Member.all().update(available=False)

    ended = await run(
        KURIR, "demo", "--walk", env=environment(settings, database_url=url_of(database)), cwd=settings.data_dir
    )

    assert ended.code == 1
    assert ended.err == (
        "The walk ended early. Nobody could be alerted: every licensed member near is off duty or busy\n"
    )
