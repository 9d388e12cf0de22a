"""`GET /api/v1/workdays`: count working days, with reasons, for anyone."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from yukuaiban.calendars import questions, selectors
from yukuaiban.calendars.errors import OutsideCalendar, QuestionInvalid
from yukuaiban.calendars.limits import Limit, Unit
from yukuaiban.calendars.working_days import CalendarGap
from yukuaiban.config.api_errors import ErrorBody

router = Router(tags=["workdays"])


def _iso(value: Any) -> Any:
    """Only `2027-10-01`: pydantic alone would also take a number of seconds."""
    if isinstance(value, str):
        return date.fromisoformat(value) if len(value) == 10 else _wrong(value)
    return value


def _wrong(value: str) -> date:
    raise ValueError(f"{value!r} is no date such as 2027-10-01")


Day = Annotated[date, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "date"})]


class ReasonBody(Schema):
    """One thing that made a date what it is: a stable code, both sentences, and the facts they are made of."""

    code: str
    zh: str
    en: str
    facts: dict[str, Any]


class Answer(Schema):
    """What every answer has."""

    provisional: bool = Field(description="A holiday notice that could change the answer is not out yet.")
    missing_years: list[int] = Field(description="The years whose notice is missing.")
    reasons: list[ReasonBody]


class AddAnswer(Answer):
    """When a limit that begins on `start` ends. The start day is not counted."""

    question: Literal["add"]
    start: date
    number: int
    unit: Unit
    due_on: date


class BetweenAnswer(Answer):
    """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""

    question: Literal["between"]
    start: date
    end: date
    working_days: int
    calendar_days: int


class WhyAnswer(Answer):
    """Whether a day is worked and why."""

    question: Literal["why"]
    day: date
    is_working: bool
    next_working_day: date = Field(description="The day itself when it is worked.")


class Asked(Schema):
    """One of three questions: `start` and `number` (add), `start` and `end` (between), or `day` (why)."""

    start: Day | None = Field(None, description="The day a limit begins, or the first of two days; not counted.")
    number: int | None = Field(None, ge=0, le=9999, description="With `start`: how many of `unit`.")
    unit: Unit = Field(Unit.WORKING_DAY, description="With `number`: of what. `on_the_spot` takes the number 0.")
    end: Day | None = Field(None, description="With `start`: the second day; counted.")
    day: Day | None = Field(None, description="Alone: the day to explain.")


@router.get(
    "",
    response={200: AddAnswer | BetweenAnswer | WhyAnswer, 422: ErrorBody},
    operation_id="workdays",
    summary="Count working days",
    auth=None,
)
def workdays(request: HttpRequest, asked: Annotated[Asked, Query()]) -> dict[str, Any]:
    """Count working days as the holiday notices leave them, with reasons that name the notice.

    - `?start=2024-02-08&number=5` gives the last day of the limit (`unit`: working days by default);
    - `?start=2025-09-15&end=2025-10-17` gives the working days between;
    - `?day=2025-09-28` says whether a day is worked, why, and which is the next.
    """
    given = {name for name in ("start", "number", "end", "day") if getattr(asked, name) is not None}
    calendar = selectors.current()
    try:
        match sorted(given), asked:
            case ["number", "start"], Asked(start=date() as start, number=int() as number, unit=unit):
                if unit is Unit.ON_THE_SPOT and number:
                    message = _("当场办结没有期限，number 请填 0。")
                    raise QuestionInvalid(message, details={"number": "0 with the unit on_the_spot"})
                return questions.add(calendar, start, Limit(number, unit)).as_json()
            case ["end", "start"], Asked(start=date() as start, end=date() as end):
                return questions.between(calendar, start, end).as_json()
            case ["day"], Asked(day=date() as day):
                return questions.why(calendar, day).as_json()
    except CalendarGap as gap:
        span = {"first": calendar.first.year, "last": calendar.last.year}
        message = _("只能计算 %(first)s 年至 %(last)s 年的日期。") % span
        raise OutsideCalendar(message, details=span) from gap
    raise QuestionInvalid(
        _("请给出 start 和 number，或 start 和 end，或只给 day。"),
        details={"given": sorted(given), "expected": [["start", "number"], ["start", "end"], ["day"]]},
    )
