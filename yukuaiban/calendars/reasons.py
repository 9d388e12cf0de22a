"""Why a date is what it is: structured lines, and the one function that puts them into words.

A reason is a code (stable, for programs) and facts (dates, counts, the notice); `render` makes the Chinese or English
sentence. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Language = Literal["zh", "en"]

WEEKDAYS = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FESTIVALS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
# What starts a clock; any other word is shown as it was written.
STARTS = {
    "accepted": ("受理", "accepted"),
    "received": ("收到申请材料", "application received"),
    "deemed_accepted": ("依法即为受理", "accepted by law"),
    "decided": ("作出决定", "decided"),
    "notified": ("告知", "notified"),
    "step": ("环节开始", "step begun"),
    "day": ("起算", "start"),
}
# What stops a clock, with the law that lets it; any other word is shown as it was written.
PAUSES = {
    "hearing": ("听证", "hearing", "行政许可法 第四十五条"),
    "bidding": ("招标", "bidding", "行政许可法 第四十五条"),
    "auction": ("拍卖", "auction", "行政许可法 第四十五条"),
    "inspection": ("检验", "inspection", "行政许可法 第四十五条"),
    "testing": ("检测", "testing", "行政许可法 第四十五条"),
    "quarantine": ("检疫", "quarantine", "行政许可法 第四十五条"),
    "appraisal": ("鉴定", "appraisal", "行政许可法 第四十五条"),
    "expert_review": ("专家评审", "expert review", "行政许可法 第四十五条"),
    "commissioned_evaluation": ("委托评估", "commissioned evaluation", "企业投资项目核准和备案管理条例 第十条第一款"),
    "supplement": ("申请人补充材料", "applicant adds papers", "重庆市土地房屋权属登记条例 第二十五条第二款"),
    "site_visit": ("登记机构实地查看", "site visit", "重庆市土地房屋权属登记条例 第二十五条第二款"),
    "public_notice": ("公告", "public notice", "重庆市土地房屋权属登记条例 第二十五条第二款"),
}
APPROVERS = {
    "head": ("本机关负责人", "the head of the body"),
    "government": ("本级人民政府负责人", "the head of the people's government"),
}
KINDS = {
    "statutory": ("法定办结时限", "statutory limit"),
    "promised": ("承诺办结时限", "promised limit"),
    "step": ("环节时限", "limit of the step"),
    "any": ("期限", "limit"),  # of somebody who only asks
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that made a date what it is.

    Args:
        code: What happened, stable for programs, such as `holiday`, `paused`, `provisional`.
        facts: The dates, counts and names the sentence is made of.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Code, facts and both sentences, ready for JSON."""
        return {"code": self.code, "zh": render(self, "zh"), "en": render(self, "en"), "facts": _plain(self.facts)}


def render(reason: Reason, language: str = "zh") -> str:
    """The reason as one sentence, in Chinese or English."""
    lang: Language = "en" if language.startswith("en") else "zh"
    chinese, english = SENTENCES[reason.code]
    return (english if lang == "en" else chinese)(_Words(reason.facts, lang))


def limit_in_words(value: int, unit: str, language: str = "zh") -> str:
    """`20个工作日`, `20 working days`, `当场办结`, `on the spot`."""
    if unit == "on_the_spot":
        return "on the spot" if language.startswith("en") else "当场办结"
    chinese, english = UNITS[unit]
    if language.startswith("en"):
        return f"{value} {english}" + ("s" if value != 1 else "")
    return f"{value}{chinese}"


UNITS = {
    "working_day": ("个工作日", "working day"),
    "calendar_day": ("日", "calendar day"),
    "month": ("个月", "month"),
    "year": ("年", "year"),
}


def day_in_words(day: date, language: str = "zh", *, year: bool = True) -> str:
    """`2025年10月1日`, `1 October 2025`; without the year where it goes without saying."""
    if language.startswith("en"):
        return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
    return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日"


def span_in_words(first: date, last: date, language: str = "zh", *, year: bool = True) -> str:
    """`10月1日至8日`, `1 to 8 October`; one day is one day."""
    if first == last:
        return day_in_words(first, language, year=year)
    same_month = (first.year, first.month) == (last.year, last.month)
    if language.startswith("en"):
        tail = day_in_words(last, "en", year=year)
        head = str(first.day) if same_month else day_in_words(first, "en", year=year and first.year != last.year)
        return f"{head} to {tail}"
    head = day_in_words(first, "zh", year=year)
    if same_month:
        return f"{head}至{last.day}日"
    return f"{head}至{day_in_words(last, 'zh', year=year and first.year != last.year)}"


class _Words:
    """The facts of one reason, each readable in one language."""

    def __init__(self, facts: Mapping[str, Any], language: Language) -> None:
        self.facts, self.language, self.en = facts, language, language == "en"

    def __getitem__(self, name: str) -> Any:
        return self.facts.get(name)

    def day(self, name: str = "day") -> str:
        return day_in_words(self.facts[name], self.language)

    def weekday(self, name: str = "day") -> str:
        return WEEKDAYS[self.language][self.facts[name].weekday()]

    def span(self) -> str:
        first, last = self.facts["first"], self.facts["last"]
        return span_in_words(first, last, self.language, year={first.year, last.year} != {self.facts.get("year")})

    def festival(self) -> str:
        """The festival, or the festivals of a joined holiday in the order of their days."""
        names: list[str] = self.facts.get("festivals") or [self.facts["festival"]]
        return " and ".join(FESTIVALS.get(name, name) for name in names) if self.en else "、".join(names)

    def pair(self, table: Mapping[str, tuple[str, ...]], name: str) -> str:
        word: str = self.facts[name]
        return table[word][1 if self.en else 0] if word in table else word

    def limit(self) -> str:
        return limit_in_words(self.facts["value"], self.facts["unit"], self.language)

    def notice(self) -> str:
        """The notice in brackets, nothing where no notice speaks."""
        if not self.facts.get("notice"):
            return ""
        return f" ({self.facts['notice']})" if self.en else f"（{self.facts['notice']}）"

    def law(self) -> str:
        if not self.facts.get("law"):
            return ""
        return f" ({self.facts['law']})" if self.en else f"（{self.facts['law']}）"

    def said(self, name: str) -> str:
        """What an officer wrote, in its own words, after a comma."""
        text = self.facts.get(name)
        return "" if not text else (f", {text}" if self.en else f"，{text}")

    def years(self) -> str:
        years = [str(year) for year in self.facts.get("missing_years") or ()]
        return " and ".join(years) if self.en else "、".join(years)

    def provisional(self) -> str:
        """That a missing notice may change this day, where it may."""
        if not self.facts.get("missing_years"):
            return ""
        if self.en:
            return f"; provisional, the holiday notice for {self.years()} is missing"
        return f"；{self.years()}年放假通知尚未发布，暂定"

    def count(self, name: str, unit_name: str = "unit") -> str:
        return limit_in_words(self.facts[name], self.facts[unit_name], self.language)


def _start_zh(w: _Words) -> str:
    if w["unit"] == "on_the_spot":
        return f"{w.day('on')}{w.pair(STARTS, 'why')}，{w.pair(KINDS, 'kind')}为当场办结{w.law()}"
    return f"{w.day('on')}{w.pair(STARTS, 'why')}，当日不计入，自次日起算；{w.pair(KINDS, 'kind')}{w.limit()}{w.law()}"


def _start_en(w: _Words) -> str:
    head = f"{w.day('on')}: {w.pair(STARTS, 'why')}"
    if w["unit"] == "on_the_spot":
        return f"{head}; the {w.pair(KINDS, 'kind')} is on the spot{w.law()}"
    return f"{head}; that day is not counted. The {w.pair(KINDS, 'kind')} is {w.limit()}{w.law()}"


def _restart_zh(w: _Words) -> str:
    moved = f"，到期日由{w.day('from')}改为{w.day('to')}" if w["from"] and w["from"] != w["to"] else ""
    return f"逾期未一次告知补正内容，自收到申请材料之日（{w.day('on')}）起即为受理，期限自次日起算{moved}{w.law()}"


def _restart_en(w: _Words) -> str:
    moved = f"; the due date moves from {w.day('from')} to {w.day('to')}" if w["from"] and w["from"] != w["to"] else ""
    return f"No correction notice in time: accepted from the day of receipt, {w.day('on')}{moved}{w.law()}"


def _paused_zh(w: _Words) -> str:
    what = f"{w.day('on')}起停钟：{w.pair(PAUSES, 'kind')}{w.said('reason')}"
    if w["resumed_on"]:
        return f"{what}；{w.day('resumed_on')}恢复，{w.count('days')}不计入{w.law()}"
    expected = f"，预计需{limit_in_words(w['expected_days'], 'working_day')}" if w["expected_days"] else ""
    return f"{what}{expected}；恢复前不计时{w.law()}"


def _paused_en(w: _Words) -> str:
    what = f"Stopped from {w.day('on')}: {w.pair(PAUSES, 'kind')}{w.said('reason')}"
    if w["resumed_on"]:
        return f"{what}; running again on {w.day('resumed_on')}, {w.count('days')} not counted{w.law()}"
    expected = (
        f", expected to take {limit_in_words(w['expected_days'], 'working_day', 'en')}" if w["expected_days"] else ""
    )
    return f"{what}{expected}; nothing is counted until it runs again{w.law()}"


def _extended_zh(w: _Words) -> str:
    on = f"{w.day('on')}" if w["on"] else ""
    return f"{on}经{w.pair(APPROVERS, 'by')}批准，延长{w.count('days')}{w.said('reason')}"


def _extended_en(w: _Words) -> str:
    on = f" on {w.day('on')}" if w["on"] else ""
    return f"Extended by {w.count('days')}{on}, approved by {w.pair(APPROVERS, 'by')}{w.said('reason')}"


_Sentence = Callable[[_Words], str]
SENTENCES: dict[str, tuple[_Sentence, _Sentence]] = {
    # one day
    "day.weekday": (
        lambda w: f"{w.day()}（{w.weekday()}）是工作日{w.provisional()}",
        lambda w: f"{w.weekday()} {w.day()} is a working day{w.provisional()}",
    ),
    "day.weekend": (
        lambda w: f"{w.day()}（{w.weekday()}）是周末{w.provisional()}",
        lambda w: f"{w.weekday()} {w.day()} is at the weekend{w.provisional()}",
    ),
    "day.holiday": (
        lambda w: f"{w.day()}（{w.weekday()}）{w.festival()}放假{w.notice()}{w.provisional()}",
        lambda w: f"{w.weekday()} {w.day()} is a {w.festival()} holiday{w.notice()}{w.provisional()}",
    ),
    "day.makeup_workday": (
        lambda w: f"{w.day()}（{w.weekday()}）因{w.festival()}调休上班{w.notice()}{w.provisional()}",
        lambda w: f"{w.weekday()} {w.day()} is worked in exchange for {w.festival()}{w.notice()}{w.provisional()}",
    ),
    "day.statutory": (
        lambda w: f"{w.day()}（{w.weekday()}）{w.festival()}，依《全国年节及纪念日放假办法》放假{w.provisional()}",
        lambda w: f"{w.weekday()} {w.day()} is {w.festival()}, a holiday by law{w.provisional()}",
    ),
    # what a clock lived through
    "waiting": (
        lambda w: "尚未受理，未开始计时",
        lambda w: "Not accepted yet: the clock has not started",
    ),
    "started": (_start_zh, _start_en),
    "restarted": (_restart_zh, _restart_en),
    "paused": (_paused_zh, _paused_en),
    "extended": (_extended_zh, _extended_en),
    "stopped": (
        lambda w: f"{w.day('on')}停止计时{w.said('reason')}，共用{w.count('used')}",
        lambda w: f"Ended on {w.day('on')}{w.said('reason')}: {w.count('used')} used",
    ),
    # what the calendar did
    "holiday": (
        lambda w: f"{w.span()}{w.festival()}放假{w.notice()}",
        lambda w: f"{w.span()}: {w.festival()} holiday{w.notice()}",
    ),
    "statutory_holiday": (
        lambda w: f"{w.span()}{w.festival()}，依《全国年节及纪念日放假办法》放假",
        lambda w: f"{w.span()}: {w.festival()}, a holiday by law",
    ),
    "makeup_workday": (
        lambda w: f"{w.span()}（{w.weekday('first')}）因{w.festival()}调休上班，计入{w.notice()}",
        lambda w: f"{w.weekday('first')} {w.span()} is worked in exchange for {w.festival()} and counts{w.notice()}",
    ),
    "rolled": (
        lambda w: f"最后一日{w.day('from')}不是工作日，顺延至{w.day('to')}{w.law()}",
        lambda w: f"The last day, {w.day('from')}, is not a working day: it moves to {w.day('to')}{w.law()}",
    ),
    "provisional": (
        lambda w: f"{w.years()}年放假通知尚未发布，暂按周末和法定节日推算，通知发布后自动更正",
        lambda w: (
            f"The holiday notice for {w.years()} is not out yet: counted with weekends and the holidays of the "
            "law, and corrected by itself when it is"
        ),
    ),
}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value
