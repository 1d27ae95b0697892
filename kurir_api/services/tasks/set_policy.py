"""Which policy a regency follows, for one kind of task or for all others."""

from dataclasses import dataclass

from tortoise.connection import get_connection

from kurir_api.dispatch.facts import WEEKLY_ALERTS
from kurir_api.dispatch.policies import policies
from kurir_api.errors import Problems
from kurir_api.models import new_id
from kurir_api.services.places.check_regency import check_regency
from kurir_api.task_kinds import task_kinds

FEWEST_ALERTS, MOST_ALERTS = 1, 1000

# What isn't said stays; a kind that gets a policy of its own begins with the limit of the others.
SET = f"""
INSERT INTO dispatch_setting (id, regency_code, kind, policy, weekly_alerts)
SELECT $1::uuid, $2::varchar, $3::varchar, $4::varchar, coalesce($5::smallint,
    (SELECT weekly_alerts FROM dispatch_setting WHERE regency_code = $2 AND kind IS NULL), {WEEKLY_ALERTS})
ON CONFLICT (regency_code, (coalesce(kind, ''))) DO UPDATE
SET policy = excluded.policy, weekly_alerts = coalesce($5::smallint, dispatch_setting.weekly_alerts)
RETURNING weekly_alerts
"""


@dataclass(frozen=True, kw_only=True)
class SetPolicy:
    """`policy`: a file in dispatch/policies. `kind`: a code; None: all kinds without a policy of their own.

    `weekly_alerts`: how many alerts a member gets in seven days at most, emergencies apart; None: as it is.
    """

    regency: str
    policy: str
    kind: str | None = None
    weekly_alerts: int | None = None


async def set_policy(command: SetPolicy) -> int:
    """How many alerts a member gets in seven days at most, from now on.

    For the operator, who needs nobody's leave. Raises InvalidInput.
    """
    problems = Problems()
    await check_regency(problems, "regency", command.regency)
    _check_name(problems, "policy", command.policy, sorted(policies()))
    if command.kind is not None:
        _check_name(problems, "kind", command.kind, list(task_kinds()))
    if command.weekly_alerts is not None and not FEWEST_ALERTS <= command.weekly_alerts <= MOST_ALERTS:
        problems.add(
            "weeklyAlerts",
            id=f"Antara {FEWEST_ALERTS} dan {MOST_ALERTS}.",
            en=f"Between {FEWEST_ALERTS} and {MOST_ALERTS}.",
        )
    problems.refuse()
    values = [new_id(), command.regency, command.kind, command.policy, command.weekly_alerts]
    rows = await get_connection("default").execute_query_dict(SET, values)
    limit: int = rows[0]["weekly_alerts"]
    return limit


def _check_name(problems: Problems, path: str, name: str, known: list[str]) -> None:
    if name not in known:
        said = ", ".join(known)
        problems.add(path, id=f"Yang ada: {said}.", en=f"There are: {said}.")
