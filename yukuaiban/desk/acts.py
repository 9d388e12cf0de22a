"""The acts of officers as the desk offers them: what is asked, what follows, which key; one row each.

The service decides; here stands only how a person is asked. The page, the keyboard and the bulk form read this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.cases import bars, rules, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import AnswersInvalid
from yukuaiban.cases.models import Bar, Opinion, Remedy, Step, ThirdParty
from yukuaiban.cases.models.procedure import ClosedGround, PauseKind
from yukuaiban.cases.selectors import answers_of
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.services.receipt import AgreedHow, Wanted
from yukuaiban.cases.services.review import opinion_round, unheard
from yukuaiban.cases.states import Act
from yukuaiban.config.errors import DomainError
from yukuaiban.config.now import today
from yukuaiban.items import forms as item_forms
from yukuaiban.items.forms import Form
from yukuaiban.items.limits import LICENCE, extension_of
from yukuaiban.materials.selectors import standing_keys
from yukuaiban.materials.slots import is_asked
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import IdKind, Post
from yukuaiban.people.selectors import in_force
from yukuaiban.places.selectors import DIVISIONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, StrPromise


class ActForm(forms.Form):
    """What one act asks. `ctx` and `by` let a form offer only what this case and this desk have.

    `many` describes fields that only the item knows: one text for each name; empty where there are none.
    """

    many: ClassVar[str] = ""

    def __init__(self, *args: Any, ctx: Context, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ctx, self.by = ctx, by
        self.build()

    def build(self) -> None:
        """Fill in choices."""

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        return dict(self.cleaned_data)

    def colleagues(self) -> list[tuple[int, str]]:
        """Posts of the same department and division that are held today."""
        posts = Post.objects.filter(
            in_force(today()), desk__department_id=self.by.department(), desk__division_id=self.by.division
        ).select_related("account__party", "desk__department")
        return [(p.pk, f"{p.account}（{p.desk.get_role_display()}）") for p in posts]


def long_text(
    label: StrPromise, *, required: bool = True, rows: int = 4, help_text: StrOrPromise = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=4000, widget=forms.Textarea({"rows": rows}), help_text=help_text
    )


class NoQuestion(ActForm):
    pass


class ReasonForm(ActForm):
    reason = long_text(_("理由"))


class NotCompetentForm(ReasonForm):
    competent_body = forms.CharField(label=_("有权办理的机关"), max_length=200)


class OpinionForm(ActForm):
    opinion = long_text(_("意见"), required=False)

    def facts(self) -> dict[str, Any]:
        return {"opinion": self.cleaned_data["opinion"]}


class StepForm(OpinionForm):
    """An opinion on one step. Where several run at this desk side by side, the officer says which one he means."""

    def build(self) -> None:
        rows = open_steps(self.ctx, self.by)
        self.steps = [(row.pk, step_title(self.ctx, row)) for row in rows]
        if len(self.steps) > 1:
            self.fields["step_id"] = forms.TypedChoiceField(
                label=_("步骤"), coerce=int, choices=self.steps, required=False, empty_value=None
            )
            self.order_fields(["step_id", "opinion"])

    def facts(self) -> dict[str, Any]:
        first = self.steps[0][0] if self.steps else 0
        return {**super().facts(), "step_id": self.cleaned_data.get("step_id") or first}


def open_steps(ctx: Context, by: Actor) -> list[Step]:
    """Steps open at the officer's desk, those first on which he gave no opinion in this round."""
    rows = [s for s in ctx.steps if s.state == Step.State.OPEN and s.desk_id == by.desk_id]
    opinions = Opinion.objects.filter(case=ctx.case, round=opinion_round(ctx), account_id=by.account())
    given = set(opinions.values_list("step", flat=True))
    return sorted(rows, key=lambda row: (row.pk in given, row.stage, row.pk))


def step_title(ctx: Context, row: Step) -> str:
    """A step as it is called in the language of the page."""
    from django.utils.translation import get_language

    named = next(step for step in ctx.content.process.steps if step.key == row.key)
    return named.title.in_(get_language() or "zh")


class ReportUpForm(ActForm):
    """初步审查意见: what the lower body proposes, and why; who decides reads it."""

    proposal = forms.ChoiceField(
        label=_("初步审查意见"), choices=[(v.value, v.label) for v in (Opinion.Verdict.GRANT, Opinion.Verdict.REFUSE)]
    )
    opinion = long_text(_("理由"))


class ReturnForm(StepForm):
    opinion = long_text(_("退回的理由"))


class WantedField(forms.CharField):
    """One place of an application: what was filed there, and room for what is to be corrected."""

    def __init__(self, *, label: str, filed: StrOrPromise) -> None:
        super().__init__(label=label, required=False, max_length=500)
        self.filed = filed


class WantedForm(ActForm):
    """One line for each field and material that this applicant was asked; what is written is asked for, in one notice."""

    lead = _("在需要补正的那一行写明补正什么；其余留空。")
    many = "`field:<key>` or `material:<key>` that the applicant was asked -> what is to be corrected there."

    def build(self) -> None:
        from django.utils.translation import get_language

        language, content, case = get_language() or "zh", self.ctx.content, self.ctx.case
        answers = answers_of(case)
        filed: dict[str, list[str]] = {}
        for row in item_forms.summary(content.form, answers, language, divisions=DIVISIONS):
            filed.setdefault(row.path.split(".")[0], []).append(row.value)
        for f in content.form.all_fields():
            if f.kind != "note" and (f.key in answers or item_forms.is_shown(content.form, f, answers)):
                said = "；".join(filter(None, filed.get(f.key, [])))
                self.fields[f"field:{f.key}"] = WantedField(label=f.label.in_(language), filed=said)
        given = standing_keys(case.pk)
        for m in content.materials:
            if is_asked(m, answers) or m.key in given:
                self.fields[f"material:{m.key}"] = WantedField(
                    label=m.title.in_(language), filed=_("已提交") if m.key in given else ""
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(value.strip() for value in data.values()):
            raise forms.ValidationError(_("请至少写明一处需要补正的内容。补正通知只能发一次，请一次列全。"))
        return data

    def facts(self) -> dict[str, Any]:
        basis = {f"material:{m.key}": m.basis or "" for m in self.ctx.content.materials}
        return {
            "wanted": [
                Wanted(path, what.strip(), basis.get(path, ""))
                for path, what in self.cleaned_data.items()
                if what.strip()
            ]
        }


class AnswersInput(forms.Widget):
    """Questions of the item, drawn by the item's own macros; in the API an object of answers."""

    form: Form

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if isinstance(data, QueryDict):
            return item_forms.read_post(self.form, data, divisions=DIVISIONS)
        return data.get(name)


class OnSpotForm(ActForm):
    """The item's questions with what was filed in them, to be put right; who agreed, how, and why."""

    prefix = "act"  # keys of an item's questions have no hyphen

    answers = forms.JSONField(label=_("填写的内容"), widget=AnswersInput)
    reason = forms.CharField(label=_("更正的理由"), max_length=200)
    agreed_by = forms.CharField(label=_("同意更正的人"), max_length=100, help_text=_("申请人，或者代他办理的人"))
    agreed_how = forms.ChoiceField(label=_("怎样同意的"), choices=AgreedHow.choices)

    lead = _("只改经申请人同意的那几处，其余不动。缺材料的，用补正通知书一次告知。")

    def build(self) -> None:
        self.fields["answers"].widget.form = self.ctx.content.form
        self.fields["agreed_by"].initial = self.ctx.case.applicant.name

    def clean(self) -> dict[str, Any]:
        if isinstance(self.data, QueryDict) and item_forms.wants_redraw(self.data):
            raise forms.ValidationError(_("问题已经更新，请核对后再确认。"))
        return super().clean() or {}

    def visible_fields(self) -> list[forms.BoundField]:
        return [field for field in super().visible_fields() if field.name != "answers"]

    def screens(self, problem: DomainError | None = None) -> list[item_forms.Screen]:
        """The questions that show, with the errors that the service found."""
        form, answers = self.ctx.content.form, answers_of(self.ctx.case)
        if self.is_bound:
            posted = self.fields["answers"].widget.value_from_datadict(self.data, {}, "answers")
            answers = item_forms.merged(answers, posted)
        errors = problem.details.get("fields") if isinstance(problem, AnswersInvalid) else None
        return [
            item_forms.screen(form, key, answers, errors, divisions=DIVISIONS)
            for key in item_forms.shown_groups(form, answers)
        ]

    def answer_errors(self, problem: DomainError | None) -> list[dict[str, str]]:
        """For the summary on top of the page."""
        if not isinstance(problem, AnswersInvalid):
            return []
        return item_forms.error_list(self.ctx.content.form, problem.details["fields"])


class PauseForm(ActForm):
    kind = forms.ChoiceField(label=_("特别程序"))
    expected_days = forms.IntegerField(label=_("预计需要（工作日）"), min_value=1, max_value=250)
    reason = long_text(_("理由"))

    def build(self) -> None:
        kinds = set(self.ctx.content.process.special_procedures) - {"hearing"}
        self.fields["kind"].choices = [(k.value, k.label) for k in PauseKind if k.value in kinds]  # type: ignore[attr-defined]


class ResumeForm(ActForm):
    outcome = long_text(_("特别程序的结果"))


class ExtensionForm(ActForm):
    days = forms.IntegerField(label=_("延长多少天"), min_value=1)
    reason = long_text(_("理由"))

    def build(self) -> None:
        rule = extension_of(self.ctx.content, self.ctx.today)
        if rule:  # else the act is refused, with its reason
            words = limit_in_words(rule.most, rule.unit, get_language() or "zh")
            self.fields["days"].help_text = _("最多 %(limit)s（%(law)s）") % {"limit": words, "law": rule.law}


class ApprovalForm(ActForm):
    """Which document of the people's government approved it; the head of the body approves by the act itself."""

    document = forms.CharField(
        label=_("本级人民政府批准文件的文号"), required=False, max_length=100, help_text=_("例如：渝府〔2026〕12号")
    )
    document_on = forms.DateField(
        label=_("本级人民政府批准的日期"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def build(self) -> None:
        rule = extension_of(self.ctx.content, self.ctx.today)
        for name in ("document", "document_on"):
            if rule and rule.approver == "government":
                self.fields[name].required = True
            else:
                del self.fields[name]


class NotifyHearingForm(ActForm):
    held_at = forms.DateTimeField(
        label=_("听证时间"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )  # fmt: skip
    place = forms.CharField(label=_("地点"), max_length=200)
    chair = forms.TypedChoiceField(label=_("主持人"), coerce=int, help_text=_("不能是审查过本件的人"))
    is_public = forms.BooleanField(
        label=_("公开举行"), required=False, initial=True, help_text=_("公开的列入听证公告，谁都可以旁听。")
    )
    closed_ground = forms.ChoiceField(
        label=_("不公开的理由"), required=False, choices=[("", _("公开举行")), *ClosedGround.choices]
    )

    def build(self) -> None:
        earliest = rules.hearing_earliest(today(), self.ctx.calendar)
        self.fields["held_at"].help_text = _("最早 %(day)s") % {"day": earliest.isoformat()}
        self.fields["chair"].choices = self.colleagues()  # type: ignore[attr-defined]


class RecordHearingForm(ActForm):
    record = long_text(_("听证笔录"), rows=10)
    parties = long_text(_("参加人"), help_text=_("每行一人：姓名，身份"))
    signed_by = long_text(_("签字人"), rows=2, help_text=_("每行一人"))

    def facts(self) -> dict[str, Any]:
        lines = [
            line.replace("，", ",").split(",", 1) for line in self.cleaned_data["parties"].splitlines() if line.strip()
        ]
        return {
            "record": self.cleaned_data["record"],
            "parties": [{"name": parts[0].strip(), "as": parts[-1].strip()} for parts in lines],
            "signed_by": [line.strip() for line in self.cleaned_data["signed_by"].splitlines() if line.strip()],
        }


class SiteVisitForm(ActForm):
    visited_on = forms.DateField(label=_("核查日期"), widget=forms.DateInput({"type": "date"}))
    officers = forms.TypedMultipleChoiceField(
        label=_("核查人员"), coerce=int, widget=forms.CheckboxSelectMultiple, help_text=_("两人以上")
    )
    place = forms.CharField(label=_("地点"), max_length=200)
    findings = long_text(_("核查情况"))
    meets = forms.BooleanField(label=_("符合要求"), required=False)

    def build(self) -> None:
        self.fields["officers"].choices = self.colleagues()  # type: ignore[attr-defined]


class ThirdPartyForm(ActForm):
    name = forms.CharField(label=_("利害关系人"), max_length=200)
    interest = long_text(_("与申请的利害关系"), rows=2)
    told_on = forms.DateField(label=_("告知日期"), widget=forms.DateInput({"type": "date"}))
    heard_on = forms.DateField(label=_("听取意见日期"), required=False, widget=forms.DateInput({"type": "date"}))
    statement = long_text(_("意见"), required=False)
    id_kind = forms.ChoiceField(label=_("证件类型"), required=False, choices=[("", _("不知道")), *IdKind.choices])
    id_number = forms.CharField(
        label=_("证件号码"),
        required=False,
        max_length=40,
        help_text=_("写明的，本人核验身份后可以在网上陈述意见、申请听证。"),
    )

    def build(self) -> None:
        if waiting := unheard(self.ctx):
            names = "、".join(t.name for t in waiting)
            self.fields["name"].help_text = _("已告知、还没有听取意见的：%(names)s。填同一姓名，意见记在其名下。") % {
                "names": names
            }


class HearingOfForm(ActForm):
    third_party = forms.TypedChoiceField(label=_("利害关系人"), coerce=int)
    reason = long_text(_("理由"))

    def build(self) -> None:
        told = self.ctx.case.third_parties.select_related("hearing_right").order_by("pk")
        self.fields["third_party"].choices = [(t.pk, _until(t)) for t in told]  # type: ignore[attr-defined]


def _until(told: ThirdParty) -> str:
    """A third party with the last of his days to ask for a hearing."""
    right = getattr(told, "hearing_right", None)
    return f"{told.name}（{right.until.isoformat()}）" if right else told.name


class RefuseForm(ActForm):
    reason = long_text(_("不予的理由"))
    article = forms.CharField(label=_("所依据的条款"), max_length=200, help_text=_("例如：行政许可法 第三十八条第二款"))
    falsehood = forms.BooleanField(
        label=_("申请人隐瞒有关情况或者提供虚假材料（行政许可法 第七十八条）"), required=False
    )

    def build(self) -> None:
        tell_bar(self, "falsehood", Bar.Ground.FALSE_APPLICATION)

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "grounds": [Ground(given["reason"], given["article"])],
            "falsehood": given.get("falsehood", False),
        }


def tell_bar(form: ActForm, name: str, ground: Bar.Ground) -> None:
    """A falsehood is asked of licences alone; where it bars, until when is said before it is done."""
    if form.ctx.content.item_type != LICENCE:
        del form.fields[name]
    elif bars.brings_one(form.ctx):
        form.fields[name].help_text = _("勾选后，当事人到 {until} 为止不能再次申请这个事项。").format(
            until=bars.last_day_of(ground, form.ctx.today)
        )


class DeliverForm(ActForm):
    how = forms.ChoiceField(
        label=_("送达方式"), choices=[("electronic", _("电子送达")), ("window", _("窗口领取")), ("post", _("邮寄"))]
    )
    note = forms.CharField(label=_("备注"), required=False, max_length=200, help_text=_("领取人、快递单号等"))


class GroundForm(ReasonForm):
    ground = forms.CharField(label=_("所依据的条款"), max_length=200)


class RevokeForm(GroundForm):
    fraud = forms.BooleanField(
        label=_("被许可人以欺骗、贿赂等不正当手段取得（行政许可法 第六十九条第二款、第七十九条）"), required=False
    )

    def build(self) -> None:
        tell_bar(self, "fraud", Bar.Ground.FRAUD)


class RemedyForm(ActForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Remedy.Kind.choices)
    filed_on = forms.DateField(label=_("提起日期"), widget=forms.DateInput({"type": "date"}))
    body = forms.CharField(label=_("受理机关"), max_length=200)
    received_on = forms.DateField(
        label=_("收到副本的日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("书面答复的期限从这一天起算。"),
    )
    reference = forms.CharField(label=_("案号"), required=False, max_length=100)
    note = long_text(_("备注"), required=False, rows=2)


class ConcludeRemedyForm(ActForm):
    remedy_id = forms.TypedChoiceField(label=_("复议或诉讼"), coerce=int)
    outcome = forms.ChoiceField(label=_("结果"), choices=Remedy.Outcome.choices)
    concluded_on = forms.DateField(label=_("结束日期"), widget=forms.DateInput({"type": "date"}))
    served_on = forms.DateField(
        label=_("申请复议的人收到复议决定的日期"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("向法院起诉的期限从这一天起算，会告知申请人。"),
    )
    note = long_text(_("备注"), required=False, rows=2)

    def build(self) -> None:
        rows = self.ctx.case.remedies.filter(concluded_on__isnull=True)
        self.fields["remedy_id"].choices = [(r.pk, f"{r.get_kind_display()} {r.filed_on} {r.body}") for r in rows]  # type: ignore[attr-defined]


class HandOverForm(ActForm):
    to_post = forms.TypedChoiceField(label=_("转交给"), coerce=int)
    reason = long_text(_("理由"), rows=2)

    def build(self) -> None:
        posts = Post.objects.filter(in_force(today()), desk_id=self.by.desk()).exclude(pk=self.by.post())
        self.fields["to_post"].choices = [(p.pk, str(p.account)) for p in posts.select_related("account__party")]  # type: ignore[attr-defined]


class MessageForm(ActForm):
    text = long_text(_("留言"))


@dataclass(frozen=True, slots=True)
class DeskAct:
    """How one act is offered.

    Attributes:
        run: The service; takes case_id, by, at and the form's facts.
        consequence: What follows, in one sentence, before it is done.
        key: On the keyboard.
        kind: Look of the button: primary, secondary, danger.
        bulk: Whether it may be done to many cases at once.
    """

    form: type[ActForm]
    run: Callable[..., Any]
    consequence: StrPromise
    key: str | None = None
    kind: Literal["primary", "secondary", "danger"] = "secondary"
    bulk: bool = False
    irreversible: bool = False


KINDS = ("primary", "secondary", "danger")  # in this order the buttons stand

ACTS: dict[Act, DeskAct] = {
    Act.ACCEPT: DeskAct(NoQuestion, services.case_accept, _("从明天起计时，受理通知书随即发出。"), "a", "primary", bulk=True),
    Act.CORRECT_ON_SPOT: DeskAct(OnSpotForm, services.case_correct_on_spot, _("立即更正并告诉申请人改了什么；期限不变，补正通知仍可以发一次。"), "f"),
    Act.REQUEST_CORRECTION: DeskAct(WantedForm, services.case_request_correction, _("补正只能告知这一次，请把要补的一次列全。等待补正的时间不计时。"), "c"),
    Act.DECLARE_NOT_NEEDED: DeskAct(ReasonForm, services.case_declare_not_needed, _("申请到此结束，告知书写明理由。"), None, "danger", irreversible=True),
    Act.DECLARE_NOT_COMPETENT: DeskAct(NotCompetentForm, services.case_declare_not_competent, _("申请到此结束，决定书写明理由和有权的机关。"), None, "danger", irreversible=True),
    Act.DECLINE: DeskAct(WantedForm, services.case_decline, _("申请到此结束，告知书一次列明所缺材料。"), None, "danger", irreversible=True),
    Act.PASS_STEP: DeskAct(StepForm, services.step_pass, _("本步骤通过后转下一步。"), "p", "primary", bulk=True),
    Act.RETURN_STEP: DeskAct(ReturnForm, services.step_return, _("退回上一步重新审查，时间照常计算。"), "b"),
    Act.REPORT_UP: DeskAct(ReportUpForm, services.case_report_up, _("意见和全部申请材料报送上级机关，由其决定；上报后本机关不再办理。"), "u", "primary", irreversible=True),
    Act.GRANT: DeskAct(OpinionForm, services.case_grant, _("作出准予决定，证照随即制作并送达。"), "g", "primary"),
    Act.REFUSE: DeskAct(RefuseForm, services.case_refuse, _("作出不予决定，写明理由、依据和救济途径。"), "x", "danger", irreversible=True),
    Act.PAUSE: DeskAct(PauseForm, services.case_pause, _("停止计时，并书面告知申请人所需时间。"), "s"),
    Act.RESUME: DeskAct(ResumeForm, services.case_resume, _("恢复计时。"), "r", "primary"),
    Act.PROPOSE_EXTENSION: DeskAct(ExtensionForm, services.case_propose_extension, _("报请批准后才延长；只能延长一次。"), "e"),
    Act.EXTEND: DeskAct(ApprovalForm, services.case_extend, _("期限延长，理由告知申请人；只能延长一次。"), None, "primary"),
    Act.REJECT_EXTENSION: DeskAct(ReasonForm, services.case_reject_extension, _("期限不变；可以重新提出延长。")),
    Act.TELL_HEARING_RIGHT: DeskAct(NoQuestion, services.hearing_tell_right, _("告知书随即发出；申请听证的期限届满前不能作决定。")),
    Act.REQUEST_HEARING: DeskAct(HearingOfForm, services.hearing_request_of, _("停止计时，组织听证。")),
    Act.JOIN_HEARING: DeskAct(HearingOfForm, services.hearing_request_of, _("听证也为其举行；先申请的人放弃的，听证照常。")),
    Act.WAIVE_HEARING: DeskAct(HearingOfForm, services.hearing_give_up, _("其听证权利用尽，别的不变。")),
    Act.GIVE_UP_HEARING: DeskAct(HearingOfForm, services.hearing_give_up, _("不再举行听证，恢复计时。")),
    Act.CALL_HEARING: DeskAct(ReasonForm, services.hearing_call, _("停止计时，组织听证。")),
    Act.NOTIFY_HEARING: DeskAct(NotifyHearingForm, services.hearing_notify, _("听证通知书随即发出；公开的听证同时公告。"), "n", "primary"),
    Act.RECORD_HEARING: DeskAct(RecordHearingForm, services.hearing_record, _("听证结束，恢复计时；决定应当根据笔录作出。"), None, "primary"),
    Act.RECORD_SITE_VISIT: DeskAct(SiteVisitForm, services.site_visit_record, _("记入办件。")),
    Act.HEAR_THIRD_PARTY: DeskAct(ThirdPartyForm, services.third_party_hear, _("记入办件；意见没有听取前不能作决定。")),
    Act.CERTIFY: DeskAct(NoQuestion, services.case_certify, _("制作证照或结果文书。"), None, "primary"),
    Act.DELIVER: DeskAct(DeliverForm, services.case_deliver, _("送达回证随即制作。"), "d", "primary"),
    Act.CLOSE: DeskAct(NoQuestion, services.case_close, _("办件办结。"), None, "primary", bulk=True),
    Act.TERMINATE: DeskAct(ReasonForm, services.case_terminate, _("办件到此终止，通知书写明理由。"), None, "danger", irreversible=True),
    Act.REVOKE: DeskAct(RevokeForm, services.case_revoke, _("许可被撤销，证照随即失效。"), None, "danger", irreversible=True),
    Act.CANCEL: DeskAct(GroundForm, services.case_cancel, _("许可被注销，证照随即失效。"), None, "danger", irreversible=True),
    Act.RECORD_REMEDY: DeskAct(RemedyForm, services.remedy_record, _("登记后列入待跟进，直到有结果。")),
    Act.CONCLUDE_REMEDY: DeskAct(ConcludeRemedyForm, services.remedy_conclude, _("登记结果；责令重新作出的，可以重新办理。")),
    Act.REOPEN: DeskAct(NoQuestion, services.case_reopen, _("从第一步重新审查，期限从明天起重新计算。"), None, "primary"),
    Act.HAND_OVER: DeskAct(HandOverForm, services.case_hand_over, _("同岗位的另一人接手，期限不变。"), "h"),
    Act.WRITE_MESSAGE: DeskAct(MessageForm, services.message_write, _("申请人会收到留言。"), "m"),
}  # fmt: skip
