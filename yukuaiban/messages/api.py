"""`/api/v1/messages`: is a letter ours, what is it. It says nothing about a person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path as InPath
from ninja import Router, Schema

from yukuaiban.config.api_errors import refusals
from yukuaiban.messages.letters import selectors

router = Router(tags=["messages"], auth=None)


class Words(Schema):
    zh: str
    en: str


class VerifiedLetterBody(Schema):
    """What anybody may learn of a letter by the code on it."""

    number: str
    title: Words
    body: str
    item: str
    made_at: datetime
    served_at: datetime | None
    is_sample: bool


@router.get(
    "/letters/verify/{code}",
    response={200: VerifiedLetterBody, **refusals(404, 422)},
    operation_id="verify_letter",
    summary="Verify a letter",
)
def verify(request: HttpRequest, code: Annotated[str, InPath(pattern=r"^[^\x00/]{1,60}$")]) -> dict[str, Any]:
    """By the code printed on it."""
    letter = selectors.letter_by_code(code)
    return {
        "number": letter.number,
        "title": {"zh": letter.title_zh, "en": letter.title_en},
        "body": letter.body_name,
        "item": letter.item_name,
        "made_at": letter.made_at,
        "served_at": letter.served_at,
        "is_sample": letter.is_sample,
    }
