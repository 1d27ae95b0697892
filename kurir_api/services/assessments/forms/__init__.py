"""Forms: one file for each version, discovered. KIND/3.json here is version 3 of the form of the task kind KIND.

A form is a JSON Schema (draft 2020-12) of an object of answers, with annotations for who shows it; docs/outreach.md
describes them. A file that was released never changes: answers refer to it for good.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from kurir_api.errors import Words

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a kind's form."""

    kind: str
    version: int
    schema: dict[str, Any]
    validator: Draft202012Validator

    def programmes(self, answers: Answers, which: str) -> list[str]:
        """The codes of the programmes that a household, by its answers, "has" or "needs"."""
        question = self.schema["x-programmes"].get(which)
        return list(answers.get(question, ()))


@cache
def forms() -> dict[str, dict[int, Form]]:
    """By kind of task, its form's versions, in order. Raises jsonschema's SchemaError for what is no JSON Schema."""
    found: dict[str, dict[int, Form]] = {}
    for folder in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if folder.is_dir() and folder.name.isupper():
            versions = [_form(folder.name, file) for file in folder.iterdir()]
            found[folder.name] = {form.version: form for form in sorted(versions, key=lambda form: form.version)}
    return found


def form_of(kind: str, version: int | None = None) -> Form | None:
    """This version of the kind's form, or its newest."""
    versions = forms().get(kind, {})
    return versions.get(max(versions, default=0) if version is None else version)


def question(schema: dict[str, Any]) -> Words:
    """How a question is asked."""
    return Words(**schema["x-words"])


def _form(kind: str, file: Traversable) -> Form:
    schema = orjson.loads(file.read_bytes())
    Draft202012Validator.check_schema(schema)
    return Form(kind, int(file.name.removesuffix(".json")), schema, Draft202012Validator(schema))
