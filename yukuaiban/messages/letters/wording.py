"""What each letter says: the official words as blocks, from the context alone. Pure functions; layout is elsewhere.

A block is a plain dict that `typst/letter.typ` draws:

    {"kind": "paragraph", "text": ...}              {"kind": "heading", "text": ...}
    {"kind": "list", "items": [...]}                {"kind": "facts", "rows": [[label, value], ...]}
    {"kind": "table", "head": [...], "widths": [...], "rows": [[...], ...]}
    {"kind": "signatures", "lines": [label, ...]}   a line each to be signed by hand
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from yukuaiban.calendars import Unit
from yukuaiban.calendars.reasons import APPROVERS, limit_in_words
from yukuaiban.config import laws
from yukuaiban.config.now import ZONE
from yukuaiban.config.parameters import parameter
from yukuaiban.documents.chinese import day, day_before, moment
from yukuaiban.messages.letters.context import LetterContext, Person
from yukuaiban.messages.letters.kinds import KINDS, LICENCE, LetterKind

Block = dict[str, Any]
Writer = Callable[[LetterContext], list[Block]]

K = LetterKind


def blocks(kind: LetterKind, ctx: LetterContext) -> list[Block]:
    """The body of a letter, between the addressee and the date."""
    said = _WRITERS[kind](ctx)
    if KINDS[kind].tells_remedies:
        said.append(remedies(ctx))
    return said


def remedies(ctx: LetterContext) -> Block:
    """How to ask for review or to sue, with the periods of the day on which the letter is written.

    Law: 行政许可法 第三十八条第二款; 行政复议法 第二十条第一款; 行政复议法实施条例 第十七条;
    行政诉讼法 第四十六条第一款.
    """
    review, suit = remedy_terms(ctx.made_on)
    where = ctx.body.review_body or "有管辖权的行政复议机关"
    court = ctx.body.court or "有管辖权的人民法院"
    return paragraph(
        f"如对本决定不服，可以自收到本文书之日起{review}内向{where}申请行政复议，"
        f"也可以自收到本文书之日起{suit}内依法向{court}提起行政诉讼。"
    )


def remedy_terms(on: date, language: str = "zh") -> tuple[str, str]:
    """How long one may ask for review, and go to court at once, against what was decided on a day; in words."""
    review, suit = (parameter(name, on) for name in ("review_application_limit", "litigation_limit"))
    return limit_in_words(review.value, review.unit, language), limit_in_words(suit.value, suit.unit, language)


# --- the pieces -------------------------------------------------------------------------------------------------------


def paragraph(text: str) -> Block:
    return {"kind": "paragraph", "text": text}


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def listing(items: Sequence[str]) -> Block:
    return {"kind": "list", "items": list(items)}


def facts(*rows: tuple[str, str]) -> Block:
    """Label and value side by side; a row without a value is left out."""
    return {"kind": "facts", "rows": [[label, value] for label, value in rows if value]}


def table(head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Block:
    """A ruled table; `widths` are shares."""
    return {"kind": "table", "head": list(head), "widths": list(widths), "rows": [list(row) for row in rows]}


def signatures(*labels: str) -> Block:
    return {"kind": "signatures", "lines": list(labels)}


def cite(source: str) -> str:
    """A citation as it is printed: 《中华人民共和国行政许可法》第三十二条第一款第（四）项."""
    printed = []
    for part in source.split("；"):
        name, space, place = part.strip().partition(" 第")
        if not space:
            printed.append(part.strip())
            continue
        editions = laws.editions(name)
        title = editions[-1].title if editions else name
        if "第（" not in place:
            place = place.replace("（", "第（").replace("）", "）项")
        printed.append(f"《{title}》第{place}")
    return "、".join(printed)


def _grounds(kind: LetterKind, ctx: LetterContext) -> str:
    """What the letter rests on: for a licence the law's own article, and what the item or the officer adds."""
    law = KINDS[kind].law
    is_its_law = ctx.item_type == LICENCE or kind is K.DECLINED  # declined on the spot: registrations only
    own = [law] if is_its_law and not law.startswith("制度") else []
    named = [cite(source) for source in dict.fromkeys([*own, *ctx.articles])]
    return "、".join(named) or "有关规定"


def _asked(ctx: LetterContext) -> str:
    """Who asked for what, when; to a third party only what is being decided."""
    if ctx.to_third_party:
        return f"本机关正在审查的“{ctx.item_name}”申请（办件编号：{ctx.case_number}）"
    when = f"于{day(ctx.received_at.astimezone(ZONE).date())}" if ctx.received_at else ""
    through = f"（由{ctx.agent}代为提出）" if ctx.agent else ""
    return f"你（单位）{when}提出的“{ctx.item_name}”申请{through}（办件编号：{ctx.case_number}）"


def _reasons(ctx: LetterContext, lead: str) -> list[Block]:
    if len(ctx.reasons) == 1:
        return [paragraph(f"{lead}{_full_stop(ctx.reasons[0])}")]
    return [paragraph(lead), listing(ctx.reasons)] if ctx.reasons else []


def _full_stop(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def _due(ctx: LetterContext) -> str:
    provisional = "（该年度放假安排尚未公布，此日期为暂定，公布后自动重算并告知）" if ctx.is_due_provisional else ""
    return f"最迟于{day(ctx.due_on)}{provisional}作出决定" if ctx.due_on else ""


def _limit(ctx: LetterContext) -> str:
    if ctx.limit_unit == Unit.ON_THE_SPOT:
        return "该事项当场办结"
    return f"办理期限为{limit_in_words(ctx.limit_days or 0, ctx.limit_unit)}，自受理次日起计算"


def _act(ctx: LetterContext) -> str:
    return {"01": "行政许可", "05": "行政给付", "07": "行政确认", "08": "行政奖励", "09": "行政裁决"}.get(
        ctx.item_type, "办理"
    )


def _contact(ctx: LetterContext) -> list[Block]:
    told = "，".join(
        filter(
            None,
            [
                f"地址：{ctx.body.address}" if ctx.body.address else "",
                f"电话：{ctx.body.phone}" if ctx.body.phone else "",
            ],
        )
    )
    return [paragraph(f"联系方式：{ctx.body.name}，{told}。")] if told else []


_ROLES = {
    "applicant": "申请人",
    "third_party": "利害关系人",
    "reviewer": "审查人员",
    "agent": "代理人",
    "witness": "证人",
}


def _role(person: Person) -> str:
    """As what somebody takes part, in words; a code of ours or words already."""
    return _ROLES.get(person.role, person.role)


# --- receipt ----------------------------------------------------------------------------------------------------------


def _receipt(ctx: LetterContext) -> list[Block]:
    assert ctx.received_at is not None
    said = [
        paragraph(f"{_asked(ctx)}已经收到。"),
        facts(
            ("收到时间", moment(ctx.received_at)),
            ("申请事项", ctx.item_name),
            ("申请人", ctx.addressee),
            ("代办人", ctx.agent),
            ("办件编号", ctx.case_number),
        ),
    ]
    if ctx.materials:
        rows = [[str(n), material.name, material.how] for n, material in enumerate(ctx.materials, 1)]
        said += [heading("收到的材料"), table(["序号", "材料名称", "来源与形式"], [1, 7, 4], rows)]
    limit = parameter("correction_notice_limit", ctx.made_on)
    said += [
        paragraph(
            f"本机关将当场或者在{limit.value}个工作日内告知是否受理；材料不齐全或者不符合法定形式的，"
            "一次告知需要补正的全部内容。逾期不告知的，自收到申请材料之日起即为受理。"
        ),
        paragraph("本回执只证明收到申请，不是受理凭证。请凭办件编号查询办理进度。"),
        *_contact(ctx),
    ]
    return said


def _acceptance(ctx: LetterContext) -> list[Block]:
    said = [
        paragraph(
            f"{_asked(ctx)}，经审查，属于本机关职权范围，材料齐全、符合法定形式。"
            f"依据{_grounds(K.ACCEPTANCE, ctx)}，本机关决定自{day(ctx.accepted_on)}起予以受理。"
        ),
        paragraph(
            f"{_limit(ctx)}，本机关{_due(ctx)}。"
            "依法需要听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的，所需时间不计算在内，并将另行书面告知。"
        ),
    ]
    if ctx.materials:
        rows = [[str(n), material.name, material.how] for n, material in enumerate(ctx.materials, 1)]
        said += [heading("收到的材料"), table(["序号", "材料名称", "来源与形式"], [1, 7, 4], rows)]
    return [*said, *_contact(ctx)]


def _deferred_acceptance(ctx: LetterContext) -> list[Block]:
    rows = [[str(n), entry.name, f"{day(entry.until)}"] for n, entry in enumerate(ctx.deferred, 1)]
    until = f"，{_due(ctx)}" if ctx.due_on else ""
    return [
        paragraph(
            f"{_asked(ctx)}，主要材料齐全、符合法定形式，下列次要材料暂缺。根据你（单位）作出的书面承诺，"
            f"依据{_grounds(K.DEFERRED_ACCEPTANCE, ctx)}，本机关自{day(ctx.accepted_on)}起容缺受理{until}。"
        ),
        table(["序号", "可以后补的材料", "补齐期限"], [1, 7, 4], rows),
        paragraph(
            "请在上述期限内通过渝快办、邮寄或者到窗口补齐，以材料到达之日为准。审查同时进行；"
            "材料补齐前不发放办理结果。逾期未补齐的，本机关可以终止办理；因此产生的后果由申请人承担。"
        ),
        *_contact(ctx),
    ]


def _correction(ctx: LetterContext) -> list[Block]:
    rows = [
        [str(n), entry.where, entry.what, cite(entry.basis) if entry.basis else "—"]
        for n, entry in enumerate(ctx.corrections, 1)
    ]
    return [
        paragraph(
            f"{_asked(ctx)}，经审查，申请材料不齐全或者不符合法定形式。"
            f"依据{_grounds(K.CORRECTION, ctx)}，现一次告知需要补正的全部内容："
        ),
        table(["序号", "材料或者栏目", "问题和补正要求", "依据"], [1, 4, 7, 4], rows),
        paragraph(
            f"请于{day(ctx.hand_in_by)}（含当日）前补正。按照上述要求补齐全部材料的，本机关予以受理，不再另提新的要求。"
            "逾期未补正的，本机关可以终止办理；终止后可以重新提出申请。"
        ),
        paragraph("可以在渝快办“我的办件”中直接补正，只有上述栏目和材料可以修改；也可以到窗口提交。"),
        *_contact(ctx),
    ]


def _not_needed(ctx: LetterContext) -> list[Block]:
    return [
        paragraph(f"{_asked(ctx)}已经收到。经审查，该事项依法不需要取得行政许可，也无需本机关办理。"),
        *_reasons(ctx, "具体理由："),
        paragraph(
            f"依据{_grounds(K.NOT_NEEDED, ctx)}，本机关不予受理该申请，特此告知。你（单位）可以依法自行从事相关活动。"
        ),
        *_contact(ctx),
    ]


def _not_competent(ctx: LetterContext) -> list[Block]:
    turn = f"请向{ctx.competent_body}提出申请。" if ctx.competent_body else "请依法向有关行政机关提出申请。"
    return [
        paragraph(f"{_asked(ctx)}已经收到。"),
        *_reasons(ctx, "经审查，"),
        paragraph(f"依据{_grounds(K.NOT_COMPETENT, ctx)}，本机关决定不予受理。{turn}"),
    ]


def _declined(ctx: LetterContext) -> list[Block]:
    rows = [[str(n), entry.where, entry.what] for n, entry in enumerate(ctx.corrections, 1)]
    return [
        paragraph(
            f"{_asked(ctx)}，经当场查验，申请材料不齐全或者不符合法定形式。"
            f"依据{_grounds(K.DECLINED, ctx)}，本机关不予受理，并一次告知需要补正的全部内容："
        ),
        table(["序号", "材料或者栏目", "问题和补正要求"], [1, 4, 8], rows),
        paragraph("补齐后可以重新提出申请。"),
        *_contact(ctx),
    ]


# --- review -----------------------------------------------------------------------------------------------------------


def _pause(ctx: LetterContext) -> list[Block]:
    since = f"自{day(ctx.special_from)}起，" if ctx.special_from else ""
    return [
        paragraph(
            f"{_asked(ctx)}正在审查。依据{_grounds(K.PAUSE, ctx)}，{since}本机关将对该申请进行{ctx.special_kind}，"
            f"所需时间预计为{ctx.special_days}个工作日，不计算在办理期限内。"
        ),
        *_reasons(ctx, "理由："),
        paragraph(f"{ctx.special_kind}结束后，办理期限继续计算，新的办结日期将在渝快办的办件页面显示。"),
        *_contact(ctx),
    ]


def _extension(ctx: LetterContext) -> list[Block]:
    before = f"原定最迟于{day(ctx.due_before)}作出决定，" if ctx.due_before else ""
    longer = limit_in_words(ctx.extension_days or 0, ctx.extension_unit)
    grounds = cite(ctx.extension_law) if ctx.extension_law else _grounds(K.EXTENSION, ctx)
    document = f"{day(ctx.approved_on)}以{ctx.approval}" if ctx.approval and ctx.approved_on else ""
    return [
        paragraph(
            f"{_asked(ctx)}，{before}因下列原因不能在法定期限内作出决定。依据{grounds}，"
            f"经{APPROVERS[ctx.approver][0]}{document}批准，延长办理期限{longer}，{_due(ctx)}。"
        ),
        *_reasons(ctx, "延长期限的理由："),
        *_contact(ctx),
    ]


def _third_party(ctx: LetterContext) -> list[Block]:
    return [
        paragraph(
            f"本机关正在审查“{ctx.item_name}”申请（办件编号：{ctx.case_number}），发现该事项直接关系你（单位）的重大利益："
            f"{_full_stop(ctx.third_party_interest)}"
        ),
        paragraph(
            f"依据{_grounds(K.THIRD_PARTY, ctx)}，特此告知。你（单位）有权进行陈述和申辩，"
            "可以在渝快办、以书面形式或者到本机关提出，本机关将听取意见。"
        ),
        *(_may_ask(ctx, cite("行政许可法 第四十七条第一款")) if ctx.request_by else []),
        *_contact(ctx),
    ]


def _may_ask(ctx: LetterContext, ground: str) -> list[Block]:
    """The right to a hearing, until when, and at whose cost: to the applicant and to a third party in the same words."""
    days = parameter("hearing_organise_limit", ctx.made_on)
    return [
        paragraph(
            f"依据{ground}，在作出决定前，你（单位）享有要求听证的权利。"
            f"要求听证的，请于{day(ctx.request_by)}（含当日）前提出；逾期未提出的，视为放弃听证权利。"
        ),
        paragraph(
            f"本机关收到听证申请后，将在{days.value}个工作日内组织听证。申请人、利害关系人不承担行政机关组织听证的费用。"
        ),
    ]


def _hearing_right(ctx: LetterContext) -> list[Block]:
    return [
        paragraph(f"{_asked(ctx)}，涉及下列事项：{_full_stop(ctx.hearing_subject)}"),
        *_may_ask(ctx, _grounds(K.HEARING_RIGHT, ctx)),
        *_contact(ctx),
    ]


def _hearing_notice(ctx: LetterContext) -> list[Block]:
    assert ctx.hearing_at is not None
    return [
        paragraph(
            f"{_asked(ctx)}，依据{_grounds(K.HEARING_NOTICE, ctx)}，本机关定于下列时间和地点举行听证，请准时参加："
        ),
        facts(
            ("时间", moment(ctx.hearing_at)),
            ("地点", ctx.hearing_place),
            ("主持人", ctx.chair),
            ("方式", _in_public(ctx)),
            ("听证事项", ctx.hearing_subject or ctx.item_name),
            *((_role(person), person.name) for person in ctx.people),
        ),
        paragraph("听证主持人不是审查该申请的工作人员。认为主持人与该事项有直接利害关系的，有权申请回避。"),
        paragraph(
            "举行听证时，审查人员将提供审查意见的证据、理由；你（单位）可以提出证据，并进行申辩和质证，也可以委托代理人参加。无正当理由不到场的，视为放弃听证。"
        ),
        *_contact(ctx),
    ]


def _in_public(ctx: LetterContext) -> str:
    """听证应当公开举行 (行政许可法 第四十八条第一款（二）); the exceptions of 第五条第二款 say which they are."""
    if ctx.is_hearing_public:
        return "公开举行"
    return f"不公开举行（{ctx.closed_ground}）" if ctx.closed_ground else "不公开举行"


def _hearing_announcement(ctx: LetterContext) -> list[Block]:
    """To everyone: without the name of a natural person, whose application it is told by the surname alone."""
    assert ctx.hearing_at is not None
    own_motion = f"认为该事项涉及公共利益，依据{cite('行政许可法 第四十六条')}，决定"
    how = own_motion if ctx.is_hearing_called else "根据申请人或者利害关系人的申请，"
    phone = f"（电话：{ctx.body.phone}）" if ctx.body.phone else ""
    return [
        paragraph(
            f"本机关正在审查{ctx.addressee}提出的“{ctx.item_name}”申请，{how}举行听证。"
            f"依据{_grounds(K.HEARING_ANNOUNCEMENT, ctx)}，现公告如下："
        ),
        facts(
            ("听证事项", ctx.hearing_subject or ctx.item_name),
            ("时间", moment(ctx.hearing_at)),
            ("地点", ctx.hearing_place),
            ("方式", _in_public(ctx)),
            ("主持人", ctx.chair),
        ),
        paragraph(
            "听证公开举行，可以到场旁听，不收取费用。与该事项有重大利益关系的，可以在听证前向本机关说明，依法参加听证。"
            f"需要座位、翻译或者无障碍帮助的，请提前与本机关联系{phone}。时间、地点有变更的，另行公告。"
        ),
    ]


def _hearing_record(ctx: LetterContext) -> list[Block]:
    assert ctx.hearing_at is not None
    return [
        facts(
            ("申请事项", ctx.item_name),
            ("办件编号", ctx.case_number),
            ("时间", moment(ctx.hearing_at)),
            ("地点", ctx.hearing_place),
            ("方式", _in_public(ctx)),
            ("主持人", ctx.chair),
            *((_role(person), person.name) for person in ctx.people),
        ),
        heading("听证情况"),
        *(paragraph(said) for said in ctx.record),
        paragraph("以上笔录经听证参加人核对，确认无误后签字或者盖章。"),
        signatures(
            *(f"{_role(person)}（{person.name}）" for person in ctx.people),
            f"主持人（{ctx.chair}）" if ctx.chair else "主持人",
        ),
    ]


# --- decision and after -----------------------------------------------------------------------------------------------


def _grant(ctx: LetterContext) -> list[Block]:
    accepted = f"，本机关于{day(ctx.accepted_on)}受理" if ctx.accepted_on else ""
    said = [
        paragraph(f"{_asked(ctx)}{accepted}。{_by_silence(ctx)}")
        if ctx.is_by_silence
        else paragraph(
            f"{_asked(ctx)}{accepted}。经审查，申请符合法定条件、标准。依据{_grounds(K.GRANT, ctx)}，"
            f"本机关于{day(ctx.decided_on)}决定准予{'延续' if ctx.renews_until else ''}{_act(ctx)}。"
        )
    ]
    if ctx.licence:
        until = ctx.licence.until
        term = (f"自{day(ctx.licence.since)}起" if ctx.licence.since else "") + (
            f"至{day(day_before(until))}止" if until else "长期" if ctx.licence.since else ""
        )
        said += [facts(("证件（结果）", ctx.licence.title), ("编号", ctx.licence.number), ("有效期", term))]
    if ctx.conditions:
        said += [heading("应当遵守的条件"), listing(ctx.conditions)]
    days = parameter("certificate_delivery_limit", ctx.made_on)
    if ctx.licence and not ctx.licence.number:
        said.append(
            paragraph(
                f"本机关将自作出决定之日起{days.value}个工作日内颁发、送达证件。电子证照与纸质证照具有同等法律效力。"
            )
        )
    elif ctx.licence:
        said.append(paragraph("电子证照已存入渝快办“我的证照”，与纸质证照具有同等法律效力。"))
    return [*said, *_contact(ctx)]


def _by_silence(ctx: LetterContext) -> str:
    """视为准予延续 (行政许可法 第五十条第二款)."""
    return (
        f"该行政许可有效期至{day(ctx.renews_until)}届满，本机关在届满前没有作出是否准予延续的决定。"
        f"依据{cite('行政许可法 第五十条第二款')}，视为准予延续。"
    )


def _refusal(ctx: LetterContext) -> list[Block]:
    accepted = f"，本机关于{day(ctx.accepted_on)}受理" if ctx.accepted_on else ""
    found = "你（单位）隐瞒有关情况或者提供虚假材料申请行政许可" if ctx.falsehood else "申请不符合法定条件、标准"
    return [
        paragraph(f"{_asked(ctx)}{accepted}。经审查，{found}。"),
        *_reasons(ctx, "具体理由："),
        paragraph(f"依据{_grounds(K.REFUSAL, ctx)}，本机关于{day(ctx.decided_on)}决定不予{_act(ctx)}。"),
        *_bar(ctx),
    ]


def _bar(ctx: LetterContext) -> list[Block]:
    """不得再次申请; the warning or fine has its own procedure. Law: 行政许可法 第七十八条, 第七十九条; 行政处罚法 第四十四条."""
    if not ctx.falsehood:
        return []
    said = [paragraph("依法应当给予的行政处罚，按照行政处罚程序另行告知和决定。")]
    if ctx.barred_until is None:
        return said
    return [
        paragraph(
            f"该事项直接关系公共安全、人身健康、生命财产安全。依据{cite(ctx.falsehood)}，"
            f"你（单位）至{day(ctx.barred_until)}止不得再次申请该行政许可。本决定被依法撤销、变更的，该期间同时解除。"
        ),
        *said,
    ]


def _withdrawal(ctx: LetterContext) -> list[Block]:
    return [
        paragraph(f"{_asked(ctx)}，你（单位）已在本机关作出决定前提出撤回。本机关同意撤回，该办件终止，不再审查。"),
        *_reasons(ctx, "撤回原因："),
        paragraph("撤回不影响今后就同一事项重新提出申请。已经缴纳的费用，依照有关规定退还。"),
        *_contact(ctx),
    ]


def _termination(ctx: LetterContext) -> list[Block]:
    return [
        paragraph(f"{_asked(ctx)}，因下列情形无法继续办理："),
        *([listing(ctx.reasons)] if len(ctx.reasons) > 1 else [paragraph(_full_stop(text)) for text in ctx.reasons]),
        paragraph("本机关决定终止办理。终止不影响今后就同一事项重新提出申请。"),
        *_contact(ctx),
    ]


def _revocation(ctx: LetterContext) -> list[Block]:
    return [
        paragraph(
            f"本机关曾就“{ctx.item_name}”（办件编号：{ctx.case_number}）作出准予决定（{ctx.decision_number}）。经查："
        ),
        *([listing(ctx.reasons)] if len(ctx.reasons) > 1 else [paragraph(_full_stop(text)) for text in ctx.reasons]),
        paragraph(
            f"依据{_grounds(K.REVOCATION, ctx)}，本机关于{day(ctx.decided_on)}决定撤销上述决定，"
            "据此颁发的证件同时失效，请予交回。被许可人的合法权益受到损害的，依法给予赔偿；以欺骗、贿赂等不正当手段取得的利益不受保护。"
        ),
        *_bar(ctx),
    ]


def _cancellation(ctx: LetterContext) -> list[Block]:
    number = f"（{ctx.decision_number}）" if ctx.decision_number else ""
    return [
        paragraph(
            f"你（单位）就“{ctx.item_name}”取得的决定和证件{number}（办件编号：{ctx.case_number}），出现下列情形："
        ),
        *([listing(ctx.reasons)] if len(ctx.reasons) > 1 else [paragraph(_full_stop(text)) for text in ctx.reasons]),
        paragraph(
            f"依据{_grounds(K.CANCELLATION, ctx)}，本机关于{day(ctx.decided_on)}办理注销手续，上述证件自即日起失效。"
        ),
    ]


def _service(ctx: LetterContext) -> list[Block]:
    rows = [[str(n), document.title, document.number] for n, document in enumerate(ctx.served, 1)]
    said = [
        facts(
            ("申请事项", ctx.item_name),
            ("办件编号", ctx.case_number),
            ("受送达人", ctx.addressee),
            ("送达方式", ctx.served_how),
            ("送达地点", ctx.served_place),
            ("送达时间", moment(ctx.served_at) if ctx.served_at else ""),
            ("收件人", ctx.receiver),
            ("送达人", "、".join(ctx.servers)),
            ("备注", ctx.service_note),
        ),
        heading("送达的文书"),
        table(["序号", "文书名称", "文号"], [1, 5, 7], rows),
    ]
    if not ctx.receiver:
        said.append(signatures("受送达人（代收人）", "送达人", "送达人"))
    said.append(paragraph("代收的，请注明与受送达人的关系；拒收的，送达人应当记明事由和日期，由见证人签名。"))
    return said


_WRITERS: Final[dict[LetterKind, Writer]] = {
    K.RECEIPT: _receipt,
    K.ACCEPTANCE: _acceptance,
    K.DEFERRED_ACCEPTANCE: _deferred_acceptance,
    K.CORRECTION: _correction,
    K.NOT_NEEDED: _not_needed,
    K.NOT_COMPETENT: _not_competent,
    K.DECLINED: _declined,
    K.PAUSE: _pause,
    K.EXTENSION: _extension,
    K.THIRD_PARTY: _third_party,
    K.HEARING_RIGHT: _hearing_right,
    K.HEARING_NOTICE: _hearing_notice,
    K.HEARING_ANNOUNCEMENT: _hearing_announcement,
    K.HEARING_RECORD: _hearing_record,
    K.GRANT: _grant,
    K.REFUSAL: _refusal,
    K.WITHDRAWAL: _withdrawal,
    K.TERMINATION: _termination,
    K.REVOCATION: _revocation,
    K.CANCELLATION: _cancellation,
    K.SERVICE: _service,
}


def opens_with_addressee(kind: LetterKind) -> bool:
    """Whether the letter opens with the addressee; an announcement, a record and a proof of service do not."""
    return kind not in {K.HEARING_ANNOUNCEMENT, K.HEARING_RECORD, K.SERVICE}
