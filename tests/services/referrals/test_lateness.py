"""When a referral is late, whatever happens to it: over all ways through its machine."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from kurir_api.models import LIVE_REFERRAL, Referral, ReferralStatus
from kurir_api.services.referrals.lateness import at_risk, overdue, telling_after
from kurir_api.services.referrals.move_referral import ACTIONS
from kurir_api.services.working_days.reckoning import WorkingDays
from kurir_api.transitions import MACHINES

S = ReferralStatus
BANYUMAS = WorkingDays(ZoneInfo("Asia/Jakarta"), frozenset({date(2026, 12, 24), date(2026, 12, 25)}))
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.sampled_from(list(ACTIONS)), st.floats(0.1, 200)), max_size=12)


def local(moment: datetime) -> str:
    """Such as "Fri 27 08:00"."""
    return moment.astimezone(BANYUMAS.zone).strftime("%a %d %H:%M")


def sent(days: int = 5) -> Referral:
    """On a Monday."""
    return Referral(status=S.SENT, sent_at=MONDAY, due_at=BANYUMAS.due(MONDAY, days))


def test_people_are_told_on_the_morning_of_its_last_working_day_and_of_each_one_after_it() -> None:
    referral, told, now = sent(), [], MONDAY
    for _ in range(3):
        now = telling_after(BANYUMAS, referral, now)
        told.append(local(now))

    assert local(referral.due_at) == "Tue 01 00:00"
    assert told == ["Mon 30 08:00", "Tue 01 08:00", "Wed 02 08:00"]


def test_weekends_and_holidays_pass_in_silence() -> None:
    late_before_christmas = datetime(2026, 12, 23, 2, 0, tzinfo=UTC)

    assert local(telling_after(BANYUMAS, sent(1), late_before_christmas)) == "Mon 28 08:00"


def test_a_question_to_the_desk_is_late_after_two_working_days() -> None:
    referral = sent()
    referral.status, referral.asked_at = S.INFO_REQUESTED, datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

    assert local(telling_after(BANYUMAS, referral, referral.asked_at)) == "Tue 01 08:00"


def test_it_is_at_risk_on_its_last_working_day_and_overdue_after_it() -> None:
    referral = sent()
    moments = [referral.due_at + timedelta(hours=hours) for hours in (-25, -24, 0, 1)]

    assert [at_risk(referral, now) for now in moments] == [False, True, True, False]
    assert [overdue(referral, now) for now in moments] == [False, False, False, True]


@given(days=st.integers(1, 30), steps=STEPS)
def test_the_programme_has_its_working_days_however_often_it_asks(days: int, steps: list[tuple[S, float]]) -> None:
    """`steps`: to which state, and hours later; those that the machine doesn't know are left out."""
    referral, now, left = sent(days), MONDAY, days
    for status, hours in steps:
        now += timedelta(hours=hours)
        if referral.status not in MACHINES[Referral][ACTIONS[status]].sources:
            continue
        if status is S.INFO_REQUESTED:
            referral.asked_at = now
            left = max(1, BANYUMAS.between(now, referral.due_at))
        elif referral.asked_at:
            if status is S.SENT:
                referral.due_at = BANYUMAS.due(now, max(1, BANYUMAS.between(referral.asked_at, referral.due_at)))
                assert BANYUMAS.between(now, referral.due_at) == left <= days
            referral.asked_at = None
        referral.status = status

        told = telling_after(BANYUMAS, referral, now)
        assert told > now
        assert BANYUMAS.works(told.astimezone(BANYUMAS.zone).date())
        assert not (overdue(referral, now) and at_risk(referral, now))
        if referral.status == S.INFO_REQUESTED or referral.status not in LIVE_REFERRAL:
            assert not overdue(referral, now + timedelta(days=400))
        else:
            assert overdue(referral, referral.due_at + timedelta(seconds=1))
            assert told >= referral.due_at - timedelta(days=1)


def test_the_example_of_docs_referrals() -> None:
    referral, asked, answered = sent(5), MONDAY + timedelta(days=2), MONDAY + timedelta(days=8)
    assert local(referral.due_at) == "Tue 01 00:00"

    left = BANYUMAS.between(asked, referral.due_at)
    referral.status, referral.asked_at = S.INFO_REQUESTED, asked
    assert (left, local(telling_after(BANYUMAS, referral, asked))) == (3, "Mon 30 08:00")

    referral.status, referral.due_at = S.SENT, BANYUMAS.due(answered, left)
    first = telling_after(BANYUMAS, referral, answered)
    assert (local(referral.due_at), local(first)) == ("Sat 05 00:00", "Fri 04 08:00")
    assert local(telling_after(BANYUMAS, referral, first)) == "Mon 07 08:00"
