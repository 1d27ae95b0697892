"""The alert rules and the page about them: they speak of figures that there are, and say what to do."""

import re
from datetime import UTC, datetime
from pathlib import Path

from kurir_api.services.backup.back_up import DONE
from kurir_api.services.operations.office_figures import QUEUE_NAMES, office_figures
from kurir_api.settings import Settings
from kurir_api.telemetry.metrics import REGISTRY

DOCS = Path(__file__).parents[2] / "docs"
RULES, PAGE = (DOCS / name for name in ("kurir-alerts.yml", "operations.md"))


async def test_every_figure_in_rules_and_page_exists_and_every_alert_has_its_remedy(
    db: None, settings: Settings
) -> None:
    (settings.data_dir / DONE).touch()
    office = (await office_figures(datetime.now(UTC), settings)).decode()
    known = {"kurir_database_up", *re.findall(r"^# TYPE (\w+)", office, re.MULTILINE)}
    for family in REGISTRY.collect():
        known |= {family.name, f"{family.name}_total", f"{family.name}_bucket"}
    rules, page = RULES.read_text(), PAGE.read_text()

    assert set(re.findall(r"kurir_\w+", rules)) <= known
    assert set(re.findall(r"`(kurir_\w+)`", page)) <= known
    assert set(re.findall(r"alert: (\w+)", rules)) == set(re.findall(r"^### (\w+)", page, re.MULTILINE))
    assert [name for name in QUEUE_NAMES if f"`{name}`" not in page] == []
