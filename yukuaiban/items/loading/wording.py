"""What a change is called and what a value says, in the language of the reader. Written by telling.py, decided nowhere here.

A name that stands in no table is shown as it is written in the pack: nothing is left out for want of a word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from yukuaiban.calendars.reasons import FESTIVALS, WEEKDAYS
from yukuaiban.design.formats import date_text, money
from yukuaiban.identifiers.documents import NAMES as DOCUMENT_NAMES
from yukuaiban.items.models import ItemType
from yukuaiban.places.models import DivisionKind

#: Elements of a guide, parts of them, and columns of tables. `part.key` where a key means something else elsewhere.
LABELS: dict[str, Any] = {
    # the guide as a whole
    "guide": gettext_lazy("办事指南"),
    "title": gettext_lazy("名称"),
    "summary": gettext_lazy("简介"),
    "keywords": gettext_lazy("俗称"),
    "item_type": gettext_lazy("事项类型"),
    "audience": gettext_lazy("服务对象"),
    "acting": gettext_lazy("谁可以代办"),
    "assurance": gettext_lazy("实名要求"),
    "basis": gettext_lazy("设定依据"),
    "statutory": gettext_lazy("法定办结时限"),
    "promised": gettext_lazy("承诺办结时限"),
    "online_depth": gettext_lazy("网上办理深度"),
    "visits": gettext_lazy("到现场次数"),
    "visits_reason": gettext_lazy("为什么要到现场"),
    "channels": gettext_lazy("办理形式"),
    "scope": gettext_lazy("通办范围"),
    "quota": gettext_lazy("数量限制"),
    "requirements": gettext_lazy("受理条件"),
    "situations": gettext_lazy("业务办理项"),
    "form": gettext_lazy("申请表"),
    "materials": gettext_lazy("申请材料"),
    "process": gettext_lazy("办理流程"),
    "result": gettext_lazy("审批结果"),
    "fees": gettext_lazy("收费"),
    "questions": gettext_lazy("常见问题"),
    "intermediaries": gettext_lazy("中介服务"),
    "joint_bodies": gettext_lazy("联办机构"),
    # parts
    "status": gettext_lazy("依据状态"),
    "source": gettext_lazy("来源"),
    "law": gettext_lazy("法律法规"),
    "article": gettext_lazy("条款"),
    "text": gettext_lazy("内容"),
    "note": gettext_lazy("说明"),
    "value": gettext_lazy("数值"),
    "unit": gettext_lazy("单位"),
    "check": gettext_lazy("自动核对"),
    "when": gettext_lazy("出现条件"),
    "help": gettext_lazy("填写说明"),
    "standard": gettext_lazy("受理标准"),
    "fees.standard": gettext_lazy("收费标准"),
    "materials.form": gettext_lazy("材料形式"),
    "necessity": gettext_lazy("是否必需"),
    "channel": gettext_lazy("来源渠道"),
    "accept": gettext_lazy("文件格式"),
    "max_mb": gettext_lazy("最大（MB）"),
    "max_files": gettext_lazy("最多几份"),
    "paper_copies": gettext_lazy("纸质份数"),
    "licence_type": gettext_lazy("证照类型"),
    "register": gettext_lazy("可核验的登记库"),
    "commitment": gettext_lazy("可以告知承诺"),
    "reuse_days": gettext_lazy("以前的材料几天内可用"),
    "materials.basis": gettext_lazy("要求提供的依据"),
    "groups": gettext_lazy("分组"),
    "fields": gettext_lazy("问题"),
    "label": gettext_lazy("问法"),
    "kind": gettext_lazy("类别"),
    "form.kind": gettext_lazy("填写方式"),
    "required": gettext_lazy("必填"),
    "min": gettext_lazy("最小"),
    "max": gettext_lazy("最大"),
    "min_fen": gettext_lazy("最小"),
    "max_fen": gettext_lazy("最大"),
    "min_length": gettext_lazy("最少字数"),
    "max_length": gettext_lazy("最多字数"),
    "not_before": gettext_lazy("不早于"),
    "not_after": gettext_lazy("不晚于"),
    "options": gettext_lazy("选项"),
    "options_from": gettext_lazy("选项取自代码集"),
    "pattern_hint": gettext_lazy("写法提示"),
    "decimals": gettext_lazy("小数位数"),
    "documents": gettext_lazy("收哪些证件"),
    "form.parts": gettext_lazy("填哪几项"),
    "mobile": gettext_lazy("须为手机号"),
    "depth": gettext_lazy("选到哪一级"),
    "format": gettext_lazy("固定格式"),
    "form.source": gettext_lazy("自动带出"),
    "sensitivity": gettext_lazy("个人信息级别"),
    "receipt": gettext_lazy("收件规则"),
    "instant": gettext_lazy("即办件"),
    "steps": gettext_lazy("步骤"),
    "stage": gettext_lazy("先后"),
    "role": gettext_lazy("岗位"),
    "people": gettext_lazy("几人同意"),
    "days": gettext_lazy("工作日数"),
    "special_procedures": gettext_lazy("特别程序"),
    "site_visit": gettext_lazy("现场核查"),
    "third_parties": gettext_lazy("听取利害关系人意见"),
    "handling": gettext_lazy("办理方式"),
    "extension": gettext_lazy("延长期限"),
    "first_review": gettext_lazy("下级机关初审"),
    "limited": gettext_lazy("数量限制"),
    "places": gettext_lazy("名额"),
    "safety": gettext_lazy("直接关系安全、健康"),
    "interests": gettext_lazy("关系哪些利益"),
    "first_review.by": gettext_lazy("初审部门"),
    "reports_to": gettext_lazy("上报给"),
    "until_stage": gettext_lazy("初审到第几步"),
    "parameter": gettext_lazy("参数"),
    "as_the_limit": gettext_lazy("最长同原时限"),
    "approver": gettext_lazy("批准人"),
    "set_by": gettext_lazy("另行规定期限的法律、法规"),
    "valid_months": gettext_lazy("有效期（月）"),
    "facts": gettext_lazy("证照上的内容"),
    "delivery": gettext_lazy("送达方式"),
    "amount_fen": gettext_lazy("金额"),
    "reduction": gettext_lazy("减免"),
    "question": gettext_lazy("问"),
    "answer": gettext_lazy("答"),
    # rows of the directory and of places
    "name_zh": gettext_lazy("中文名称"),
    "name_en": gettext_lazy("英文名称"),
    "short_zh": gettext_lazy("中文简称"),
    "short_en": gettext_lazy("英文简称"),
    "basic_code": gettext_lazy("基本编码"),
    "department_kind": gettext_lazy("主管部门"),
    "main_item": gettext_lazy("主项"),
    "levels": gettext_lazy("办理层级"),
    "level": gettext_lazy("行使层级"),
    "themes": gettext_lazy("主题分类"),
    "life_events": gettext_lazy("人生大事"),
    "service_item": gettext_lazy("实施清单"),
    "division": gettext_lazy("区划"),
    "department": gettext_lazy("部门"),
    "state": gettext_lazy("事项状态"),
    "effective_from": gettext_lazy("计划生效日期"),
    "effective_until": gettext_lazy("计划取消日期"),
    "parent": gettext_lazy("上级"),
    "valid_from": gettext_lazy("设立"),
    "valid_until": gettext_lazy("撤销"),
    "uscc": gettext_lazy("统一社会信用代码"),
    "phone": gettext_lazy("电话"),
    "address_zh": gettext_lazy("中文地址"),
    "address_en": gettext_lazy("英文地址"),
    "note_zh": gettext_lazy("中文备注"),
    "note_en": gettext_lazy("英文备注"),
    "hours": gettext_lazy("办公时间"),
    "succession": gettext_lazy("区划调整"),
    "pack": gettext_lazy("数据包"),
    # holidays
    "notice": gettext_lazy("放假通知"),
}

#: The words of codes, by the key under which they stand.
CODES: dict[str, dict[str, Any]] = {
    "item_type": {kind.value: kind.label for kind in ItemType},
    "unit": {
        "working_day": gettext_lazy("工作日"), "calendar_day": gettext_lazy("自然日"), "month": gettext_lazy("个月"), "year": gettext_lazy("年"),
        "on_the_spot": gettext_lazy("当场办结"),
    },
    "channels": {
        "window": gettext_lazy("窗口"), "web": gettext_lazy("电脑"), "mobile": gettext_lazy("手机"), "post": gettext_lazy("快递"),
        "terminal": gettext_lazy("自助终端"),
    },
    "delivery": {"electronic": gettext_lazy("电子送达"), "window": gettext_lazy("窗口领取"), "post": gettext_lazy("邮寄")},
    "scope": {
        "national": gettext_lazy("全国通办"), "cross_province": gettext_lazy("跨省通办"), "province": gettext_lazy("全省通办"),
        "city": gettext_lazy("全市通办"), "local": gettext_lazy("本地办理"),
    },
    "audience": {
        "natural_person": gettext_lazy("自然人"), "enterprise": gettext_lazy("企业法人"), "institution": gettext_lazy("事业法人"),
        "social_organisation": gettext_lazy("社会组织法人"), "self_employed": gettext_lazy("个体工商户"),
    },
    "acting": {
        "self": gettext_lazy("本人"), "guardian": gettext_lazy("监护人"), "relative": gettext_lazy("亲友"), "agent": gettext_lazy("经办人"),
    },
    "assurance": {
        "registered": gettext_lazy("注册即可"), "real_name": gettext_lazy("实名"), "real_person": gettext_lazy("实人"),
    },
    "necessity": {"required": gettext_lazy("必需"), "optional": gettext_lazy("可选"), "deferrable": gettext_lazy("可以容缺后补")},
    "materials.form": {"electronic": gettext_lazy("电子"), "paper": gettext_lazy("纸质"), "both": gettext_lazy("电子和纸质")},
    "channel": {"applicant": gettext_lazy("申请人自备"), "government": gettext_lazy("政府部门核发"), "other": gettext_lazy("其他")},
    "role": {"handler": gettext_lazy("承办人"), "approver": gettext_lazy("审批人"), "window": gettext_lazy("窗口")},
    "handling": {"single": gettext_lazy("一个部门办理"), "unified": gettext_lazy("统一办理"), "joint": gettext_lazy("联合办理"), "concentrated": gettext_lazy("集中办理")},
    "approver": {"head": gettext_lazy("本机关负责人"), "government": gettext_lazy("本级人民政府负责人")},
    "levels": {"city": gettext_lazy("市级"), "district": gettext_lazy("区县级"), "both": gettext_lazy("市级和区县级")},
    "level": {"3": gettext_lazy("市级"), "4": gettext_lazy("区县级")},
    "state": {"active": gettext_lazy("在用"), "suspended": gettext_lazy("暂停"), "cancelled": gettext_lazy("取消")},
    "status": {
        "published": gettext_lazy("官方发布"), "law": gettext_lazy("法律法规"), "sample": gettext_lazy("示例"), "missing": gettext_lazy("缺失"),
        "confirmed": gettext_lazy("已核实"), "unconfirmed": gettext_lazy("待核实"),
    },
    "form.kind": {
        "text": gettext_lazy("一行文字"), "textarea": gettext_lazy("几行文字"), "number": gettext_lazy("数"),
        "money": gettext_lazy("金额"), "date": gettext_lazy("日期"), "month": gettext_lazy("月份"),
        "choice": gettext_lazy("单选"), "choices": gettext_lazy("多选"), "yes_no": gettext_lazy("是或否"),
        "division": gettext_lazy("区划"), "address": gettext_lazy("地址"),
        "identity_document": gettext_lazy("身份证件"), "credit_code": gettext_lazy("统一社会信用代码"),
        "phone": gettext_lazy("电话"), "email": gettext_lazy("电子邮箱"), "bank_card": gettext_lazy("银行卡号"),
        "person": gettext_lazy("一个人（姓名、证件、电话）"), "organisation": gettext_lazy("一个单位（名称、代码、代表人、电话）"),
        "repeat": gettext_lazy("可以填多行"), "note": gettext_lazy("只显示说明，不用回答"),
    },
    "form.format": {
        "person_name": gettext_lazy("姓名"), "real_estate_unit": gettext_lazy("不动产单元号"),
        "project_code": gettext_lazy("项目代码"), "licence_id": gettext_lazy("电子证照标识"),
        "case_number": gettext_lazy("办件编号"),
    },
    "depth": {"county": gettext_lazy("区县"), "town": gettext_lazy("街道、乡镇"), "village": gettext_lazy("村、社区")},
    "interests": {
        "public_safety": gettext_lazy("公共安全"), "personal_health": gettext_lazy("人身健康"),
        "life_and_property": gettext_lazy("生命财产安全"),
    },
    "sensitivity": {
        "plain": gettext_lazy("一般"), "personal": gettext_lazy("个人信息"), "sensitive": gettext_lazy("敏感个人信息"),
    },
    "form.parts": {
        "name": gettext_lazy("名称"), "document": gettext_lazy("证件"), "phone": gettext_lazy("电话"),
        "credit_code": gettext_lazy("统一社会信用代码"), "legal_representative": gettext_lazy("法定代表人"),
    },
    "documents": {kind.value: name for kind, name in DOCUMENT_NAMES.items()},
    "accept": {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"},
    "division.kind": {kind.value: kind.label for kind in DivisionKind},
}  # fmt: skip

_DAYS = {
    "holiday": gettext_lazy("放假"),
    "makeup_workday": gettext_lazy("调休上班"),
    "work": gettext_lazy("上班"),
    "rest": gettext_lazy("周末休息"),
}
_DATES = {"effective_from", "effective_until", "valid_from", "valid_until", "takes_effect_on"}
LONGEST = 300  # characters of one value


@dataclass(frozen=True, slots=True)
class Said:
    """One line in words. `before` and `after` are None where only the thing itself comes, goes or stays."""

    kind: str
    what: str
    before: str | None
    after: str | None
    where: str


def said(line: dict[str, Any]) -> Said:
    """A line as telling.py stored it, in the language of the reader."""
    path = line["path"]
    if line["kind"] == "more":
        rest = ngettext("还有 %(num)s 处", "还有 %(num)s 处", line["new"]) % {"num": line["new"]}
        return Said("more", rest, None, None, "")
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    is_changed = line["kind"] == "changed"
    return Said(
        kind=line["kind"],
        what=" › ".join(_part(part) for part in path),
        before=value(key, line.get("old")) if is_changed else None,
        after=value(key, line.get("new")) if is_changed else None,
        where=_where(line.get("where", []), line.get("places", 0)),
    )


def label(key: str) -> str:
    """What an element, a part or a column is called."""
    found = LABELS.get(key) or LABELS.get(key.rpartition(".")[2])
    return str(found) if found is not None else key.rpartition(".")[2]


def codes(key: str) -> dict[str, Any]:
    """The words of the codes that an element may hold, by the key under which they stand; empty where there are none."""
    return CODES.get(key) or CODES.get(key.rpartition(".")[2]) or {}


def value(key: str, found: Any) -> str:
    """A value in words."""
    return shorten(_value(key, found))


def shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _value(key: str, found: Any) -> str:
    short = key.rpartition(".")[2]
    words = codes(key)
    match found:
        case None | "" | []:
            return _("（空）")
        case str() if short in _DATES and len(found) == 10:
            return date_text(date.fromisoformat(found))
        case bool():
            return _("是") if found else _("否")
        case int() if short.endswith("_fen"):
            return yuan(found)
        case {"zh": str(zh)}:
            return found.get("en") or zh if _english() else zh
        case {"value": int(number), "unit": str(unit)}:
            return limit(number, unit)
        case {"day": str(kind), "festival": festival}:
            return _day(kind, festival)
        case list() if short == "online_depth":
            return "、".join(map(str, found))
        case list():
            return (", " if _english() else "、").join(_value(key, one) for one in found)
        case dict() if short in {"when", "check"}:
            return _("有条件：{condition}").format(condition=json.dumps(found, ensure_ascii=False))
        case dict():
            return json.dumps(found, ensure_ascii=False)
        case _:
            return str(words.get(found, found))


def yuan(fen: int) -> str:
    """An amount in a rule, where nothing is an amount too."""
    return money(fen) if fen else "¥0"


def limit(number: int, unit: str) -> str:
    """A time limit: 20 个工作日."""
    match unit:
        case "working_day":
            return ngettext("%(num)s 个工作日", "%(num)s 个工作日", number) % {"num": number}
        case "on_the_spot":
            return _("当场办结")
        case _:
            return f"{number} {CODES['unit'].get(unit, unit)}"


def _day(kind: str, festival: str | None) -> str:
    text = str(_DAYS.get(kind, kind))
    if not festival:
        return text
    name = FESTIVALS.get(festival, festival) if _english() else festival
    return f"{text} ({name})" if _english() else f"{text}（{name}）"


def _part(part: Any) -> str:
    """An element by its key, a thing by its own name, a day by its date."""
    if isinstance(part, str):
        return label(part)
    if "date" in part:
        day = date.fromisoformat(part["date"])
        weekday = WEEKDAYS["en" if _english() else "zh"][day.weekday()]
        return f"{date_text(day)} {weekday}"
    if "weekday" in part:
        return _opening(part)
    return shorten(part.get("en") or part["zh"] if _english() else part["zh"])


def _opening(part: dict[str, Any]) -> str:
    """An opening of a hall: its day, its beginning, and from when it holds."""
    names = WEEKDAYS["en" if _english() else "zh"]
    day = names[part["weekday"] - 1] if part["weekday"] <= len(names) else _("调休上班日")
    text = _("{day} {time} 起").format(day=day, time=part["opens"])
    since = part.get("from")
    return f"{text} ({date_text(date.fromisoformat(since))})" if since else text


def _where(places: list[dict[str, str]], count: int) -> str:
    if not places:
        return ""
    names = (", " if _english() else "、").join(_part(place) for place in places)
    if count > len(places):
        return _("{names}等 {n} 地").format(names=names, n=count)
    return names


def _english() -> bool:
    return (get_language() or "zh").startswith("en")
