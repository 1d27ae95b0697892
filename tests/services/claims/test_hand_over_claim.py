"""A held claim is offered to another member, who must say yes; its slot is never empty, and never taken twice."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidTransition, NotAllowed, NotEligible, NotFound, OfferedEnough, ScheduleConflict
from kurir_api.models import (
    Claim,
    ClaimStatus,
    Member,
    Notification,
    Organization,
    Role,
    Task,
    TransitionLog,
    Wave,
)
from kurir_api.services.cases.timeline import summary
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.expiry import expire_claims
from kurir_api.services.claims.hand_over_claim import HandOver, hand_over_claim
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.revoke_claim import revoke_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.tasks.cancel_task import cancel_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.publish_task import TaskAction
from tests.factories import (
    make_claim,
    make_member,
    make_organization,
    make_task,
    principal_for,
)
from tests.models.rows import broken_rule

pytestmark = pytest.mark.usefixtures("db")

LICENCE = ("AMBULANCE_LICENCE",)


@dataclass
class Held:
    """Sri's claim, and Budi of the same organisation, who could do it, too."""

    task: Task
    claim: Claim
    sri: Principal
    budi: Principal
    partner: Organization

    async def offered(self, to: Principal | None = None) -> Claim:
        """The offer to take it over."""
        receiver = (to or self.budi).member_id
        await hand_over_claim(self.sri, HandOver(claim_id=self.claim.id, to_member_id=receiver))
        return await Claim.get(takes_over_id=self.claim.id, member_id=receiver, status=ClaimStatus.OFFERED)

    async def stand(self) -> tuple[str, str, int]:
        """Where the claim and its task stand, and how many slots are taken."""
        task = await Task.get(id=self.task.id)
        return (await Claim.get(id=self.claim.id)).status, task.status, task.slots_taken


async def fellow(partner: Organization) -> Principal:
    return await principal_of_member((await make_member(organization=partner, capabilities=LICENCE)).id)


async def held(slots: int = 1) -> Held:
    partner = await make_organization()
    sri, budi = await fellow(partner), await fellow(partner)
    task = await make_task(slots=slots, starts_at=datetime.now(UTC) + timedelta(hours=22))
    claim_id = await claim_task(sri, ClaimTask(task_id=task.id))
    return Held(task, await Claim.get(id=claim_id), sri, budi, partner)


async def told(kind: str) -> list[object]:
    return list(await Notification.filter(kind=kind).order_by("id").values_list("member_id", flat=True))


class TestOffering:
    async def test_leaves_the_claim_held_and_asks_the_other(self) -> None:
        it = await held()

        assert (
            await hand_over_claim(it.sri, HandOver(claim_id=it.claim.id, to_member_id=it.budi.member_id))
            == it.claim.id
        )

        offer = await Claim.get(takes_over_id=it.claim.id)
        assert await it.stand() == ("HELD", "FILLED", 1)
        assert (offer.member_id, offer.status, offer.organization_id) == (it.budi.member_id, "OFFERED", it.partner.id)
        assert it.claim.expires_at is not None
        assert datetime.now(UTC) < offer.expires_at <= it.claim.expires_at
        assert await told("OFFER") == [it.budi.member_id]
        assert await Wave.all().count() == 0

    async def test_is_for_a_coordinator_too_and_for_nobody_else(self) -> None:
        it = await held()
        kus, desk = await principal_for(Role.COORDINATOR), await principal_for(Role.DESK_OFFICER)
        command = HandOver(claim_id=it.claim.id, to_member_id=it.budi.member_id)

        with pytest.raises(NotAllowed):
            await hand_over_claim(desk, command)
        with pytest.raises(NotFound):
            await hand_over_claim(it.budi, command)
        await hand_over_claim(kus, command)

        assert (await Claim.get(takes_over_id=it.claim.id)).assigned_by_id == kus.member_id

    async def test_to_somebody_the_holder_does_not_know_is_to_nobody(self) -> None:
        it = await held()
        stranger = await make_member(capabilities=LICENCE)

        with pytest.raises(NotFound):
            await it.offered(await principal_of_member(stranger.id))

        assert await Claim.all().count() == 1

    async def test_needs_somebody_able(self) -> None:
        it = await held()
        unlicensed = await principal_of_member((await make_member(organization=it.partner)).id)

        with pytest.raises(NotEligible) as refused:
            await it.offered(unlicensed)
        with pytest.raises(NotEligible) as itself:
            await it.offered(it.sri)

        assert refused.value.reasons == ("CAPABILITY_MISSING",)
        assert "ALREADY_CLAIMED" in itself.value.reasons
        assert await it.stand() == ("HELD", "FILLED", 1)

    async def test_names_the_task_in_the_way_only_to_those_who_may_know_of_it(self) -> None:
        it = await held()
        kus = await principal_for(Role.COORDINATOR)
        budi = await Member.get(id=it.budi.member_id)
        other = await make_task(starts_at=it.task.starts_at, status="DRAFT")
        await make_claim(other, budi)

        with pytest.raises(NotEligible) as refused:
            await it.offered()
        with pytest.raises(ScheduleConflict) as conflict:
            await hand_over_claim(kus, HandOver(claim_id=it.claim.id, to_member_id=budi.id))

        assert refused.value.reasons == ("BUSY",)
        assert conflict.value.conflicting_task_id == other.id

    async def test_is_over_once_work_began_or_should_have(self) -> None:
        it = await held()
        await Claim.filter(id=it.claim.id).update(expires_at=datetime.now(UTC))
        with pytest.raises(InvalidTransition) as late:
            await it.offered()
        await start_claim(it.sri, ClaimAction(claim_id=it.claim.id))

        with pytest.raises(InvalidTransition) as started:
            await it.offered()

        assert (late.value.current, started.value.current) == ("EXPIRED", "IN_PROGRESS")

    async def test_to_a_second_member_ends_the_offer_to_the_first(self) -> None:
        it = await held()
        first = await it.offered()
        citra = await fellow(it.partner)

        second = await it.offered(citra)

        assert (await Claim.get(id=first.id)).status == "REVOKED"
        assert await told("CLAIM_REVOKED") == [it.budi.member_id]
        with pytest.raises(InvalidTransition):
            await accept_offer(it.budi, ClaimAction(claim_id=first.id))
        await accept_offer(citra, ClaimAction(claim_id=second.id))
        assert await it.stand() == ("HANDED_OVER", "FILLED", 1)

    async def test_is_as_urgent_as_the_task(self) -> None:
        it = await held()
        await Task.filter(id=it.task.id).update(urgency="NORMAL")

        await it.offered()

        assert (await Notification.get(kind="OFFER")).urgent is False

    @pytest.mark.parametrize("again", ["to the one who was asked", "to a fourth", "after taking it anew"])
    async def test_is_to_each_member_once_and_to_three_in_all_then_only_a_coordinator_may(self, again: str) -> None:
        it, kus = await held(), await principal_for(Role.COORDINATOR)
        asked = [it.budi, await fellow(it.partner), await fellow(it.partner)]
        match again:
            case "to a fourth":
                for one in asked:
                    await it.offered(one)
                receiver = await fellow(it.partner)
            case "after taking it anew":
                await it.offered()
                await release_claim(it.sri, ClaimAction(claim_id=it.claim.id))
                it.claim = await Claim.get(id=await claim_task(it.sri, ClaimTask(task_id=it.task.id)))
                receiver = it.budi
            case _:
                await decline_offer(it.budi, ClaimAction(claim_id=(await it.offered()).id))
                receiver = it.budi
        before = await Notification.all().count()
        command = HandOver(claim_id=it.claim.id, to_member_id=receiver.member_id)

        with pytest.raises(OfferedEnough):
            await hand_over_claim(it.sri, command)
        assert await Notification.all().count() == before
        await hand_over_claim(kus, command)

        assert (await Claim.get(takes_over_id=it.claim.id, status="OFFERED")).member_id == receiver.member_id

    async def test_the_same_refusal_is_heard_again_under_its_key(self) -> None:
        it = await held()
        command = HandOver(claim_id=it.claim.id, to_member_id=it.budi.member_id)
        await hand_over_claim(it.sri, command)

        for _ in range(2):
            with pytest.raises(OfferedEnough):
                await hand_over_claim(it.sri, replace(command, idempotency_key="k"))


class TestAnswering:
    async def test_yes_hands_it_over_at_once(self) -> None:
        it = await held()
        offer = await it.offered()
        family_told = await Notification.filter(kind="FAMILY_COMING").count()

        await accept_offer(it.budi, ClaimAction(claim_id=offer.id))

        assert await it.stand() == ("HANDED_OVER", "FILLED", 1)
        assert (await Claim.get(id=offer.id)).status == "HELD"
        assert await told("HANDED_OVER") == [it.sri.member_id]
        assert await Notification.filter(kind="FAMILY_COMING").count() == family_told
        assert await Wave.all().count() == 0
        logged = await TransitionLog.filter(machine="claim").order_by("id")
        assert [(entry.action, summary(entry, "en", None)) for entry in logged] == [
            ("claim", "Volunteer claimed the task"),
            ("offer_hand_over", "Hand-over offered to another"),
            ("hand_over", "Volunteer handed the task over"),
            ("accept", "Volunteer accepted the task"),
        ]

    async def test_yes_is_the_new_holders_to_keep_release_and_hand_on(self) -> None:
        it = await held()
        offer = await it.offered()
        await accept_offer(it.budi, ClaimAction(claim_id=offer.id))

        await hand_over_claim(it.budi, HandOver(claim_id=offer.id, to_member_id=it.sri.member_id))
        back = await Claim.get(takes_over_id=offer.id)
        await accept_offer(it.sri, ClaimAction(claim_id=back.id))
        assert (await it.stand())[1:] == ("FILLED", 1)
        await release_claim(it.sri, ClaimAction(claim_id=back.id))

        assert await it.stand() == ("HANDED_OVER", "OPEN", 0)

    @pytest.mark.parametrize("lapses", [False, True])
    async def test_no_or_nothing_leaves_it_with_the_holder(self, lapses: bool) -> None:
        it = await held()
        offer = await it.offered()

        if lapses:
            await expire_claims(offer.expires_at)
        else:
            await decline_offer(it.budi, ClaimAction(claim_id=offer.id, note="Ban kempis"))

        assert await it.stand() == ("HELD", "FILLED", 1)
        assert (await Claim.get(id=offer.id)).status == ("EXPIRED" if lapses else "DECLINED")
        assert await told("NOT_HANDED_OVER") == [it.sri.member_id]
        assert await told("OFFER_EXPIRED") == ([it.budi.member_id] if lapses else [])
        assert await Wave.all().count() == 0

    @pytest.mark.parametrize("end", ["start", "release", "revoke offer", "revoke", "expire", "cancel"])
    async def test_is_over_when_the_claim_or_the_offer_ended(self, end: str) -> None:
        it, kus = await held(), await principal_for(Role.COORDINATOR)
        offer = await it.offered()
        match end:
            case "start":
                await start_claim(it.sri, ClaimAction(claim_id=it.claim.id))
            case "release":
                await release_claim(it.sri, ClaimAction(claim_id=it.claim.id))
            case "revoke offer":
                await revoke_claim(kus, ClaimAction(claim_id=offer.id, note="Salah orang"))
            case "revoke":
                await revoke_claim(kus, ClaimAction(claim_id=it.claim.id, note="Salah orang"))
            case "expire":
                await Claim.filter(id=it.claim.id).update(expires_at=offer.expires_at - timedelta(seconds=1))
                await expire_claims(offer.expires_at - timedelta(seconds=1))
            case _:
                await cancel_task(kus, TaskAction(task_id=it.task.id))
        after = {
            "start": ("IN_PROGRESS", "IN_PROGRESS", 1),
            "release": ("RELEASED", "OPEN", 0),
            "revoke offer": ("HELD", "FILLED", 1),
            "revoke": ("REVOKED", "OPEN", 0),
            "expire": ("EXPIRED", "OPEN", 0),
            "cancel": ("REVOKED", "CANCELLED", 0),
        }

        with pytest.raises(InvalidTransition) as refused:
            await accept_offer(it.budi, ClaimAction(claim_id=offer.id))

        assert refused.value.current == "REVOKED"
        assert await it.stand() == after[end]
        assert it.budi.member_id in {*await told("CLAIM_REVOKED"), *await told("TASK_CANCELLED")}


async def test_however_they_race_the_slot_is_never_empty_and_never_taken_twice(figure, full: bool) -> None:
    rounds = 60 if full else 6
    for number in range(rounds):
        it = await held()
        offer = await it.offered()
        rival = await principal_of_member((await make_member(capabilities=LICENCE)).id)
        ways = (
            accept_offer(it.budi, ClaimAction(claim_id=offer.id)),
            start_claim(it.sri, ClaimAction(claim_id=it.claim.id)),
            decline_offer(it.budi, ClaimAction(claim_id=offer.id)),
            claim_task(rival, ClaimTask(task_id=it.task.id)),
        )
        ordered = (*ways[number % 4 :], *ways[: number % 4])

        await asyncio.gather(*ordered, return_exceptions=True)

        live = await Claim.filter(task_id=it.task.id, status__in=("HELD", "IN_PROGRESS")).count()
        assert (live, (await Task.get(id=it.task.id)).slots_taken) == (1, 1)
    figure("hand-over: the slot has one holder", f"1 holder in {rounds} of {rounds} races")


async def test_the_database_keeps_one_offer_for_a_claim() -> None:
    it = await held()
    await it.offered()

    with pytest.raises(IntegrityError) as refused:
        await make_claim(it.task, await make_member(), ClaimStatus.OFFERED, takes_over_id=it.claim.id)

    assert broken_rule(refused.value) == "claim_taken_over_once"
