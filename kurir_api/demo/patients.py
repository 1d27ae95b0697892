"""Invented patients: valid in form, marked as examples, nobody's."""

from dataclasses import dataclass
from datetime import date
from random import Random

from kurir_api.demo.people import KARANGNANGKA
from kurir_api.dispatch.geo import Point
from kurir_api.models import Sex
from kurir_api.services.cases.patients import PatientDetails

WOMAN_DAYS = 40
"""In a national id a woman's day of birth counts from 41."""

FIRST_NAMES = "Kasinem Parini Sumiyati Tukinem Rasiyem Sutinah Daliyem Wagiyem Karsini Suwarti Martini Ngatini"
LAST_NAMES = "Martowiyono Kartareja Sanmurti Wiryadi Darmareja Sumareja Wangsareja Ranameja Kramadi Mertadi"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPatient:
    """A woman between 45 and 75. `village` is a region code; `point` is (latitude, longitude)."""

    name: str
    national_id: str
    birth_date: date
    phone: str
    village: str
    address: str
    point: tuple[float, float]
    diagnosis: str

    def details(self) -> PatientDetails:
        """As the desk writes them down, with consent."""
        return PatientDetails(
            name=self.name,
            region=self.village,
            consent=True,
            national_id=self.national_id,
            birth_date=self.birth_date,
            sex=Sex.FEMALE,
            address=self.address,
            location=Point(*self.point),
            phone=self.phone,
            diagnosis=self.diagnosis,
        )


def invented_patient(
    random: Random,
    *,
    village: str = KARANGNANGKA,
    point: tuple[float, float] = (-7.3761, 109.2171),
    diagnosis: str = "Gagal ginjal kronis, cuci darah dua kali seminggu",
) -> InventedPatient:
    """Another patient on every call, by default in Karangnangka; her national id passes stdnum's check."""
    born = date(random.randint(1951, 1980), random.randint(1, 12), random.randint(1, 28))
    subdistrict = "".join(village.split(".")[:3])
    birth = f"{born.day + WOMAN_DAYS}{born:%m%y}"
    return InventedPatient(
        name=f"{random.choice(FIRST_NAMES.split())} {random.choice(LAST_NAMES.split())} (contoh)",
        national_id=f"{subdistrict}{birth}{random.randint(1, 9999):04}",
        birth_date=born,
        phone=f"+62811{random.randint(1, 9_999_999):08}",
        village=village,
        address=f"RT {random.randint(1, 6)} RW {random.randint(1, 3)}, data contoh",
        point=point,
        diagnosis=diagnosis,
    )
