"""docs/states.md shows the table as it is, and the table leads along the ways that the work takes."""

import pytest

from kurir_api.transitions import MACHINES
from tests.transitions.states_page import BEGINNINGS, PAGE, STATES, page, read


def test_the_page_shows_the_table() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.transitions.states_page"


def test_the_page_is_read_back_as_the_table() -> None:
    shown = {
        machine: {action: (move.sources, move.target, move.who, move.reason) for action, move in moves.items()}
        for machine, moves in read().items()
    }
    assert shown == {
        model.__name__: {
            action: (frozenset(move.sources), move.target, move.who, move.reason) for action, move in machine.items()
        }
        for model, machine in MACHINES.items()
    }


@pytest.mark.parametrize("machine", STATES)
def test_every_state_that_a_move_leaves_or_reaches_is_one_of_the_machines(machine: str) -> None:
    moves = read()[machine].values()
    assert {state for move in moves for state in (*move.sources, move.target or "")} - {""} <= set(STATES[machine])


@pytest.mark.parametrize(
    ("machine", "actions", "states"),
    [
        ("Report", "receive open_case", "RECEIVED CASE_OPENED"),
        ("Report", "receive link", "RECEIVED LINKED"),
        ("Report", "receive reject reopen", "RECEIVED REJECTED RECEIVED"),
        ("Case", "open hold resume close reopen", "OPEN ON_HOLD OPEN CLOSED OPEN"),
        ("Task", "draft publish fill start finish verify", "DRAFT OPEN FILLED IN_PROGRESS DONE VERIFIED"),
        ("Task", "draft publish fill reopen cancel", "DRAFT OPEN FILLED OPEN CANCELLED"),
        ("Task", "draft publish expire", "DRAFT OPEN EXPIRED"),
        ("Task", "draft expire", "DRAFT EXPIRED"),
        ("Task", "draft publish close finish", "DRAFT OPEN IN_PROGRESS DONE"),
        ("Claim", "claim start complete verify", "HELD IN_PROGRESS COMPLETED VERIFIED"),
        ("Claim", "offer accept release", "OFFERED HELD RELEASED"),
        ("Claim", "offer decline", "OFFERED DECLINED"),
        ("Claim", "offer lapse", "OFFERED EXPIRED"),
        ("Claim", "claim expire", "HELD EXPIRED"),
        ("Claim", "claim start report_no_show", "HELD IN_PROGRESS NO_SHOW"),
        ("Claim", "claim start revoke", "HELD IN_PROGRESS REVOKED"),
        ("Cost", "submit edit", "SUBMITTED SUBMITTED"),
        ("Referral", "send accept process grant confirm", "SENT ACCEPTED IN_PROCESS GRANTED CONFIRMED"),
        ("Referral", "send request_info send_again decline", "SENT INFO_REQUESTED SENT DECLINED"),
        ("Referral", "send accept process refuse confirm", "SENT ACCEPTED IN_PROCESS REFUSED CONFIRMED"),
        ("Claim", "claim hand_over", "HELD HANDED_OVER"),
        ("Claim", "offer_hand_over accept start complete", "OFFERED HELD IN_PROGRESS COMPLETED"),
        ("Wave", "plan send wait exhaust", "PLANNED SENDING WAITING EXHAUSTED"),
        ("Wave", "plan send put_off send wait", "PLANNED SENDING PLANNED SENDING WAITING"),
        ("Wave", "plan send wait fill", "PLANNED SENDING WAITING FILLED"),
        ("Alert", "queue send receive open accept", "QUEUED SENT RECEIVED OPENED ACCEPTED"),
        ("Alert", "queue fail send receive", "QUEUED FAILED SENT RECEIVED"),
        ("Alert", "queue send receive open decline", "QUEUED SENT RECEIVED OPENED DECLINED"),
    ],
)
def test_the_work_takes_its_way(machine: str, actions: str, states: str) -> None:
    first, *rest = actions.split()
    way = [BEGINNINGS[machine][first]]
    for action in rest:
        move = read()[machine][action]
        assert way[-1] in move.sources
        way.append(move.target or way[-1])
    assert way == states.split()


@pytest.mark.parametrize(
    ("machine", "ends"),
    [
        ("Report", {"CASE_OPENED", "LINKED"}),
        ("Task", {"VERIFIED", "CANCELLED", "EXPIRED"}),
        ("Claim", {"VERIFIED", "DECLINED", "RELEASED", "EXPIRED", "REVOKED", "NO_SHOW", "DISPUTED", "HANDED_OVER"}),
        ("Referral", {"DECLINED", "CONFIRMED", "REVOKED"}),
        ("Wave", {"FILLED", "EXHAUSTED", "CANCELLED"}),
        ("Alert", {"ACCEPTED", "SUPPRESSED"}),
    ],
)
def test_what_has_ended_stays_so(machine: str, ends: set[str]) -> None:
    moves = read()[machine].values()
    left = {state for move in moves for state in move.sources}
    assert {move.target for move in moves if move.target} - left == ends
