"""What follows from a licence's dates and facts: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yukuaiban.calendars.limits import last_day
from yukuaiban.config.parameters import parameter
from yukuaiban.documents.chinese import day
from yukuaiban.identifiers import checks, person_name, phone, resident_id, text
from yukuaiban.licences.catalogue import Fact, LicenceType, Public
from yukuaiban.licences.states import STANDING, STATE_LABELS, State


@dataclass(frozen=True, slots=True)
class Standing:
    """How a licence stands on a day.

    Attributes:
        state: The official code; LAPSED also where the term has run out and nobody wrote it down.
        is_valid: Whether it may be relied on that day.
        label: The state in words.
        kind: Of the mark on a page: river (valid), ochre (not now), cinnabar (never again).
    """

    state: State
    is_valid: bool
    label: Promise
    kind: str


def standing(state: str, valid_from: date, valid_until: date | None, on: date) -> Standing:
    """How a licence stands on a day: what was decided about it, and where its term stands.

    Args:
        valid_until: The first day on which it no longer holds; None without end.
    Law: 行政许可法 第七十条（一）: a term that ran out without renewal ends the licence.
    """
    decided = State(state)
    if decided in STANDING and valid_until is not None and on >= valid_until:
        return Standing(State.LAPSED, False, _("已过有效期"), "cinnabar")
    if decided is State.VALID and on < valid_from:
        return Standing(State.VALID, False, _("尚未生效"), "ochre")
    kind = {State.VALID: "river", State.SUSPENDED: "ochre"}.get(decided, "cinnabar")
    return Standing(decided, decided is State.VALID, STATE_LABELS[decided], kind)


def grant_ends_by(first: date) -> date:
    """The latest first day outside of a grant that begins on a day: none is for ever (个人信息保护法 第十九条)."""
    return last_day(first, parameter("licence_grant_max", first).limit)


def check_facts(kind: LicenceType, facts: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the facts of a licence: key -> message, empty when nothing is."""
    known = {fact.key: fact for fact in kind.fields}
    wrong = {key: str(_("这种证照上没有这一项。")) for key in facts if key not in known}
    for key, fact in known.items():
        if fact.required and in_words(facts.get(key)) == "":
            wrong[key] = str(_("证照上必须有这一项。"))
    return wrong


def in_words(value: Any) -> str:
    """A fact as it is printed, whatever shape the answer had.

    Dates come as ISO texts, blocks of the form language as objects (an address, an identity document, a person, a row
    of a repeat), several as lists.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        if "detail" in value:  # an address: the division is a name by now, see services
            return f"{value.get('division_name', '')}{value['detail']}"
        if set(value) <= {"kind", "number", "country"} and "number" in value:
            return in_words(value["number"])
        if "name" in value:
            return in_words(value["name"])
        return "，".join(filter(None, map(in_words, value.values())))
    if isinstance(value, list | tuple):
        return "、".join(filter(None, map(in_words, value)))
    printed = str(value)
    if len(printed) == 10 and printed[4] == printed[7] == "-":
        try:
            return day(date.fromisoformat(printed))
        except ValueError:
            return printed
    return printed


def masked(fact: Fact, value: Any, *, of_person: bool) -> str | None:
    """A fact as the public sees it; None when it does not.

    Args:
        of_person: Whether the holder is a natural person: a body's name and numbers are public
            (市场主体登记管理条例 第三十五条), a person's are not.
    """
    printed = in_words(value)
    if not printed or fact.public is Public.HIDDEN:
        return None
    if fact.public is Public.CLEAR:
        return printed
    if not of_person and fact.public in {Public.NAME, Public.ID_NUMBER}:
        return printed
    match fact.public:
        case Public.NAME:
            return person_name.mask(printed)
        case Public.ID_NUMBER if resident_id.is_valid(printed):
            return resident_id.mask(printed)
        case Public.PHONE:
            return phone.mask(printed)
        case Public.PLACE:
            return text.cover(printed, head=min(6, len(printed) // 2), tail=0)
        case _:
            return text.cover(printed, head=0, tail=min(4, len(printed) // 2))


def sample_credit_code(region: str, number: int) -> str:
    """A code with a right check character that is no real body's, for those whose code we have not seen (ADR 0034).

    Args:
        region: Six digits.
    """
    head = f"Y1{region}XTYB{number:05d}"
    return head + checks.mod_31(head)
