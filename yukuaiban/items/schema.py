"""What a service item (政务服务事项) is, as data: the shape of `packs/<city>/items/*.yaml`.

One file works out one directory entry (基本目录). What all its service items (实施清单) share stands here once;
a service item holds only what differs. Every statement carries where it comes from: `status` is one of
    published   the authority's own publication
    law         a law or regulation, named with its article
    sample      示例: written for this software, shown as such wherever a person sees it
and what is absent counts as `missing`. Field labels of the standard: 国家政务服务平台 实施清单 (domain names in docs/glossary.md).
"""

from __future__ import annotations

import warnings
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from yukuaiban.items.forms import Form
from yukuaiban.items.forms.kinds import Strict, Tree

# "register" is the field's own word; that pydantic inherits a class method of that name from ABCMeta hurts nobody.
warnings.filterwarnings("ignore", message='Field name "register" in "MaterialSlot" shadows')

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Status(StrEnum):
    """How far an element can be relied on."""

    PUBLISHED = "published"
    LAW = "law"
    SAMPLE = "sample"
    MISSING = "missing"


class Text(Strict):
    """One statement in both languages of the interface."""

    zh: Words
    en: Words

    def in_(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Sourced(Strict):
    """An element that says where it comes from."""

    status: Literal[Status.PUBLISHED, Status.LAW, Status.SAMPLE] = Status.SAMPLE
    source: Words | None = None  # law and article, document number, or what a sample was modelled on

    @model_validator(mode="after")
    def _a_claim_names_its_source(self) -> Self:
        if self.status != Status.SAMPLE and not self.source:
            raise ValueError(f"status is {self.status.value}: name the source (law and article, or publication)")
        return self


class LegalBasis(Sourced):
    """设定依据: the law that creates the item."""

    law: Words  # official short title, without 《》
    article: Words | None = None  # 第四十二条第一款
    text: Words | None = None  # the wording, only where packs/china/laws holds it


class Unit(StrEnum):
    """办结时限单位."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    YEAR = "year"
    ON_THE_SPOT = "on_the_spot"


class TimeLimit(Sourced):
    """法定/承诺办结时限."""

    value: Annotated[int, Field(ge=0, le=730)]
    unit: Unit = Unit.WORKING_DAY
    note: Text | None = None


class StatutoryLimit(TimeLimit):
    """法定办结时限, and whose it is: that of 行政许可法 第四十二条, or of a law or regulation that says otherwise."""

    set_by: LegalBasis | None = None  # 法律、法规另有规定: a licence's limit stands there, and so must any extension


class Audience(StrEnum):
    """服务对象, the groups of the standard that a person chooses between."""

    NATURAL_PERSON = "natural_person"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    SOCIAL_ORGANISATION = "social_organisation"
    SELF_EMPLOYED = "self_employed"


class Acting(StrEnum):
    """Who may file for the applicant."""

    SELF = "self"
    GUARDIAN = "guardian"
    RELATIVE = "relative"
    AGENT = "agent"


class Assurance(StrEnum):
    """Level of assurance of the person's identity that filing needs (levels are ours: docs/adr)."""

    REGISTERED = "registered"
    REAL_NAME = "real_name"
    REAL_PERSON = "real_person"


class Requirement(Sourced):
    """受理条件: one condition of acceptance, readable and, where it can be, checked."""

    key: Key
    text: Text
    check: Tree | None = None  # a conditions tree over the answers; false refuses filing with `text`


class Situation(Strict):
    """业务办理项: one concrete situation, the finest grain; its answers decide what is asked."""

    key: Key
    title: Text
    when: Tree | None = None


class MaterialSlot(Sourced):
    """申请材料: one thing to be shown, and the ways in which it need not be uploaded."""

    key: Key
    title: Text
    help: Text | None = None  # 填报须知
    standard: Text | None = None  # 受理标准
    form: Literal["electronic", "paper", "both"] = "electronic"
    necessity: Literal["required", "optional", "deferrable"] = "required"  # deferrable: 容缺后补
    channel: Literal["applicant", "government", "other"] = "applicant"
    accept: Annotated[tuple[Literal["pdf", "jpeg", "png"], ...], Field(min_length=1)] = ("pdf", "jpeg", "png")
    max_mb: Annotated[int, Field(ge=1, le=50)] = 10
    max_files: Annotated[int, Field(ge=1, le=20)] = 3
    paper_copies: Annotated[int, Field(ge=0, le=10)] = 0
    when: Tree | None = None  # needed only when this holds
    licence_type: Slug | None = None  # a valid licence of this type in the wallet answers it
    register: Slug | None = None  # a register that the platform may ask answers it
    commitment: bool = False  # 告知承诺 may replace it
    reuse_days: Annotated[int, Field(ge=1, le=3650)] | None = None  # an earlier upload still serves
    basis: Words | None = None  # 要求提供材料的依据


#: 一个部门办理、统一办理、联合办理、集中办理 (行政许可法 第二十六条第二款)
Handling = Literal["single", "unified", "joint", "concentrated"]


class Step(Strict):
    """办理流程: one step of review. Steps with the same `stage` run in parallel."""

    key: Key
    title: Text
    stage: Annotated[int, Field(ge=1, le=9)]
    role: Literal["handler", "approver"]
    department: Slug | None = None  # kind of another department that is asked; absent: the item's own
    people: Annotated[int, Field(ge=1, le=4)] = 1  # how many must agree
    days: Annotated[int, Field(ge=1, le=60)] = 1  # working days for the step


class Extension(Sourced):
    """延长期限: how much longer the item's own law lets it take, once. Without it only 行政许可法 第四十二条 extends."""

    parameter: Slug | None = None  # packs/*/parameters: the number with its dates and its article
    days: Annotated[int, Field(ge=1, le=365)] | None = None  # in the days of the limit, where no parameter holds it
    as_the_limit: bool = False  # at most as long as the limit itself
    law: Words | None = None  # that allows it, without 《》; a parameter names its own
    article: Words | None = None
    approver: Literal["head", "government"] = "head"  # 本机关负责人 / 本级人民政府负责人

    @model_validator(mode="after")
    def _is_said_in_one_way(self) -> Self:
        if [self.parameter is not None, self.days is not None, self.as_the_limit].count(True) != 1:
            raise ValueError("say parameter, or days, or as_the_limit: one of them")
        if (self.parameter is None) != (self.law is not None):
            raise ValueError("name law, and article, that allow it; a parameter names its own")
        return self


class FirstReview(Sourced):
    """初审: the item's own body accepts, reviews and reports; the body above it decides (行政许可法 第三十五条, 第四十三条).

    Attributes:
        by, reports_to: Kinds of department: of the item's own division, and of the division above it.
        until_stage: The last stage of the lower body, one step whose opinion goes up; the later stages are the upper body's.
        days: Working days from acceptance, where another law or rule sets them; absent: the parameter `first_review_limit`.
        law: That sets them, without 《》, with its article.
    """

    by: Slug
    reports_to: Slug
    until_stage: Annotated[int, Field(ge=1, le=8)] = 1
    days: Annotated[int, Field(ge=1, le=250)] | None = None
    law: Words | None = None
    article: Words | None = None

    @model_validator(mode="after")
    def _days_of_its_own_name_their_law(self) -> Self:
        if (self.days is None) != (self.law is None) or (self.article is not None and self.law is None):
            raise ValueError(
                "days and the law (with its article) that sets them go together; without: first_review_limit"
            )
        return self


class Limited(Sourced):
    """有数量限制: how many licences of the item a body may have out at once; granted in the order of acceptance.

    Law: 行政许可法 第五十七条.
    """

    places: Annotated[int, Field(ge=1, le=10_000_000)]


class Safety(Sourced):
    """直接关系公共安全、人身健康、生命财产安全: after a falsehood the licence is not asked for again for a time.

    Attributes:
        when: Which applications ask for the licence itself, as a condition over the answers, where some ask for a change
            of one that is held, a duplicate, its end; absent: all of them.
    Law: 行政许可法 第七十八条, 第七十九条.
    """

    interests: Annotated[
        tuple[Literal["public_safety", "personal_health", "life_and_property"], ...], Field(min_length=1)
    ]
    when: Tree | None = None


class Process(Sourced):
    """How the item is decided: receipt regime, review steps, what may happen on the way."""

    receipt: Literal["licensing", "registration"] = "licensing"  # 行政许可法 第三十二条 / 不动产登记暂行条例 第十七条
    handling: Handling = "single"
    extension: Extension | None = None
    first_review: FirstReview | None = None
    limited: Limited | None = None
    safety: Safety | None = None
    instant: bool = False  # 即办件
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=8)]
    special_procedures: tuple[
        Literal["hearing", "bidding", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"],
        ...,
    ] = ()
    site_visit: bool = False
    third_parties: bool = False  # decided only after those it touches were heard (行政许可法 第三十六条)

    @model_validator(mode="after")
    def _stages_have_no_gap_and_end_with_one_decision(self) -> Self:
        stages = sorted({step.stage for step in self.steps})
        if stages != list(range(1, len(stages) + 1)):
            raise ValueError(f"stages are {stages}: number them 1, 2, 3 without a gap")
        last = [step for step in self.steps if step.stage == stages[-1]]
        if len(last) != 1 or last[0].role != "approver":
            raise ValueError("the last stage is one step by an approver, who decides")
        return self

    @model_validator(mode="after")
    def _a_first_review_ends_with_one_opinion_before_the_decision(self) -> Self:
        if self.first_review is None:
            return self
        until = self.first_review.until_stage
        if until >= max(step.stage for step in self.steps):
            raise ValueError("first_review.until_stage: a later stage must be left for the upper body, which decides")
        reports = [step for step in self.steps if step.stage == until]
        if len(reports) != 1 or reports[0].department or reports[0].people > 1:
            raise ValueError(
                "first_review.until_stage: is one step of the lower body itself, by one person, who reports"
            )
        return self


class Result(Sourced):
    """审批结果."""

    kind: Literal["licence", "document", "registration", "payment", "service"]
    title: Text
    licence_type: Slug | None = None  # packs/<city>/licence_types
    valid_months: Annotated[int, Field(ge=1, le=600)] | None = None  # absent: without end
    facts: dict[Key, str] = Field(default_factory=dict)  # printed fact -> dotted path in the answers
    delivery: tuple[Literal["electronic", "window", "post"], ...] = ("electronic",)

    @model_validator(mode="after")
    def _a_licence_names_its_type(self) -> Self:
        if self.kind == "licence" and not self.licence_type:
            raise ValueError("kind is licence: name licence_type")
        return self


class Renewal(Sourced):
    """延续: how the licence is prolonged before it ends; silence until its end prolongs it (行政许可法 第五十条).

    Attributes:
        when: Which applications ask for it, as a condition over the answers; absent: all of them.
        licence_type: What is prolonged; one of this type in the applicant's wallet says itself until when it holds.
        expiry: The date question that asks for the last day of a licence that is not in the wallet.
        latest: How long before that day one applies at the latest; absent: the parameter `renewal_lead`.
        earliest: How long before that day one may apply; absent: at any time.
        counted_from: Where the new term begins: at the end of the old one, or with the decision.
    """

    when: Tree | None = None
    licence_type: Slug
    expiry: Key
    latest: TimeLimit | None = None
    earliest: TimeLimit | None = None
    counted_from: Literal["expiry", "decision"] = "expiry"


class Fee(Sourced):
    """收费项目."""

    key: Key
    title: Text
    standard: Text
    amount_fen: Annotated[int, Field(ge=0)] | None = None  # absent: depends, as `standard` says
    reduction: Text | None = None


class Question(Sourced):
    """常见问题."""

    question: Text
    answer: Text


class ItemContent(Strict):
    """One directory entry worked out in full."""

    entry: Words  # code in directory.csv
    slug: Slug
    title: Text  # as directory.csv, with its English
    summary: Text
    keywords: tuple[Words, ...] = ()  # what people type: 俗称
    item_type: Literal["01", "05", "07", "08", "09", "10", "20"]
    audience: Annotated[tuple[Audience, ...], Field(min_length=1)]
    acting: Annotated[tuple[Acting, ...], Field(min_length=1)] = (Acting.SELF,)
    assurance: Assurance = Assurance.REAL_NAME
    basis: Annotated[tuple[LegalBasis, ...], Field(min_length=1)]
    statutory: StatutoryLimit
    promised: TimeLimit
    online_depth: Annotated[tuple[Annotated[int, Field(ge=1, le=8)], ...], Field(min_length=1)]
    visits: Annotated[int, Field(ge=0, le=5)]
    visits_reason: Text | None = None  # 办理现场原因说明
    channels: Annotated[tuple[Literal["window", "web", "mobile", "post", "terminal"], ...], Field(min_length=1)]
    scope: Literal["national", "cross_province", "province", "city", "local"] = "local"  # 通办范围
    quota: Text | None = None  # 数量限制
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    situations: Annotated[tuple[Situation, ...], Field(min_length=1)]
    form: Form
    materials: Annotated[tuple[MaterialSlot, ...], Field(min_length=1)]
    process: Process
    result: Result
    renewal: Renewal | None = None
    fees: tuple[Fee, ...] = ()
    questions: tuple[Question, ...] = ()
    intermediaries: tuple[Text, ...] = ()  # 中介服务
    joint_bodies: tuple[Words, ...] = ()  # 联办机构

    @model_validator(mode="after")
    def _the_parts_agree(self) -> Self:
        """Rules between elements: promised ≤ statutory; depth 4+ means online; nobody comes to an item without visits."""
        if _days(self.promised) > _days(self.statutory):
            raise ValueError("promised: is longer than statutory; a promise may only be shorter")
        if max(self.online_depth) >= 4 and not {"web", "mobile"} & set(self.channels):
            raise ValueError("online_depth: 4 and above need the channel web or mobile")
        if self.visits == 0 and max(self.online_depth) < 4 and "post" not in self.channels:
            raise ValueError("visits: 0 needs full online handling (depth 4+) or delivery by post")
        if self.visits > 0 and not self.visits_reason:
            raise ValueError("visits_reason: say why the person must come")
        _unique("materials", [slot.key for slot in self.materials])
        _unique("requirements", [one.key for one in self.requirements])
        _unique("situations", [one.key for one in self.situations])
        _unique("process.steps", [step.key for step in self.process.steps])
        return self

    @model_validator(mode="after")
    def _what_is_limited_is_a_licence(self) -> Self:
        if self.process.limited is not None and (self.item_type != "01" or not self.result.licence_type):
            raise ValueError(
                "process.limited: 行政许可法 第五十七条 counts licences (item_type 01, result.licence_type)"
            )
        return self

    @model_validator(mode="after")
    def _a_renewal_prolongs_what_the_item_gives(self) -> Self:
        if self.renewal is None:
            return self
        if self.item_type != "01":
            raise ValueError("renewal: only a licence (item_type 01) is renewed by article 50")
        if self.renewal.licence_type != self.result.licence_type or not self.result.valid_months:
            raise ValueError("renewal: licence_type is that of the result, which has valid_months")
        if self.renewal.expiry not in {f.key for f in self.form.all_fields() if f.kind == "date"}:
            raise ValueError(f"renewal.expiry: {self.renewal.expiry} is no date question of the form")
        return self


_UNIT_DAYS = {
    Unit.ON_THE_SPOT: 0.0,
    Unit.WORKING_DAY: 1.0,
    Unit.CALENDAR_DAY: 5 / 7,
    Unit.MONTH: 21.0,
    Unit.YEAR: 250.0,
}


def _days(limit: TimeLimit) -> float:
    """Working days, roughly: only to compare two limits that may have different units."""
    return limit.value * _UNIT_DAYS[limit.unit]


def _unique(where: str, keys: list[str]) -> None:
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{where}: {', '.join(twice)} stands twice")
