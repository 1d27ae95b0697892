"""Who a patient is: what the desk may write down, who is found again by national id, and what it is warned of."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point
from kurir_api.errors import InvalidInput, Words
from kurir_api.models import CarePhase, Case, Patient, Region, Role, Sex
from kurir_api.services.cases.duplicates import LIKELY_DUPLICATE, NAME, index_names
from kurir_api.services.cases.open_case import OpenCase, OpenedCase, open_case
from kurir_api.services.cases.patients import (
    KNOWN_BEFORE,
    ODD_NATIONAL_ID,
    OTHER_BIRTH_DATE,
    PatientDetails,
)
from kurir_api.services.names import tokens
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_patient,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

NATIONAL_ID = "3302235507450003"
"""A woman's, of Banyumas, born on 15 July of a year that ends in 45: 40 is added to a woman's day."""

FURTHER_VILLAGE = "33.02.24.1003"
NOT_A_REGION = "Choose a village or sub-district where you work."
SIXTEEN = "A national id has 16 digits."


async def register(officer: Principal, **values) -> OpenedCase:
    """Open a case for a Sutinah who is described so."""
    details = PatientDetails(**{"name": "Sutinah", "region": VILLAGE, "consent": True} | values)
    return await open_case(officer, OpenCase(phase=CarePhase.BEFORE_HOSPITAL, patient=details))


class TestWritingDown:
    async def test_keeps_everything_as_it_is_to_be_read(self, officer: Principal) -> None:
        await register(
            officer,
            name="  Sutinah   binti\tKarto ",
            consent=False,
            consent_note=" Tidak sadar, keluarga setuju ",
            national_id=" 3302.2355-0745 0003 ",
            birth_date=date(1945, 7, 15),
            address=" RT 2 RW 1, dekat mushala ",
            location=Point(-7.3825, 109.2215),
            phone="62812-3456-7890",
            diagnosis=" gagal ginjal kronis ",
            family_card=" 3302.2311 0806-0007 ",
            sex=Sex.FEMALE,
            landmark=" Seberang balai desa ",
        )

        patient = await Patient.get()
        assert (patient.name, patient.birth_date) == ("Sutinah binti Karto", date(1945, 7, 15))
        assert (patient.region_id, patient.regency_code) == (VILLAGE, REGENCY)
        assert (patient.latitude, patient.longitude) == (-7.3825, 109.2215)
        assert (patient.consent, patient.consent_note) == (False, "Tidak sadar, keluarga setuju")
        assert (patient.national_id, patient.masked_national_id) == (NATIONAL_ID, "************0003")
        assert (patient.address, patient.phone) == ("RT 2 RW 1, dekat mushala", "+6281234567890")
        assert patient.diagnosis == "gagal ginjal kronis"
        assert (patient.family_card, patient.sex, patient.landmark) == (
            "3302231108060007",
            Sex.FEMALE,
            "Seberang balai desa",
        )

    @time_machine.travel(NOW, tick=False)
    async def test_says_who_wrote_down_the_consent_and_when(self, officer: Principal) -> None:
        await register(officer)

        patient = await Patient.get()
        assert (patient.consent, patient.consent_by_id, patient.consent_at) == (True, officer.member_id, NOW)

    async def test_a_family_card_has_sixteen_digits(self, officer: Principal) -> None:
        assert await problems(register(officer, family_card="33022311080600")) == {
            "patient.familyCard": "A family card has 16 digits."
        }

    async def test_needs_a_name_a_place_and_consent_alone(self, officer: Principal) -> None:
        await register(officer, national_id=" - ", address="", phone=" ", diagnosis=" ", consent_note="")

        patient = await Patient.get()
        assert (patient.national_id, patient.national_id_index, patient.masked_national_id) == (None, None, None)
        assert (patient.address, patient.phone, patient.diagnosis, patient.consent_note) == (None,) * 4
        assert (patient.birth_date, patient.latitude, patient.longitude) == (None, None, None)

    async def test_hides_what_is_nobody_elses_business_from_who_reads_the_database(self, officer: Principal) -> None:
        secrets = {
            "national_id": NATIONAL_ID,
            "family_card": "3302231108060007",
            "landmark": "Seberang balai desa",
            "address": "RT 2 RW 1, dekat mushala",
            "phone": "+6281234567890",
            "diagnosis": "gagal ginjal kronis",
            "consent_note": "Tidak sadar, keluarga setuju",
        }

        await register(officer, **secrets)

        (row,) = await Patient.all().values()
        assert [secret for secret in secrets.values() if secret in str(row)] == []

    async def test_without_consent_says_why(self, officer: Principal) -> None:
        for note in (None, "  "):
            assert await problems(register(officer, consent=False, consent_note=note)) == {
                "patient.consentNote": "Without consent, say why the data is recorded all the same."
            }

    @pytest.mark.parametrize(
        "digits",
        ["330223550745000", "33022355074500031", "330223550745000A", "٣٣٠٢٢٣٥٥٠٧٤٥٠٠٠٣", "3302/2355/0745/0003"],
    )
    async def test_a_national_id_has_sixteen_digits(self, digits: str, officer: Principal) -> None:
        assert await problems(register(officer, national_id=digits)) == {"patient.nationalId": SIXTEEN}

    @pytest.mark.parametrize("phone", ["110", "0812", "rumah"])
    async def test_a_phone_number_reaches_somebody(self, phone: str, officer: Principal) -> None:
        assert await problems(register(officer, phone=phone)) == {
            "patient.phone": "Not a phone number; write it like 0812-3456-7890."
        }

    async def test_names_everything_to_mend_at_once_and_repeats_no_value(self, officer: Principal) -> None:
        secret = "Rahasia " * 300
        call = register(
            officer,
            name=" ",
            region="99.99.99",
            consent=False,
            national_id="Rahasia",
            birth_date=date(1800, 1, 1),
            address=secret,
            phone="Rahasia",
            diagnosis=secret,
            consent_note=secret,
        )

        refusal = await refused(call, InvalidInput)

        assert {".".join(problem.path): problem.message("en") for problem in refusal.problems} == {
            "patient.name": "Must not be empty.",
            "patient.nationalId": SIXTEEN,
            "patient.address": "At most 500 characters.",
            "patient.phone": "Not a phone number; write it like 0812-3456-7890.",
            "patient.diagnosis": "At most 2000 characters.",
            "patient.consentNote": "At most 2000 characters.",
            "patient.region": NOT_A_REGION,
            "patient.birthDate": "Check the birth date.",
        }
        assert "Rahasia" not in refusal.message("id") + refusal.message("en")

    async def test_up_to_the_limits_everything_fits(self, officer: Principal) -> None:
        await register(officer, name="é" * 120, address="é" * 500, diagnosis="é" * 2000, consent_note="é" * 2000)

        patient = await Patient.get()
        assert (len(patient.name), len(patient.address or ""), len(patient.diagnosis or "")) == (120, 500, 2000)

    async def test_a_name_too_long_is_refused(self, officer: Principal) -> None:
        assert await problems(register(officer, name="é" * 121)) == {"patient.name": "At most 120 characters."}


class TestPlaces:
    @pytest.mark.parametrize("region", [VILLAGE, SUBDISTRICT])
    async def test_a_patient_lives_in_a_village_or_at_least_a_sub_district(self, region: str) -> None:
        await register(await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT), region=region)

        assert (await Patient.get()).region_id == region

    @pytest.mark.parametrize("region", [FURTHER_VILLAGE, OTHER_VILLAGE, REGENCY, "33", "33.02.23.9999", ""])
    async def test_and_where_the_desk_works(self, region: str) -> None:
        officer = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT)

        assert await problems(register(officer, region=region)) == {"patient.region": NOT_A_REGION}


class TestBirthDates:
    TODAY = date(2026, 11, 24)
    JUST_AFTER_MIDNIGHT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)

    @pytest.mark.parametrize("born", [TODAY, date(1945, 7, 15), TODAY - timedelta(days=47_482)])
    @time_machine.travel(JUST_AFTER_MIDNIGHT, tick=False)
    async def test_lie_within_the_last_130_years_by_the_regencys_calendar(
        self, born: date, officer: Principal
    ) -> None:
        await register(officer, birth_date=born)

        assert (await Patient.get()).birth_date == born

    @pytest.mark.parametrize("born", [TODAY + timedelta(days=1), TODAY - timedelta(days=47_483)])
    @time_machine.travel(JUST_AFTER_MIDNIGHT, tick=False)
    async def test_neither_in_the_future_nor_before(self, born: date, officer: Principal) -> None:
        assert await problems(register(officer, birth_date=born)) == {"patient.birthDate": "Check the birth date."}

    @time_machine.travel(JUST_AFTER_MIDNIGHT, tick=False)
    async def test_further_east_the_day_began_earlier(self, officer: Principal) -> None:
        await Region.filter(code=VILLAGE).update(time_zone="Asia/Jayapura")
        with time_machine.travel(self.JUST_AFTER_MIDNIGHT - timedelta(hours=2), tick=False):
            await register(officer, birth_date=self.TODAY)

        assert (await Patient.get()).birth_date == self.TODAY


class TestWarnings:
    @pytest.mark.parametrize(
        ("national_id", "born", "warnings"),
        [
            (NATIONAL_ID, None, ()),
            (NATIONAL_ID, date(1945, 7, 15), ()),
            ("3302231507450003", date(1945, 7, 15), ()),
            ("3302232902000001", date(2000, 2, 29), ()),
            (None, date(1945, 7, 15), ()),
            (NATIONAL_ID, date(1945, 7, 16), (OTHER_BIRTH_DATE,)),
            (NATIONAL_ID, date(1945, 8, 15), (OTHER_BIRTH_DATE,)),
            (NATIONAL_ID, date(1946, 7, 15), (OTHER_BIRTH_DATE,)),
            ("9902235507450003", None, (ODD_NATIONAL_ID,)),
            ("9902235507450003", date(1945, 7, 16), (ODD_NATIONAL_ID, OTHER_BIRTH_DATE)),
            ("3302233207450003", date(1945, 7, 15), (ODD_NATIONAL_ID,)),
            ("3302231513450003", None, (ODD_NATIONAL_ID,)),
            ("3302232902010001", date(2001, 2, 28), (ODD_NATIONAL_ID,)),
        ],
        ids=[
            "a woman's",
            "a woman's and her birth date",
            "a man's and his birth date",
            "29 February 2000",
            "none",
            "another day",
            "another month",
            "another year",
            "no such province",
            "no such province, another day",
            "the 32nd",
            "the 13th month",
            "29 February 2001",
        ],
    )
    async def test_of_a_national_id_that_is_odd_or_tells_another_birth_date(
        self, national_id: str | None, born: date | None, warnings: tuple[Words, ...], officer: Principal
    ) -> None:
        opened = await register(officer, national_id=national_id, birth_date=born)

        assert opened.warnings == warnings
        assert (await Patient.get()).national_id == national_id

    @pytest.mark.parametrize("name", ["Sutinah Karto", "SUTINAH  KARTO", "sutinah, karto.", "Sutinah-Karto"])
    async def test_of_the_same_name_in_the_same_place_however_it_is_written(
        self, name: str, officer: Principal
    ) -> None:
        await make_case(await make_patient(name=name), number="3302-2026-0901")

        opened = await register(officer, name="Sutinah Karto")

        assert opened.warnings == (
            Words(
                id=f"{LIKELY_DUPLICATE.id} Kasusnya: 3302-2026-0901.",
                en=f"{LIKELY_DUPLICATE.en} Their cases: 3302-2026-0901.",
            ),
        )
        assert await Patient.all().count() == 2

    async def test_of_the_same_name_and_birth_date_in_another_village(self, officer: Principal) -> None:
        await make_patient(region=FURTHER_VILLAGE, birth_date=date(1945, 7, 15))

        opened = await register(officer, birth_date=date(1945, 7, 15))

        assert opened.warnings == (LIKELY_DUPLICATE,)

    @pytest.mark.parametrize(
        "other",
        [
            {"name": "Soetinah", "region": SUBDISTRICT},
            {"name": "Karto Sutinah"},
            {"name": "Ibu Sutina", "region": FURTHER_VILLAGE, "family_card": "3302231108060007"},
            {"name": "Warsini", "region": FURTHER_VILLAGE, "phone": "+6281355556666"},
        ],
        ids=["as it sounds", "a longer name", "the same family card", "the same phone"],
    )
    async def test_of_who_may_be_the_same(self, other: dict, officer: Principal) -> None:
        await make_patient(**other)

        opened = await register(officer, family_card="3302231108060007", phone="081355556666")

        assert opened.warnings == (LIKELY_DUPLICATE,)

    async def test_of_those_registered_before_there_were_tokens_once_a_worker_has_written_them(
        self, officer: Principal
    ) -> None:
        await make_patient()
        await make_patient(name="Mas")
        await Patient.all().update(name_tokens=[])
        assert (await register(officer)).warnings == ()

        assert await index_names(NOW) == 0

        assert (await Patient.all().order_by("id").first()).name_tokens == tokens(NAME, "Sutinah")
        assert not await Patient.filter(name_tokens=[]).exists()

    @pytest.mark.parametrize(
        "other",
        [
            {"name": "Sutini"},
            {"name": "Sutinah Karto", "region": FURTHER_VILLAGE},
            {"region": FURTHER_VILLAGE},
            {"region": FURTHER_VILLAGE, "birth_date": date(1945, 7, 16)},
            {"region": OTHER_VILLAGE, "birth_date": date(1945, 7, 15)},
        ],
    )
    async def test_of_nobody_else(self, other: dict) -> None:
        await make_patient(**other)
        officer = await principal_for(Role.DESK_OFFICER, region="33")

        assert (await register(officer, birth_date=date(1945, 7, 15))).warnings == ()

    async def test_of_nobody_whom_the_desk_does_not_know(self) -> None:
        await make_patient(region=FURTHER_VILLAGE, birth_date=date(1945, 7, 15))
        officer = await principal_for(Role.DESK_OFFICER, region=VILLAGE)

        assert (await register(officer, birth_date=date(1945, 7, 15))).warnings == ()

    async def test_name_the_three_newest_cases(self, officer: Principal) -> None:
        for number in range(1, 6):
            await make_case(await make_patient(), number=f"3302-2026-090{number}")

        (warning,) = (await register(officer)).warnings

        assert warning.en.endswith("Their cases: 3302-2026-0905, 3302-2026-0904, 3302-2026-0903.")


class TestFoundAgain:
    async def test_by_national_id_a_patient_takes_over_what_is_given_and_keeps_the_rest(
        self, officer: Principal
    ) -> None:
        known = await make_patient(name="Sutina", national_id=NATIONAL_ID, region=SUBDISTRICT)

        opened = await register(
            officer,
            national_id="3302 2355 0745 0003",
            birth_date=date(1945, 7, 15),
            phone="0813-1111-2222",
            location=Point(-7.4, 109.25),
            consent=False,
            consent_note="Keluarga menolak, tetap dicatat",
        )

        patient = await Patient.get()
        assert opened.warnings == (KNOWN_BEFORE,)
        assert (patient.id, (await Case.get()).patient_id) == (known.id, known.id)
        assert (patient.name, patient.region_id, patient.birth_date) == ("Sutinah", VILLAGE, date(1945, 7, 15))
        assert (patient.phone, patient.latitude, patient.longitude) == ("+6281311112222", -7.4, 109.25)
        assert (patient.consent, patient.consent_note) == (False, "Keluarga menolak, tetap dicatat")
        assert (patient.national_id, patient.address) == (NATIONAL_ID, "RT 2 RW 1, dekat mushala")
        assert patient.diagnosis == "gagal ginjal kronis"

    async def test_what_is_not_given_stays(self, officer: Principal) -> None:
        await make_patient(national_id=NATIONAL_ID, birth_date=date(1945, 7, 15))

        await register(officer, national_id=NATIONAL_ID)

        patient = await Patient.get()
        assert (patient.birth_date, patient.phone) == (date(1945, 7, 15), "+6281234567890")
        assert (patient.latitude, patient.longitude) == (-7.3825, 109.2215)

    async def test_a_case_that_was_closed_stays_where_the_patient_lived_then(self, officer: Principal) -> None:
        patient = await make_patient(national_id=NATIONAL_ID, region=SUBDISTRICT)
        await make_case(patient, status="CLOSED", outcome="RECOVERED", closed_at=NOW)

        await register(officer, national_id=NATIONAL_ID)

        assert await Case.all().order_by("id").values_list("region_id", flat=True) == [SUBDISTRICT, VILLAGE]

    async def test_in_another_regency_it_is_another_row(self) -> None:
        elsewhere = await make_patient(national_id=NATIONAL_ID, region=OTHER_VILLAGE)

        opened = await register(await principal_for(Role.DESK_OFFICER, region="33"), national_id=NATIONAL_ID)

        assert opened.warnings == ()
        assert {patient.regency_code: patient.national_id for patient in await Patient.all()} == {
            REGENCY: NATIONAL_ID,
            OTHER_REGENCY: NATIONAL_ID,
        }
        assert (await Case.get()).patient_id != elsewhere.id

    async def test_another_desks_patient_is_left_alone(self) -> None:
        await make_patient(national_id=NATIONAL_ID, region=FURTHER_VILLAGE)
        officer = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT)

        assert await problems(register(officer, national_id=NATIONAL_ID)) == {
            "patient.nationalId": (
                "Only the regency's desk can use this national id. Compare it with the id card, then ask them."
            )
        }

    async def test_without_a_national_id_nobody_is(self, officer: Principal) -> None:
        await make_patient()

        await register(officer)

        assert await Patient.all().count() == 2
