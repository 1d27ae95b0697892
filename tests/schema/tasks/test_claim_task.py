"""claimTask through the API: what it answers, and how many statements it takes."""

from kurir_api.models import Claim, Urgency
from tests.api import Api
from tests.counting import Statements
from tests.factories import make_alert, make_device, make_member, make_task, make_wave
from tests.ids import id_of

CLAIM = "claim { id status task { number status openSlots } member { name } organization { name } }"


async def test_a_claim_is_answered_with_what_it_changed(api: Api) -> None:
    task = await make_task(number=4821)
    driver = await make_member("Sri", capabilities=("AMBULANCE_LICENCE",))

    result = await api.do(driver, "claimTask", CLAIM, taskId=id_of(task))

    assert result["__typename"] == "ClaimTaskSuccess"
    assert result["claim"]["status"] == "HELD"
    assert result["claim"]["task"] == {"number": 4821, "status": "FILLED", "openSlots": 0}
    assert result["claim"]["member"] == {"name": "Sri"}


async def test_the_claim_that_fills_a_task_takes_at_most_16_statements_however_many_were_alerted(api: Api) -> None:
    """Two of them log that the family is told at its number."""
    task = await make_task(urgency=Urgency.URGENT)
    wave = await make_wave(task)
    driver = await make_member(capabilities=("AMBULANCE_LICENCE",))
    for rank in range(1, 21):
        member = await make_member()
        await make_device(member)
        await make_alert(wave, member, rank=rank, status="SENT" if rank % 2 else "QUEUED")

    with Statements() as statements:
        result = await api.do(driver, "claimTask", CLAIM, taskId=id_of(task))

    assert result["__typename"] == "ClaimTaskSuccess"
    assert len(statements) <= 16
    assert sum("access_log" in sql or "INTO access_head" in sql for sql in statements.sent) == 2
    assert await Claim.all().count() == 1
