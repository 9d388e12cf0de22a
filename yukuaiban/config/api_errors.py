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
