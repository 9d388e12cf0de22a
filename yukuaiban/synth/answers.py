"""Complete and correct answers to any form of the catalogue, found by trying: `filled(content, division)`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from yukuaiban import conditions
from yukuaiban.config.now import today
from yukuaiban.identifiers.checks import luhn, mod_11_2, mod_31
from yukuaiban.items import forms
from yukuaiban.items.forms import FormField, Kind, days
from yukuaiban.items.schema import ItemContent
from yukuaiban.places.selectors import DIVISIONS

TRIES = 3000
RARELY = 0.15  # how often an optional answer is left out
PATTERNS = {  # one text for each pattern that packs/ know; a new pattern fails here until its line is written
    r"^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}$": "渝A12345",
    r"^渝[A-Z][A-Z0-9]{5,6}$": "渝A12345",
    r"^50[0-9]{10}$": "501234567890",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "09:30",
    r"^[-0-9FB、,，～~至层 ]+$": "1-3层",
    r"^[0-9.]+[,，][0-9.]+$": "106.55,29.56",
}


def filled(content: ItemContent, division: str, seed: int = 1) -> dict[str, Any]:
    """Answers without errors that meet every condition of acceptance which can be checked.

    Raises: AssertionError with what was in the way when nothing was found.
    """
    chance = random.Random(seed)
    last: object = None
    for _try in range(TRIES):
        answers = {f.key: _answer(f, division, chance) for f in content.form.all_fields() if f.kind is not Kind.NOTE}
        answers = {key: value for key, value in answers.items() if value is not None}
        cleaned = forms.clean(content.form, answers, divisions=DIVISIONS)
        if cleaned.errors:
            last = {path: (message, answers.get(path.split(".")[0])) for path, message in cleaned.errors.items()}
            continue
        known = {**cleaned.answers, "today": today().isoformat()}
        unmet = [r.key for r in content.requirements if r.check and _unmet(r.check, known)]
        if not unmet:
            return cleaned.answers
        last = unmet
    raise AssertionError(f"{content.slug}: no answers found in {TRIES} tries; the last one: {last}")


def _unmet(check: dict[str, Any], known: dict[str, Any]) -> bool:
    return conditions.evaluate(conditions.parse(check), known) is False


def _answer(field: FormField, division: str, chance: random.Random) -> Any:
    if not field.required and chance.random() < RARELY:
        return None
    match field.kind:
        case Kind.REPEAT:
            rows = max(field.min or 1, 1)
            return [_block(field.fields, division, chance) for _n in range(rows)]
        case Kind.DIVISION:
            return _place(division, field.depth, chance)
        case Kind.ADDRESS:
            return {"division": _place(division, field.depth, chance), "detail": "示例路 1 号"}
        case Kind.IDENTITY_DOCUMENT:
            kinds = [option.value for option in field.inner[0].options]
            assert "resident_id" in kinds, f"{field.key}: teach synth/answers.py the document {kinds}"
            return {"kind": "resident_id", "number": _id_number(_birth(chance), chance.randint(100, 999))}
        case _ if field.inner:
            return _block(field.inner, division, chance)
        case Kind.NUMBER:
            least = field.min if field.min is not None else 0
            most = field.max if field.max is not None else least + chance.choice([10, 100, 100_000])
            return chance.choice([least, most, chance.randint(least, most)])
        case Kind.MONEY:
            least = field.min if field.min is not None else 0
            most = field.max if field.max is not None else least + chance.choice([10_000, 10_000_000])
            return chance.choice([least, most, chance.randint(least, most)])
        case Kind.DATE:
            return _day(field, chance).isoformat()
        case Kind.MONTH:
            return (today() + timedelta(days=chance.randint(-700, 700))).isoformat()[:7]
        case Kind.CHOICE:
            return chance.choice(field.options).value
        case Kind.CHOICES:
            least = max(field.min or 1, 1)
            most = min(field.max or len(field.options), len(field.options))
            return [o.value for o in chance.sample(field.options, chance.randint(least, max(least, most)))]
        case Kind.YES_NO:
            return chance.random() < 0.5
        case Kind.CREDIT_CODE:
            body = f"91500000MA5U{chance.randint(10000, 99999)}"
            return body + mod_31(body)
        case Kind.PHONE:
            return "13800138000"
        case Kind.EMAIL:
            return "name@example.org"
        case Kind.BANK_CARD:
            return "622200000000000" + luhn("622200000000000")
    return _text(field)


def _id_number(birth: date, serial: int) -> str:
    """A resident ID with a right checksum and a region that no person has (示例)."""
    body = f"500000{birth:%Y%m%d}{serial:03d}"
    return body + mod_11_2(body)


def _text(field: FormField) -> str:
    if field.format == "person_name":
        return "江示例"
    if field.format == "project_code":
        return "2601-500103-04-01-123456"
    if field.pattern:
        if field.pattern in PATTERNS:
            return PATTERNS[field.pattern]
        return _simple(field.pattern)
    length = max(field.min_length or 0, min(6, field.max_length or 6))
    return ("示例" * length)[:length]


def _simple(pattern: str) -> str:
    """A text for a pattern of plain characters, sets and counts, such as `^JY[0-9]{14}$`."""
    out = []
    for piece, count in re.findall(r"(\[[^\]]+\]|\([^)]+\)|[^\[\]{}()^$])(\{\d+(?:,\d+)?\}|\+)?", pattern):
        times = int(re.findall(r"\d+", count)[0]) if "{" in count else 1
        if piece.startswith("("):
            out.append(_simple(piece[1:-1].split("|")[0]) * times)
        else:
            out.append((piece[1] if piece.startswith("[") else piece) * times)
    text = "".join(out)
    assert re.fullmatch(pattern, text), f"teach synth/answers.py the pattern {pattern}"
    return text


def _block(fields: Iterable[FormField], division: str, chance: random.Random) -> dict[str, Any]:
    found = {field.key: _answer(field, division, chance) for field in fields}
    return {key: value for key, value in found.items() if value is not None}


def _place(division: str, depth: str, chance: random.Random) -> str:
    code = division if not division.endswith("0000") else "500103"
    for _level in range({"county": 0, "town": 1, "village": 2}[depth]):
        code = chance.choice(DIVISIONS.children(code)).code
    return code


def _birth(chance: random.Random) -> date:
    return today() - timedelta(days=365 * chance.choice([1, 6, 10, 17, 20, 30, 40, 59, 61, 70, 81, 95]) + 100)


def _day(field: FormField, chance: random.Random) -> date:
    first = days.bound(field.not_before, today()) if field.not_before else None
    last = days.bound(field.not_after, today()) if field.not_after else None
    if first is None:
        first = (last or today()) - timedelta(days=chance.choice([1, 30, 400, 4000, 20000]))
    if last is None:
        last = first + timedelta(days=chance.choice([1, 30, 400, 4000]))
    return first + timedelta(days=chance.randint(0, max(0, (last - first).days)))
