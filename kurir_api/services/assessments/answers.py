"""What the answers of an assessment say."""

import orjson

from kurir_api.models import Assessment
from kurir_api.services.assessments.forms import Answers, Form, form_of


def form_for(assessment: Assessment) -> Form:
    """The form they answer to."""
    form = form_of(assessment.kind, assessment.version)
    assert form is not None, "a released form is never removed"  # noqa: S101
    return form


def answers_of(assessment: Assessment) -> Answers:
    """The answers, unsealed."""
    answers: Answers = orjson.loads(assessment.answers or "{}")
    return answers


def had(assessment: Assessment) -> list[str]:
    """The codes of the programmes that the household has."""
    return form_for(assessment).programmes(answers_of(assessment), "has")


def needed(assessment: Assessment) -> list[str]:
    """The codes of the programmes that the household needs and doesn't have."""
    there = had(assessment)
    return [code for code in form_for(assessment).programmes(answers_of(assessment), "needs") if code not in there]
