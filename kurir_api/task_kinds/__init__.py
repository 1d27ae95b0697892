"""Task kinds: one file each, discovered. Adding a kind is adding a file that defines `KIND`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from kurir_api.task_kinds.base import Deadlines, PatientField, TaskKind, WavePlan


@cache
def task_kinds() -> dict[str, TaskKind]:
    """Every kind by its code, in the order of the codes."""
    found: list[TaskKind] = [
        import_module(f"{__name__}.{module.name}").KIND for module in iter_modules(__path__) if module.name != "base"
    ]
    return {kind.code: kind for kind in sorted(found, key=lambda kind: kind.code)}


__all__ = ["Deadlines", "PatientField", "TaskKind", "WavePlan", "task_kinds"]
