"""How long a decision may take at most, and how much longer once: what the law says of an item on a day.

Pure but for the dated parameters. Law: 行政许可法 第二十六条第二款, 第四十二条, 第四十三条. See docs/adr/0093, 0094 and 0095.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from yukuaiban.calendars.limits import Limit, Unit
from yukuaiban.config.parameters import Parameter, history, parameter
from yukuaiban.items.schema import Extension, FirstReview, ItemContent, Status, TimeLimit

LICENCE = "01"  # 行政许可
#: What bars a party from asking again -> the parameter of its time. Law: 行政许可法 第七十八条, 第七十九条 (ADR 0097).
BARS = {"false_application": "false_application_bar", "fraud": "fraud_bar"}


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """What one extension of an item's limit may be.

    Attributes:
        most: The longest, in `unit`.
        unit: Working days or calendar days: what the clock adds to the limit.
        law: The article that allows it: `行政许可法 第四十二条第一款`, or as an item writes it, `《城市绿化条例》`.
        approver: Who approves: the head of the body, or of the people's government at its level.
    """

    most: int
    unit: Unit
    law: str
    approver: Literal["head", "government"]
    status: Status


def extension_of(content: ItemContent, on: date) -> ExtensionRule | None:
    """How an item's limit may be extended on a day; None where no law says that it may.

    What the item names itself goes first. Else 行政许可法 第四十二条 extends licences, ten days by the head or, handled
    by several departments, fifteen by the government's; not where another law set the limit (`statutory.set_by`), for
    then that law decides, and nothing else.
    """
    own = content.process.extension
    if own is not None:
        return _own(own, content, on)
    if content.item_type != LICENCE or content.statutory.set_by is not None:
        return None
    is_joint = content.process.handling != "single"
    found = parameter("joint_handling_extension_max" if is_joint else "licensing_extension_max", on)
    return ExtensionRule(
        found.value, days_of(content.statutory), found.source, "government" if is_joint else "head", Status.LAW
    )


def _own(own: Extension, content: ItemContent, on: date) -> ExtensionRule | None:
    unit = days_of(content.statutory)
    if own.parameter is None:
        most = content.statutory.value if own.as_the_limit else own.days
        assert most is not None
        return ExtensionRule(most, unit, f"《{own.law}》{own.article or ''}", own.approver, own.status)
    found = on_day(history(own.parameter), on)
    if found is None:
        return None  # its law was not in force yet
    status = Status.LAW if found.status == "confirmed" else Status.SAMPLE
    return ExtensionRule(found.value, unit, found.source, own.approver, status)


def first_review_of(review: FirstReview, on: date) -> tuple[int, str]:
    """How many working days a first review has from acceptance, and the article that says so.

    Law: 行政许可法 第四十三条 (twenty, unless another law says otherwise), 第八十二条. See docs/adr/0095.
    """
    if review.days is not None:
        return review.days, f"《{review.law}》{review.article or ''}"
    found = parameter("first_review_limit", on)
    return found.value, found.source


def bars_of(content: ItemContent, on: date) -> dict[str, Parameter] | None:
    """What a falsehood brings: for each ground how long the licence is not asked for again; None where it does not.

    Law: 行政许可法 第七十八条, 第七十九条. See docs/adr/0097.
    """
    if content.process.safety is None:
        return None
    return {ground: parameter(name, on) for ground, name in BARS.items()}


def on_day(values: tuple[Parameter, ...], on: date) -> Parameter | None:
    """The value that stands on a day."""
    return next((value for value in reversed(values) if value.since <= on), None)


def days_of(limit: TimeLimit) -> Unit:
    """What an extension of a limit is counted in: the clock adds working days to working days, else calendar days."""
    return Unit.WORKING_DAY if limit_of(limit).in_working_days else Unit.CALENDAR_DAY


def limit_of(limit: TimeLimit) -> Limit:
    """A limit of an item as a calendar counts it."""
    unit = Unit(limit.unit.value)
    return Limit(0 if unit is Unit.ON_THE_SPOT else limit.value, unit)
