"""What every refusal of the API looks like: `{code, message, details}`."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field


class ErrorBody(Schema):
    """A refusal: a stable code for programs, a sentence for people, and what is needed to put it right."""

    code: str = Field(description="Stable, such as `case.transition_refused`.")
    message: str = Field(description="What was asked, why not, what to do, in the language of the request.")
    details: dict[str, Any] = Field(default_factory=dict)


def refusals(*statuses: int) -> dict[int, Any]:
    """The part of an operation's `response` that says how it may refuse."""
    return dict.fromkeys(statuses, ErrorBody)


#: Who is not signed in, may not, or finds nothing; and what does not fit the description.
OF_READING = refusals(401, 403, 404, 422)
#: Besides: a body that is no JSON, a state or rule that forbids it, a body too large, tried too often, maintenance.
OF_CHANGING = refusals(400, 401, 403, 404, 409, 413, 422, 429, 503)
