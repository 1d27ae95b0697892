"""A drill reached a phone: the first answer counts, and only its own member's."""

from datetime import timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import NotFound
from kurir_api.models import Drill, new_id
from kurir_api.services.drills.answer_drill import AnswerDrill, answer_drill
from tests.factories import NOW, REGENCY, make_member, principal_for

pytestmark = pytest.mark.usefixtures("db")


async def a_drill(**values) -> Drill:
    return await Drill.create(**{"regency_code": REGENCY, "member": await make_member(), "sent_at": NOW} | values)


async def test_the_first_answer_is_kept() -> None:
    drill = await a_drill()
    member = await principal_of_member(drill.member_id)

    assert await answer_drill(member, AnswerDrill(drill_id=drill.id)) == drill.id

    first = (await Drill.get(id=drill.id)).received_at
    assert first is not None
    await answer_drill(member, AnswerDrill(drill_id=drill.id))
    assert (await Drill.get(id=drill.id)).received_at == first


async def test_nobody_answers_for_another() -> None:
    drill = await a_drill()

    with pytest.raises(NotFound):
        await answer_drill(await principal_for(), AnswerDrill(drill_id=drill.id))

    assert (await Drill.get(id=drill.id)).received_at is None


async def test_what_never_was_cannot_be_answered() -> None:
    with pytest.raises(NotFound):
        await answer_drill(await principal_for(), AnswerDrill(drill_id=new_id()))


async def test_other_drills_of_the_member_stay_unanswered() -> None:
    drill = await a_drill()
    other = await a_drill(member_id=drill.member_id, sent_at=NOW - timedelta(days=7))

    await answer_drill(await principal_of_member(drill.member_id), AnswerDrill(drill_id=drill.id))

    assert (await Drill.get(id=other.id)).received_at is None
