"""Imports: one file each, discovered. Adding a kind is adding a file that defines `KIND`; its name is the kind's."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from kurir_api.services.imports.base import (
    BATCH,
    Column,
    ImportKind,
    Line,
    Order,
    Outcome,
    Put,
    Refused,
    Tell,
    Values,
    WholeFile,
    refused,
)


@cache
def import_kinds() -> dict[str, ImportKind[Any] | WholeFile]:
    """Every kind by its name, in order."""
    modules = {module.name: import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)}
    return {name: module.KIND for name, module in sorted(modules.items()) if hasattr(module, "KIND")}


__all__ = [
    "BATCH",
    "Column",
    "ImportKind",
    "Line",
    "Order",
    "Outcome",
    "Put",
    "Refused",
    "Tell",
    "Values",
    "WholeFile",
    "import_kinds",
    "refused",
]
