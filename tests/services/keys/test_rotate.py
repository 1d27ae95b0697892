"""Rotation puts everything under the new keys; afterwards the old ones are not needed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from kurir_api.dispatch.notifications import text_stranger
from kurir_api.dispatch.text_outbox import LINK_SEALED, deliver_due_texts, sealed_link
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    InboundMessage,
    LineDecision,
    Member,
    Patient,
    RegistryKey,
    RegistryPerson,
    Report,
    Role,
    Task,
    WorkEntry,
    new_id,
)
from kurir_api.models.report import Channel
from kurir_api.services.aid.finding import by_national_id
from kurir_api.services.cases.duplicates import likely_duplicates
from kurir_api.services.keys.columns import sealed_tables
from kurir_api.services.keys.rotate import rotate
from kurir_api.services.keys.status import report, uses
from kurir_api.services.keys.trouble import KeyTrouble
from kurir_api.services.sessions.codes import ask_for_code
from kurir_api.services.sessions.granting import begin, refresh
from kurir_api.services.threads.receiving import Inbound, store
from kurir_api.settings import Settings
from kurir_api.transitions import record
from kurir_api.vault import MissingKey, open_vault
from tests.factories import (
    NOW,
    REGENCY,
    VILLAGE,
    make_aid_lookup,
    make_assessment,
    make_claim,
    make_cost,
    make_family_link,
    make_line_review,
    make_member,
    make_message,
    make_patient,
    make_recurrence,
    make_referral,
    make_registry_person,
    make_report,
    make_task,
    make_work_entry,
    principal_for,
)
from tests.killing import KilledAt
from tests.services.imports.files import imported
from tests.services.keys.rings import ring, with_keys

PHONE, NATIONAL_ID = "+6281327000777", "3302235507700001"
LINK = "https://kurir.example.go.id/keluarga?t=abc"


@pytest.fixture(autouse=True)
async def office(db: None, settings: Settings) -> AsyncIterator[None]:
    """An office with a row in every table that keeps something sealed, under key number 1."""
    await a_row_in_every_table()
    yield
    open_vault(settings)


async def a_row_in_every_table() -> None:
    """Each with every sealed column filled."""
    member = await make_member("Sri", phone=PHONE)
    await make_patient(national_id=NATIONAL_ID, family_card="3302230101010001", landmark="masjid")
    claim = await make_claim(await make_task(), member)
    entry = await make_work_entry(claim)
    taken_back = {"id": new_id(), "reverses_id": entry.id, "tasks": -1, "minutes": -90, "distance_m": -12_000}
    reversal = WorkEntry(**dict(entry) | taken_back)
    reversal.reason = "salah mencatat"
    await reversal.save(force_create=True)
    await make_cost(claim)
    await make_line_review(entry, LineDecision.DISPUTED)
    await make_recurrence()
    await make_message(await make_report(reporter_phone=PHONE, via="smsgate", sender=PHONE))
    await make_referral()
    await make_assessment()
    await make_aid_lookup(member, purpose="memeriksa bantuan")
    await make_registry_person(NATIONAL_ID)
    await make_family_link()
    await record(await Task.first(), "cancel", None, reason="salah")
    await text_stranger(NotificationKind.FAMILY_LINK, PHONE, NOW, **{LINK_SEALED: sealed_link(LINK)})
    await begin(member, "HP", NOW)
    await ask_for_code(PHONE, NOW)
    await store([inbound()], NOW, NOW + timedelta(days=1))
    for table in sealed_tables():
        if table.model is WorkEntry:
            continue
        for row in await table.model.all():
            for one in table.attributes:
                if not one.indexed and getattr(row, one.name) is None:
                    setattr(row, one.name, f"isi {one.name}")
            await row.save(update_fields=table.columns)


def inbound() -> Inbound:
    """A message that waits for a worker."""
    return Inbound(via="smsgate", channel=Channel.SMS, provider_id="m-1", sender=PHONE, text="tolong")


async def everything_sealed() -> dict[tuple[str, UUID, str], str | None]:
    """What each row of each table says, opened."""
    return {
        (table.name, row.pk, one.name): getattr(row, one.name)
        for table in sealed_tables()
        for row in await table.model.all()
        for one in table.attributes
    }


async def test_everything_reads_as_before_without_the_old_key(settings: Settings) -> None:
    before = await everything_sealed()
    empty = {(table.name, one.name) for table in sealed_tables() for one in table.attributes}
    empty -= {(table, name) for (table, _, name), text in before.items() if text is not None}
    open_vault(with_keys(settings, 2, 1))

    written = await rotate(lambda _: None)
    again = await rotate(lambda _: None)

    assert empty - {("registry_key", "secret")} == set(), "a sealed column without a row here"
    open_vault(with_keys(settings, 2))
    after = await everything_sealed()
    assert {place: text for place, text in after.items() if place[0] != "registry_key"} == before
    assert (written > 15, again) == (True, 0)


async def test_whoever_was_found_is_found_without_the_old_key(settings: Settings) -> None:
    desk = await principal_for(Role.DESK_OFFICER, region="33.02")
    open_vault(with_keys(settings, 2, 1))
    await rotate(lambda _: None)
    open_vault(with_keys(settings, 2))

    assert await Member.filter(phone_index=Member.phone.index(PHONE)).count() == 1
    assert await Patient.filter(national_id_index=Patient.national_id.index(NATIONAL_ID)).count() == 1
    twin = await make_patient()
    assert len(await likely_duplicates(desk, twin)) == 1
    assert len(await by_national_id(desk, NATIONAL_ID)) == 1
    texts = MemoryTextSender()
    await deliver_due_texts(texts, NOW)
    assert any(LINK in text.text for text in texts.messages)
    await store([inbound()], NOW)
    assert await InboundMessage.all().count() == 1


async def test_both_keys_are_looked_under_while_they_change(settings: Settings) -> None:
    desk = await principal_for(Role.DESK_OFFICER, region="33.02")
    token = (await begin(await Member.get(phone_index=Member.phone.index(PHONE)), None, NOW)).refresh_token
    open_vault(with_keys(settings, 2, 1))

    assert await Member.filter(phone_index__in=Member.phone.indexes(PHONE)).count() == 1
    assert len(await likely_duplicates(desk, await make_patient())) == 1
    assert len(await by_national_id(desk, NATIONAL_ID)) == 1
    await store([inbound()], NOW)
    assert await InboundMessage.all().count() == 1
    renewed = await refresh(token, NOW)
    open_vault(with_keys(settings, 2))
    assert renewed is not None
    assert await refresh(renewed.refresh_token, NOW) is not None


async def test_killed_on_the_way_it_goes_on_where_it_was(settings: Settings) -> None:
    before = await everything_sealed()
    open_vault(with_keys(settings, 2, 1))

    with KilledAt(20) as death:
        await rotate(lambda _: None)
    assert death.died
    await rotate(lambda _: None)

    open_vault(with_keys(settings, 2))
    after = await everything_sealed()
    assert {place: text for place, text in after.items() if place[0] != "registry_key"} == before


async def test_a_key_that_is_not_the_one_of_then_is_refused_and_nothing_is_changed(settings: Settings) -> None:
    strange = with_keys(settings, 2, 3).encryption_key.get_secret_value().replace("3:", "1:")
    index = with_keys(settings, 1).index_key
    open_vault(settings.model_copy(update={"encryption_key": type(index)(strange), "index_key": index}))
    with pytest.raises(KeyTrouble, match="Key number 1 doesn't open what"):
        await rotate(lambda _: None)
    open_vault(with_keys(settings, 2).model_copy(update={"index_key": index}))
    with pytest.raises(KeyTrouble, match="Data is kept under key number 1, which KURIR_ENCRYPTION_KEY doesn't have"):
        await rotate(lambda _: None)

    open_vault(settings)
    patient = await Patient.get(national_id_index=Patient.national_id.index(NATIONAL_ID))
    assert patient.diagnosis == "gagal ginjal kronis"


async def test_a_register_is_kept_under_the_index_key_of_then_only(settings: Settings) -> None:
    desk = await principal_for(Role.DESK_OFFICER, region="33.02")
    strange = SecretStr(ring(settings, "index_key", 2).replace("2:", "1:"))
    for index_key, why in [
        (SecretStr(ring(settings, "index_key", 2)), "key number 1, which KURIR_INDEX_KEY doesn't have"),
        (strange, "Key number 1 of KURIR_INDEX_KEY isn't the one of then"),
    ]:
        open_vault(settings.model_copy(update={"index_key": index_key}))
        with pytest.raises(KeyTrouble, match=why):
            await rotate(lambda _: None)
    open_vault(with_keys(settings, 1, 2).model_copy(update={"index_key": SecretStr(ring(settings, "index_key", 2))}))
    with pytest.raises(MissingKey, match="KURIR_INDEX_KEY has no key number 1"):
        await by_national_id(desk, NATIONAL_ID)

    assert await RegistryKey.all().count() == 0
    assert "KURIR_INDEX_KEY 1: registry_person.id, name_key, 1 rows" in report(await uses(NOW))
    open_vault(with_keys(settings, 2, 1))
    await rotate(lambda _: None)
    assert not any("registry_person" in line for line in report(await uses(NOW)))


async def test_a_register_imported_after_a_rotation_needs_no_older_key(settings: Settings, tmp_path: Path) -> None:
    await RegistryPerson.all().delete()
    open_vault(with_keys(settings, 2, 1))
    await rotate(lambda _: None)
    await imported(tmp_path, "registry", f"nik,nama,desa\n{NATIONAL_ID},Sutinah,{VILLAGE}\n", regency=REGENCY)

    open_vault(with_keys(settings, 2))
    desk = await principal_for(Role.DESK_OFFICER, region="33.02")
    assert len(await by_national_id(desk, NATIONAL_ID)) == 1


async def test_the_status_says_what_is_where_and_when_the_old_key_may_go(settings: Settings) -> None:
    open_vault(with_keys(settings, 2, 1))
    lines = list(report(await uses(NOW)))
    assert "KURIR_ENCRYPTION_KEY 1: needed: run `kurir keys rotate`" in lines
    assert "KURIR_ENCRYPTION_KEY 1: aid_lookup.purpose, 1 rows" in lines

    await rotate(lambda _: None)

    lines = list(report(await uses(NOW)))
    assert "KURIR_ENCRYPTION_KEY 1: may be taken out" in lines
    session = NOW + timedelta(days=90)
    assert f"KURIR_INDEX_KEY 1: may be taken out after {session:%Y-%m-%d %H:%M} UTC" in lines
    later = list(report(await uses(NOW + timedelta(days=400))))
    assert any(line.startswith("KURIR_INDEX_KEY 1: may be taken out; keep a copy to find look-ups") for line in later)


async def test_a_process_without_the_new_key_says_what_to_add(settings: Settings) -> None:
    open_vault(with_keys(settings, 2, 1))
    await make_report(text="baru")
    newest = await Report.all().order_by("-id").first()
    assert newest is not None

    open_vault(settings)
    with pytest.raises(MissingKey, match="KURIR_ENCRYPTION_KEY has no key number 2"):
        _ = newest.text
