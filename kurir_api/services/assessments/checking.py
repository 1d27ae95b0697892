"""Do answers fit their form? What doesn't is said question by question."""

from collections.abc import Iterator
from typing import Any

from kurir_api.errors import Problems, Words
from kurir_api.services.assessments.forms import Answers, Form, question

MOST_PROBLEMS = 50
LONGEST_NAME = 60
UNKNOWN = Words(id="Tidak ada di formulir ini.", en="This form has no such question.")
MISSING = Words(id="Harus dijawab.", en="Must be answered.")
TYPES = {
    "object": Words(id="Isi bagian-bagiannya.", en="Fill in its parts."),
    "array": Words(id="Isi sebagai daftar.", en="Give a list."),
    "string": Words(id="Isi dengan teks.", en="Give text."),
    "integer": Words(id="Isi dengan bilangan bulat.", en="Give a whole number."),
}
REASONS = {
    "enum": Words(id="Pilih salah satu: {wanted}.", en="Choose one of: {wanted}."),
    "minimum": Words(id="Paling sedikit {wanted}.", en="At least {wanted}."),
    "maximum": Words(id="Paling banyak {wanted}.", en="At most {wanted}."),
    "maxLength": Words(id="Paling banyak {wanted} karakter.", en="At most {wanted} characters."),
    "maxItems": Words(id="Paling banyak {wanted}.", en="At most {wanted}."),
    "uniqueItems": Words(id="Sebut masing-masing satu kali.", en="Name each once."),
    "pattern": Words(id="Tulis kodenya, seperti KIS_PBI.", en="Write the code, such as KIS_PBI."),
}
"""By keyword of JSON Schema; a test finds a form that uses another."""


def check_answers(problems: Problems, path: str, form: Form, answers: Answers) -> None:
    """Note under the path of each answer that doesn't fit what to do first; at most 50. Repeats no answer."""
    found: dict[str, Words] = {}
    for parts, words in _found(form, answers):
        found.setdefault(".".join([path, *parts]), words)
        if len(found) == MOST_PROBLEMS:
            break
    for at, words in found.items():
        problems.add(at, id=words.id, en=words.en)


def _found(form: Form, answers: Answers) -> Iterator[tuple[list[str], Words]]:
    incomplete: set[tuple[str, ...]] = set()
    for error in form.validator.iter_errors(answers):
        parts = [str(part) for part in error.absolute_path]
        asked = _asked(form.schema, list(error.absolute_path))
        match error.validator:
            case "required":
                # There is one error for each that is missing, and only its message would say which.
                for name in (
                    [] if tuple(parts) in incomplete else sorted(set(error.validator_value) - set(error.instance))
                ):
                    yield [*parts, name], _about(_asked(form.schema, [*error.absolute_path, name]), MISSING)
                incomplete.add(tuple(parts))
            case "additionalProperties":
                for name in sorted(set(error.instance) - set(error.schema["properties"])):
                    yield [*parts, name[:LONGEST_NAME]], UNKNOWN
            case "type":
                yield parts, _about(asked, TYPES[str(error.validator_value)])
            case keyword:
                yield parts, _about(asked, REASONS[str(keyword)], wanted=_wanted(error.validator_value))


def _asked(schema: dict[str, Any], path: list[Any]) -> Words | None:
    """How the question at the path is asked, or the last one on the way to it."""
    words = None
    for part in path:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
        words = question(schema) if "x-words" in schema else words
    return words


def _about(asked: Words | None, reason: Words, **values: str) -> Words:
    """The reason, after the question."""
    indonesian, english = reason.say("id", **values), reason.say("en", **values)
    return Words(f"{asked.id} {indonesian}", f"{asked.en} {english}") if asked else Words(indonesian, english)


def _wanted(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
