"""Parts that the bodies and addresses of people's API share."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Path, Query, Schema
from pydantic import Field

from yukuaiban.people.models import Post
from yukuaiban.people.services.privacy import CORRECTABLE

RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="As the page before said.")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
#: No year in which a day after cannot be said.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]
if TYPE_CHECKING:
    Correctable = str
else:
    Correctable = Literal[tuple(CORRECTABLE)]


class PostOut(Schema):
    """A post that somebody holds; `last_day` itself included, null: no end is known."""

    post_id: int
    desk_id: int
    role: str
    department: str
    division: str
    substitute: bool
    valid_from: date
    last_day: date | None


def post_out(post: Post) -> dict[str, Any]:
    return {
        "post_id": post.pk,
        "desk_id": post.desk_id,
        "role": post.desk.role,
        "department": post.desk.department.name_zh,
        "division": post.desk.division_id,
        "substitute": post.substitute_for_id is not None,
        "valid_from": post.valid_from,
        "last_day": post.last_day,
    }
