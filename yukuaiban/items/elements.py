"""Every element of the national standard for a service item, and how far each can be relied on.

The list is that of the implementation list (实施清单) in the national exchange: basic and extended information,
materials, fees, questions. Technical fields of a transfer (batch, record id, time) are not elements of an item.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yukuaiban.config.now import today
from yukuaiban.items.guide import Guide
from yukuaiban.items.limits import extension_of
from yukuaiban.items.schema import ItemContent, Sourced, Status


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its official label, its English, and where it is found."""

    key: str
    label_zh: str
    label_en: str
    read: Callable[[Guide], Status]

    def label(self, language: str) -> str:
        return self.label_en if language.startswith("en") else self.label_zh


def _of_content(pick: Callable[[ItemContent], Any]) -> Callable[[Guide], Status]:
    """The weakest status among the parts that `pick` finds; missing when it finds nothing."""

    def read(guide: Guide) -> Status:
        if guide.content is None:
            return Status.MISSING
        found = pick(guide.content)
        if found in (None, (), "", []):
            return Status.MISSING
        parts = found if isinstance(found, tuple) else (found,)
        sourced = [p.status for p in parts if isinstance(p, Sourced)]
        for status in (Status.SAMPLE, Status.LAW, Status.PUBLISHED):
            if status in sourced:
                return status
        return Status.SAMPLE

    return read


def _of_entry(guide: Guide) -> Status:
    return Status(guide.status)


def _known(guide: Guide) -> Status:
    """Set by this platform for its own working: who, where, which version."""
    return Status.SAMPLE if guide.status == Status.SAMPLE else Status(guide.status)


def _missing(guide: Guide) -> Status:
    return Status.MISSING


E = Element
ELEMENTS: tuple[Element, ...] = (
    E("name", "事项名称", "Name", _of_entry),
    E("type", "事项类型", "Type", _of_entry),
    E("basic_code", "基本编码", "Basic code", _missing),
    E("implementation_code", "实施编码", "Implementation code", _missing),
    E("local_code", "地方实施编码", "Local code", _known),
    E("version", "事项版本", "Version", _of_content(lambda c: c.slug)),
    E("state", "事项状态", "State", _known),
    E("level", "行使层级", "Level", _known),
    E("basis", "设定依据", "Legal basis", _of_content(lambda c: c.basis)),
    E("body", "实施主体", "Body", _known),
    E("body_code", "实施主体编码", "Code of the body", _missing),
    E("body_nature", "实施主体性质", "Nature of the body", _missing),
    E("delegating", "委托部门", "Delegating department", _missing),
    E("power_source", "权力来源", "Source of power", _missing),
    E("joint_bodies", "联办机构", "Joint bodies", _of_content(lambda c: c.joint_bodies)),
    E("statutory", "法定办结时限", "Statutory limit", _of_content(lambda c: c.statutory)),
    E("statutory_note", "法定办结时限说明", "Note on the statutory limit", _of_content(lambda c: c.statutory.note)),
    E("promised", "承诺办结时限", "Promised limit", _of_content(lambda c: c.promised)),
    E("promised_note", "承诺办结时限说明", "Note on the promised limit", _of_content(lambda c: c.promised.note)),
    E(
        "special",
        "特别程序",
        "Special procedures",
        _of_content(lambda c: c.process if c.process.special_procedures or extension_of(c, today()) else None),
    ),
    E("case_type", "办件类型", "Kind of case", _of_content(lambda c: c.process)),
    E("quota", "数量限制", "Quota", _of_content(lambda c: c.quota)),
    E("visits", "到办事现场次数", "Visits", _of_content(lambda c: c.channels)),
    E("visits_reason", "办理现场原因说明", "Why a visit is needed", _of_content(lambda c: c.visits_reason)),
    E("online_depth", "网上办理深度", "Online depth", _of_content(lambda c: c.online_depth)),
    E("online", "是否网办", "Online", _of_content(lambda c: c.channels)),
    E("channels", "办理形式", "Channels", _of_content(lambda c: c.channels)),
    E("scope", "通办范围", "Where it can be done", _of_content(lambda c: c.scope)),
    E("in_hall", "是否进驻政务大厅", "In a service hall", _of_content(lambda c: "window" in c.channels or None)),
    E("booking", "是否支持预约办理", "Booking", _missing),
    E("pay_online", "是否支持网上支付", "Online payment", _of_content(lambda c: c.fees)),
    E("post", "是否支持物流快递", "Delivery by post", _of_content(lambda c: "post" in c.result.delivery or None)),
    E("terminal", "是否支持终端办理", "Self-service terminal", _of_content(lambda c: "terminal" in c.channels or None)),
    E("web_link", "计算机端在线办理跳转地址", "Web link", _of_content(lambda c: "web" in c.channels or None)),
    E("mobile_link", "移动端办理地址", "Mobile link", _of_content(lambda c: "mobile" in c.channels or None)),
    E("place", "办理地点", "Place", _known),
    E("hours", "办理时间", "Hours", _known),
    E("consulting", "咨询方式", "Questions", _known),
    E("complaints", "监督投诉方式", "Complaints", _known),
    E("requirements", "受理条件", "Conditions of acceptance", _of_content(lambda c: c.requirements)),
    E("process", "办理流程", "Process", _of_content(lambda c: c.process)),
    E("charges", "是否收费", "Charged", _of_content(lambda c: c.slug)),
    E("fee_basis", "收费依据", "Basis of fees", _of_content(lambda c: tuple(f for f in c.fees if f.source))),
    E("fees", "收费项目", "Fees", _of_content(lambda c: c.fees)),
    E("result", "审批结果名称", "Result", _of_content(lambda c: c.result)),
    E("result_type", "审批结果类型", "Kind of result", _of_content(lambda c: c.result)),
    E("result_sample", "审批结果样本", "Sample of the result", _of_content(lambda c: c.result.licence_type)),
    E("intermediaries", "中介服务", "Intermediary services", _of_content(lambda c: c.intermediaries)),
    E("questions", "常见问题", "Frequent questions", _of_content(lambda c: c.questions)),
    E("themes", "主题分类", "Themes", _of_entry),
    E("audience", "服务对象", "For whom", _of_entry),
    E("effective", "计划生效日期", "Effective from", _missing),
    E("cancelled", "计划取消日期", "Cancelled on", _missing),
    E("town", "乡镇街道", "Town or subdistrict", _missing),
    E("village", "村居社区", "Village or community", _missing),
    E("situations", "业务办理项", "Situations", _of_content(lambda c: c.situations)),
    E("materials", "申请材料", "Materials", _of_content(lambda c: c.materials)),
    E(
        "material_standard",
        "受理标准",
        "Standard of acceptance",
        _of_content(lambda c: tuple(m for m in c.materials if m.standard)),
    ),
    E(
        "material_basis",
        "要求提供材料的依据",
        "Basis for asking",
        _of_content(lambda c: tuple(m for m in c.materials if m.basis)),
    ),
    E("material_help", "填报须知", "How to fill in", _of_content(lambda c: tuple(m for m in c.materials if m.help))),
    E("material_form", "材料形式", "Form of materials", _of_content(lambda c: c.materials)),
    E("material_need", "材料必要性", "Necessity of materials", _of_content(lambda c: c.materials)),
    E("material_channel", "来源渠道", "Source of materials", _of_content(lambda c: c.materials)),
    E("material_blank", "空白表格", "Blank form", _missing),
    E("material_sample", "示例样表", "Sample form", _missing),
)


def statuses(guide: Guide) -> list[tuple[Element, Status]]:
    """Each element with its status for one service item."""
    return [(element, element.read(guide)) for element in ELEMENTS]
