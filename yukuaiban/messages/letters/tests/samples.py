"""A context that has everything any letter may need."""

from __future__ import annotations

from datetime import date, datetime

from yukuaiban.config.now import ZONE
from yukuaiban.messages.letters.context import (
    Body,
    Correction,
    Deferred,
    LetterContext,
    LicenceFacts,
    Material,
    Person,
    ServedDocument,
)

BODY = Body(
    name="重庆市渝中区市场监督管理局",
    address="重庆市渝中区示例路 7 号政务服务中心 2 楼 B12 窗口",
    phone="023-00000000",
    review_body="重庆市渝中区人民政府",
    court="重庆市渝中区人民法院",
)


def everything(**changes: object) -> LetterContext:
    """A food business licence in Yuzhong, with every turn a case can take."""
    facts: dict = {
        "body": BODY,
        "addressee": "张三",
        "item_name": "食品经营许可（餐饮服务经营者新办）",
        "case_number": "K7MQ-3RTX-9WHD",
        "made_at": datetime(2026, 3, 2, 9, 30, tzinfo=ZONE),
        "verify_url": "https://city.example/zh/verify/letter/7K3M-Q9TX-2WHD-R5NA",
        "verify_code": "7K3M-Q9TX-2WHD-R5NA",
        "received_at": datetime(2026, 2, 27, 23, 5, tzinfo=ZONE),
        "accepted_on": date(2026, 3, 2),
        "due_on": date(2026, 3, 30),
        "limit_days": 20,
        "materials": (Material("营业执照", "电子证照调用"), Material("经营场所平面布局图", "上传 1 份")),
        "corrections": (
            Correction("经营场所平面布局图", "未标明加工区与就餐区的分隔。", "行政许可法 第三十一条第一款"),
            Correction("申请表“主体业态”栏", "与营业执照经营范围不一致。"),
        ),
        "hand_in_by": date(2026, 4, 15),
        "deferred": (Deferred("从业人员健康证明", date(2026, 3, 9)),),
        "reasons": ("经营场所距离暴露垃圾场不足 25 米。", "未配备食品安全管理人员。"),
        "competent_body": "重庆市渝中区卫生健康委员会",
        "special_kind": "检验",
        "special_days": 10,
        "special_from": date(2026, 3, 5),
        "extension_days": 10,
        "due_before": date(2026, 3, 30),
        "hearing_subject": "直接涉及申请人与他人之间重大利益关系",
        "request_by": date(2026, 3, 9),
        "hearing_at": datetime(2026, 3, 20, 9, 30, tzinfo=ZONE),
        "hearing_place": "渝中区政务服务中心三楼听证室",
        "chair": "李明",
        "people": (Person("张三", "申请人"), Person("王五", "审查人员")),
        "record": ("主持人宣布听证开始。", "申请人：请求重新测量。"),
        "conditions": ("不得超出许可项目经营。",),
        "licence": LicenceFacts(
            "食品经营许可证",
            "1.2.156.3005.2.Y1100000XTYB00008J001.Y1500103XTYB00123K.2026K7MQ3RTX9WHD.001.U",
            date(2026, 3, 30),
            date(2031, 3, 30),
        ),
        "decided_on": date(2026, 3, 30),
        "decision_number": "渝办准〔2026〕第K7MQ-3RTX-9WHD号",
        "third_party_interest": "拟设经营场所与你的住宅相邻",
        "served": (ServedDocument("准予行政许可决定书", "渝办准〔2026〕第K7MQ-3RTX-9WHD号"),),
        "served_how": "电子送达",
        "served_at": datetime(2026, 3, 31, 10, 0, tzinfo=ZONE),
    }
    return LetterContext(**(facts | changes))
