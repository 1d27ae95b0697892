"""A second regency is data: Kebumen, set up by files only, next to Banyumas."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kurir_api.models import Holiday, Member, Organization, Programme, Region, Role
from kurir_api.services.imports import Order
from kurir_api.services.imports.import_file import import_file
from kurir_api.services.members.set_up_office import SetUpOffice, set_up_office
from kurir_api.services.places.load_places import regions
from tests.api import Api
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    VILLAGE,
    make_assessment,
    make_case,
    make_claim,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    make_report,
    make_task,
)
from tests.ids import id_of

KEBUMEN_VILLAGE = "33.05.26.2006"
LISTS = "reports cases referrals organizations assessments tasks"
OWN_LISTS = f"""{{
    {" ".join(f"{name}(first: 50) {{ edges {{ node {{ id }} }} }}" for name in LISTS.split())} programmes {{ id }}
}}"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


async def imported(folder: Path, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Import the rows from a file of Kebumen's, of which none may be refused."""
    file, listed = folder / f"{kind}.csv", list(rows)
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, listed[0])
        table.writeheader()
        table.writerows(listed)
    said: list[object] = []
    outcome = await import_file(Order(kind=kind, file=file, now=NOW, regency=OTHER_REGENCY), said.append)
    assert (outcome.read, said) == (len(listed), [])


async def set_up_kebumen(folder: Path) -> Member:
    """Its coordinator, who came with the files like everything else."""
    await imported(
        folder,
        "regions",
        (
            {"code": row.code, "name": row.name, "latitude": row.latitude, "longitude": row.longitude}
            for row in regions(OTHER_REGENCY)
        ),
    )
    await imported(folder, "organizations", [{"name": "Dinas Sosial Kebumen", "kind": "REGENCY_AGENCY"}])
    people = [("Rahayu", "0813-2700-0201", "COORDINATOR"), ("Slamet", "0813-2700-0202", "VOLUNTEER")]
    await imported(
        folder,
        "members",
        (
            {"name": name, "phone": phone, "organization": "Dinas Sosial Kebumen", "role": role}
            for name, phone, role in people
        ),
    )
    programme = {"code": "KIS_PBI", "name": "KIS PBI", "sector": "HEALTH", "response_days": 3}
    await imported(folder, "programmes", [programme | {"organization": "Dinas Sosial Kebumen"}])
    await imported(folder, "holidays", [{"day": "2026-12-01", "name": "Hari Jadi Kebumen"}])
    return await Member.get(name="Rahayu")


async def work_of(regency: str, village: str, programme: Programme, organization: Organization) -> set[str]:
    """The ids of a regency's things, of every kind that has a list or is found by its id."""
    patient = await make_patient(region=village)
    case = await make_case(patient)
    task = await make_task(case, kind="OUTREACH_VISIT")
    helper = await make_member(region=regency, organization=organization)
    claim = await make_claim(task, helper, organization=organization)
    rows = [
        await make_report(regency_code=regency, region_id=village, desk_id=village),
        patient,
        case,
        task,
        claim,
        helper,
        await make_assessment(task, filled_by=helper),
        await make_referral(programme, patient, case),
    ]
    return {id_of(row) for row in [*rows, programme, organization]}


async def test_neither_coordinator_sees_anything_of_the_other_regency(api: Api, tmp_path: Path) -> None:
    kebumens = await set_up_kebumen(tmp_path)
    office = await make_organization("Dinas Sosial Banyumas", regency_code=REGENCY)
    assert await Holiday.get(day=date(2026, 12, 1), regency_code=OTHER_REGENCY, kind="LOCAL")
    banyumas = await make_member("Kus", Role.COORDINATOR, REGENCY, organization=office)
    here = await work_of(REGENCY, VILLAGE, await make_programme("KIS_PBI", office), office)
    agency = await Organization.get(regency_code=OTHER_REGENCY)
    there = await work_of(OTHER_REGENCY, KEBUMEN_VILLAGE, await Programme.get(regency_code=OTHER_REGENCY), agency)

    for caller, own, foreign in ((banyumas, here, there), (kebumens, there, here)):
        lists = await api.data(caller, OWN_LISTS)
        programmes = [one["id"] for one in lists.pop("programmes")]
        listed = {edge["node"]["id"] for page in lists.values() for edge in page["edges"]}
        found = await api.data(caller, NODES, ids=sorted(own | foreign))

        assert all(page["edges"] for page in lists.values())
        assert len(programmes) == 1
        assert not {*listed, *programmes} & foreign
        assert {node["id"] for node in found["nodes"] if node} == own


async def test_an_office_may_be_set_up_where_the_regions_were_imported(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "regions.csv"
    file.write_text("code,name,lat,lon\n74,Sulawesi Tenggara\n74.03,Kabupaten Konawe,-3.9,122.1\n")
    await import_file(Order(kind="regions", file=file, now=NOW), print)

    await set_up_office(
        SetUpOffice(regency="74.03", office="Dinas Sosial Konawe", name="Wa Ode", phone="0813-2700-0301")
    )

    admin = await Member.get(name="Wa Ode").prefetch_related("memberships")
    assert [(one.role, one.region_id) for one in admin.memberships] == [(Role.ADMIN, "74.03")]
    assert await Region.all().count() == 2
    assert await Programme.filter(regency_code="74.03").exists()
