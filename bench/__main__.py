"""`python -m bench`: all measurements, or those that are named."""

import argparse
import asyncio
import inspect
import sys
from collections.abc import Callable, Coroutine
from typing import Any, get_type_hints

from bench.nearby_tasks import nearby_tasks
from bench.outbox import outbox
from bench.push_fanout import push_fanout
from bench.race import race
from bench.ranking import ranking
from bench.rates import rates
from bench.registry import registry
from bench.simulate import simulate
from bench.statement import statement
from bench.storm import storm
from bench.sync import sync

Measurement = Callable[..., Coroutine[None, None, bool]]
MEASUREMENTS: dict[str, Measurement] = {
    one.__name__: one
    for one in (race, ranking, nearby_tasks, outbox, push_fanout, storm, simulate, statement, registry, sync, rates)
}


def main() -> int:
    """Run them one after the other; 1 when one of them came out as it must not."""
    chosen = vars(_parser().parse_args())
    names = chosen.pop("names") or list(MEASUREMENTS)
    outcomes = [asyncio.run(MEASUREMENTS[name](**_sizes(name, chosen))) for name in names]
    return 0 if all(outcomes) else 1


def _sizes(name: str, chosen: dict[str, Any]) -> dict[str, int]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): value for key, value in chosen.items() if key.startswith(prefix)}


def _parser() -> argparse.ArgumentParser:
    """An option for each argument of each measurement, whose annotation holds the help."""
    parser = argparse.ArgumentParser(
        "python -m bench",
        usage="%(prog)s [name ...] [options]",
        description="Measure over a PostgreSQL of its own, each time against something bare in the same run.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", choices=[*MEASUREMENTS, []], metavar="name", help=f"{', '.join(MEASUREMENTS)}; all"
    )
    for name, measurement in MEASUREMENTS.items():
        group = parser.add_argument_group(name, inspect.getdoc(measurement))
        hints = get_type_hints(measurement, include_extras=True)
        for size in inspect.signature(measurement).parameters.values():
            group.add_argument(
                f"--{name}-{size.name}".replace("_", "-"),
                dest=f"{name}.{size.name}",
                type=int,
                default=size.default,
                metavar="N",
                help=f"{hints[size.name].__metadata__[0]}; {size.default:,}",
            )
    return parser


if __name__ == "__main__":
    sys.exit(main())
