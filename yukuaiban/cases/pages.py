"""Filing and following: the applicant's side. Thin: each view reaches a case through a selector and calls a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.cases import bars, renewals, rules, selectors, services
from yukuaiban.cases import decisions as published
from yukuaiban.cases import hearings as announced
from yukuaiban.cases import interests as touched
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import AnswersInvalid, Barred, MaterialsMissing, RuleRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.presentation import page_of, wanted_of
from yukuaiban.cases.services.receipt import open_paths
from yukuaiban.cases.states import State
from yukuaiban.config import paging
from yukuaiban.config.errors import DomainError, NotFound, PermissionRefused
from yukuaiban.config.fragments import wants_fragment
from yukuaiban.config.now import now, today
from yukuaiban.items import forms
from yukuaiban.items import selectors as items
from yukuaiban.materials import selectors as materials
from yukuaiban.messages.letters import selectors as letters
from yukuaiban.messages.letters.models import Letter
from yukuaiban.people import facts, limits
from yukuaiban.people.access import account_of, party_actor, signed_in
from yukuaiban.people.actors import Actor
from yukuaiban.people.assurance import assurance_missing
from yukuaiban.people.selectors import acting_for
from yukuaiban.places import selectors as places
from yukuaiban.places.selectors import DIVISIONS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LONGEST_REASON = 500
RECEIPT = "receipt_code"  # session key of the look-up code that is shown once


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Start, or go on with, the one draft for an item; what is missing before that is said with the way to get it."""
    guide = items.guide(code)
    by = party_actor(request)
    if guide.content is None:
        return redirect("portal:item", code=code)
    missing = assurance_missing(account_of(request), guide.content.assurance.value)
    acting = None  # who acts for nobody yet is told how to be somebody
    if by.party_id is not None:
        acting = acting_for(account_of(request), by.party_id, item=(guide.entry_code, guide.code))
    before: dict[str, Any] = {"guide": guide, "missing": missing, "acting": acting}
    if missing or acting is None:
        return render(request, "cases/not_yet.html", before, status=200)
    renews = paging.number_in(request.GET.get("renews"))
    try:
        case = services.draft_start(service_item_id=guide.service_item_id, by=by, at=now(), renews=renews)
    except (RuleRefused, PermissionRefused) as error:
        before |= {"refusal": error, "as_another": not isinstance(error, Barred)}
        return render(request, "cases/not_yet.html", before, status=error.status)
    return redirect("cases:draft", number=case.number)


def _draft(request: HttpRequest, number: str) -> tuple[Case, Context, Actor]:
    by = party_actor(request)
    case = selectors.case_for_party(by, number)
    if case.state != State.DRAFT:
        raise NotFound(_("这份申请已经提交，不再是草稿。请到“我的办件”查看。"))
    return case, Context(case, now()), by


@require_safe
@signed_in
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Go on where the draft was left: at the first group that is not complete."""
    case, ctx, _by = _draft(request, number)
    answers = selectors.answers_of(case)
    cleaned = forms.clean(ctx.content.form, answers, divisions=DIVISIONS)
    for group in cleaned.groups:
        if forms.errors_in(ctx.content.form, cleaned.errors, group):
            return redirect("cases:draft_group", number=number, group=group)
    return redirect("cases:draft_materials", number=number)


def _steps(case: Case, ctx: Context, answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and addresses of the screens of a filing."""
    language = get_language() or "zh"
    found = [
        (ctx.content.form.group(key).title.in_(language), reverse("cases:draft_group", args=[case.number, key]))
        for key in forms.shown_groups(ctx.content.form, answers)
    ]
    return [
        *found,
        (_("材料"), reverse("cases:draft_materials", args=[case.number])),
        (_("核对并提交"), reverse("cases:draft_review", args=[case.number])),
    ]


def _where(case: Case, ctx: Context, errors: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What is still to be filled in or put right: label, message, and the address of its screen."""
    form = ctx.content.form
    return [
        (
            row["label"],
            row["message"],
            reverse("cases:draft_group", args=[case.number, forms.group_of(form, path)]) + f"#{row['field_id']}",
        )
        for path, row in zip(errors, forms.error_list(form, errors), strict=True)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def draft_group(request: HttpRequest, number: str, group: str) -> HttpResponse:
    """One group of questions a screen. Every button saves first; nothing typed is lost."""
    case, ctx, by = _draft(request, number)
    form = ctx.content.form
    answers = selectors.answers_of(case)
    if group not in forms.shown_groups(form, answers):
        return redirect("cases:draft", number=number)
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = forms.read_post(form, request.POST, group, divisions=DIVISIONS)
        services.draft_save(case_id=case.pk, answers=typed, by=by, at=now())
        answers = forms.merged(answers, typed)
        if "X-Autosave" in request.headers:  # saved is all it asks; what is still empty is told when one goes on
            return HttpResponse(status=204)
        if "later" in request.POST:
            toasts.success(request, _("草稿已保存，可以随时回来继续。"))
            return redirect("cases:mine")
        if not wants_fragment(request) and not forms.wants_redraw(request.POST):
            cleaned = forms.clean(form, answers, divisions=DIVISIONS)
            errors = forms.errors_in(form, cleaned.errors, group)
            if not errors:
                after = cleaned.groups[cleaned.groups.index(group) + 1 :]
                return (
                    redirect("cases:draft_group", number, after[0])
                    if after
                    else redirect("cases:draft_materials", number)
                )
    steps = _steps(case, ctx, answers)
    origins = forms.prefill(form, facts.of_party(case.applicant_id)).origins
    shown = forms.shown_groups(form, answers)
    context = {
        "case": case,
        "guide": ctx.guide,
        "form": form,
        "screen": forms.screen(form, group, answers, errors, divisions=DIVISIONS, origins=origins),
        "errors": forms.error_list(form, errors),
        "steps": steps,
        "current": shown.index(group) + 1,
        "previous": steps[shown.index(group) - 1][1] if shown.index(group) else None,
        "acting": acting_for(account_of(request), case.applicant_id),
        "renewing": renewals.of_draft(ctx, answers),
        "barred": bars.against(ctx, answers),
        "today": ctx.today,
        "saved_at": now() if request.method == "POST" else case.saved_at,
    }
    if wants_fragment(request):
        return render(request, "cases/group_fields.html", context)
    return render(request, "cases/draft_group.html", context, status=422 if errors else 200)


@require_safe
@signed_in
def draft_materials(request: HttpRequest, number: str) -> HttpResponse:
    """What must be shown, what we already hold, and what is left to upload."""
    case, ctx, by = _draft(request, number)
    answers = selectors.answers_of(case)
    steps = _steps(case, ctx, answers)
    return render(
        request,
        "cases/draft_materials.html",
        {
            "case": case,
            "guide": ctx.guide,
            "slots": materials.slots_of(case.pk, ctx.content.materials, answers, by=by, party_id=case.applicant_id),
            "steps": steps,
            "current": len(steps) - 1,
            "previous": steps[-3][1],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def draft_review(request: HttpRequest, number: str) -> HttpResponse:
    """Everything once more, then the one button that files. Drafts are never mistaken for filings."""
    by = party_actor(request)
    case = selectors.case_for_party(by, number)
    if case.state != State.DRAFT:
        return redirect("cases:receipt", number=number)
    ctx = Context(case, now())
    answers = selectors.answers_of(case)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            receipt = services.case_file(
                case_id=case.pk, by=by, at=now(), idempotency_key=request.headers.get("Idempotency-Key")
            )
        except (AnswersInvalid, MaterialsMissing, RuleRefused) as error:
            problem = error
        else:
            if receipt.code:
                request.session[f"{RECEIPT}:{number}"] = receipt.code
            return redirect("cases:receipt", number=number)
    cleaned = forms.clean(ctx.content.form, answers, complete=True, divisions=DIVISIONS)
    steps = _steps(case, ctx, answers)
    return render(
        request,
        "cases/draft_review.html",
        {
            "case": case,
            "guide": ctx.guide,
            "content": ctx.content,
            "problem": problem,
            "errors": _where(case, ctx, cleaned.errors),
            "rows": forms.summary(ctx.content.form, cleaned.answers, get_language() or "zh", divisions=DIVISIONS),
            "slots": materials.slots_of(case.pk, ctx.content.materials, answers, by=by, party_id=case.applicant_id),
            "steps": steps,
            "current": len(steps),
            "previous": steps[-2][1],
            "acting": acting_for(account_of(request), case.applicant_id),
            "renewing": renewals.of_draft(ctx, cleaned.answers),
            "barred": bars.against(ctx, cleaned.answers),
            "today": ctx.today,
            "answered_within": rules.answered_within(ctx.content.process),
        },
        status=422 if problem else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def draft_discard(request: HttpRequest, number: str) -> HttpResponse:
    """Asks first: what was typed and uploaded is gone afterwards."""
    case, ctx, by = _draft(request, number)
    if request.method == "POST":
        services.draft_discard(case_id=case.pk, by=by)
        toasts.success(request, _("草稿已删除。"))
        return redirect("cases:mine")
    return render(request, "cases/draft_discard.html", {"case": case, "guide": ctx.guide})


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """My matters, newest first, with the next thing to do."""
    by = party_actor(request)
    drafts = {"draft": True, "filed": False}.get(request.GET.get("show", ""))
    page = selectors.my_cases(by, after=request.GET.get("after") or None, drafts=drafts)
    return render(
        request,
        "cases/mine.html",
        {
            "page_of": page,
            "show": request.GET.get("show", ""),
            "light_of": selectors.light_of,
            "barred": bars.standing(by.party_id, today()),
        },
    )


@require_safe
@signed_in
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Where it stands, the clock with its reasons, what happened, the one next thing to do."""
    by = party_actor(request)
    found = selectors.case_for_party(by, number)
    if found.state == State.DRAFT:
        return redirect("cases:draft", number=number)
    if request.method == "GET":  # whoever asks for the headers alone has read nothing
        services.messages_mark_read(case=found, by=by, at=now())
    return render(request, "cases/case.html", page_of(found, by, language=get_language() or "zh"))


@require_safe
@signed_in
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt, to keep and to print; the look-up code is shown once."""
    by = party_actor(request)
    found = selectors.case_for_party(by, number)
    if found.state == State.DRAFT:
        return redirect("cases:draft", number=number)
    code = None  # whoever asks for the headers alone has not seen it
    if request.method == "GET":
        code = request.session.pop(f"{RECEIPT}:{number}", None)
    return render(request, "cases/receipt.html", {**page_of(found, by, language=get_language() or "zh"), "code": code})


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """A case by number and code, without log-in: where it stands and by when, nobody's data."""
    context: dict[str, Any] = {"number": request.POST.get("number", request.GET.get("number", ""))}
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            found = services.case_look_up(
                number=context["number"], code=request.POST.get("code", ""), asker=limits.asker(request)
            )
        except (NotFound, limits.TooOften) as error:
            problem = context["problem"] = error
        else:
            context |= page_of(found, None, language=get_language() or "zh")
    response = render(request, "cases/track.html", context, status=problem.status if problem else 200)
    return problem.answered(response) if problem else response


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """许可决定公开: the licences that were granted, for anyone. Law: 行政许可法 第四十条."""
    offered = [places.city(), *places.current_districts()]
    division = next((place.code for place in offered if place.code == request.GET.get("division")), "")
    rows = published.granted(division=division, after=request.GET.get("after") or None)
    context = {"page_of": rows, "division": division, "divisions": offered}
    return render(request, "cases/decisions.html", context)


@require_safe
def hearings(request: HttpRequest) -> HttpResponse:
    """听证公告: the hearings to come, for anyone. Law: 行政许可法 第四十六条、第四十八条第一款（一）（二）."""
    rows = announced.announced(request.GET.get("after") or None)
    return render(request, "cases/hearings.html", {"page_of": rows})


@require_safe
def hearing_announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """The announcement as a signed PDF, for anyone."""
    return pdf(announced.announcement(pk))


@require_safe
@signed_in
def interests(request: HttpRequest) -> HttpResponse:
    """The cases of others that touch one's weighty interests. Law: 行政许可法 第三十六条."""
    return render(request, "cases/interests.html", {"rows": touched.interests(party_actor(request))})


@require_safe
@signed_in
def interest(request: HttpRequest, number: str) -> HttpResponse:
    """One of them: what is applied for, how it touches one, until when one may ask for a hearing."""
    return render(request, "cases/interest.html", {"row": touched.interest(party_actor(request), number)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def interest_do(request: HttpRequest, number: str, doing: str) -> HttpResponse:
    """A third party states his view, asks for a hearing, or gives it up. Law: 行政许可法 第三十六条、第四十七条."""
    by = party_actor(request)
    row = touched.interest(by, number)
    if doing not in touched.DOINGS:
        raise NotFound(_("没有这个页面。"))
    field, most = ("statement", 2000) if doing == "statement" else ("reason", LONGEST_REASON)
    typed = request.POST.get(field, "")[:most]
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            touched.DOINGS[doing][1](case_id=row.case.pk, by=by, at=now(), **{field: typed})
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("已提交，部门会看到。"))
            return redirect("cases:interest", number=number)
    context = {"row": row, "doing": doing, "typed": typed, "problem": problem}
    return render(request, "cases/interest_do.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correction(request: HttpRequest, number: str) -> HttpResponse:
    """What the notice asks for, and only that, can be changed."""
    by = party_actor(request)
    found = selectors.case_for_party(by, number)
    if found.state != State.CORRECTION:
        return redirect("cases:case", number=number)
    ctx = Context(found, now())
    form = ctx.content.form
    open_fields = open_paths(found.correction, "field")
    answers = selectors.answers_of(found)
    problem: DomainError | None = None
    if request.method == "POST":
        typed = {
            key: value
            for key, value in forms.read_post(form, request.POST, divisions=DIVISIONS).items()
            if key in open_fields
        }
        answers = {**answers, **typed}
        try:
            services.case_hand_in_correction(case_id=found.pk, by=by, at=now(), answers=typed)
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("补正已提交。"))
            return redirect("cases:case", number=number)
    errors = (problem.details.get("fields") or {}) if problem else {}
    asked = materials.slots_of(found.pk, ctx.content.materials, answers, by=by, party_id=found.applicant_id)
    wanted_slots = open_paths(found.correction, "material")
    return render(
        request,
        "cases/correction.html",
        {
            "case": found,
            "guide": ctx.guide,
            "form": form,
            "correction": found.correction,
            "wanted": wanted_of(found.correction.wanted, ctx.content, get_language() or "zh"),
            "screens": [
                forms.screen(form, key, answers, errors, divisions=DIVISIONS, open_fields=open_fields)
                for key in dict.fromkeys(forms.group_of(form, path) for path in sorted(open_fields))
                if key
            ],
            "slots": [s for s in asked if s.key in wanted_slots],
            "answers": answers,
            "errors": forms.error_list(form, errors),
            "problem": problem,
        },
        status=422 if problem else 200,
    )


def _asks_first(template: str, service: Callable[..., object], done: StrPromise) -> Callable[..., HttpResponse]:
    """A page that asks before one act of the applicant is done, with room for his reason."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @signed_in
    def page(request: HttpRequest, number: str) -> HttpResponse:
        by = party_actor(request)
        found = selectors.case_for_party(by, number)
        if request.method == "POST":
            service(case_id=found.pk, by=by, at=now(), reason=request.POST.get("reason", "")[:LONGEST_REASON])
            toasts.success(request, str(done))
            return redirect("cases:case", number=number)
        return render(request, template, {"case": found})

    return page


withdraw = _asks_first("cases/withdraw.html", services.case_withdraw, gettext_lazy("申请已撤回。"))
request_hearing = _asks_first("cases/request_hearing.html", services.hearing_request, gettext_lazy("听证申请已提交。"))
give_up_hearing = _asks_first(
    "cases/give_up_hearing.html", services.hearing_give_up, gettext_lazy("已放弃听证，继续办理。")
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def supplement(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in what was left to be made up (容缺)."""
    by = party_actor(request)
    found = selectors.case_for_party(by, number)
    if request.method == "POST":
        services.case_supplement(case_id=found.pk, by=by, at=now())
        toasts.success(request, _("材料已补交。"))
        return redirect("cases:case", number=number)
    ctx = Context(found, now())
    answers = selectors.answers_of(found)
    slots = materials.slots_of(found.pk, ctx.content.materials, answers, by=by, party_id=found.applicant_id)
    return render(
        request,
        "cases/supplement.html",
        {"case": found, "guide": ctx.guide, "slots": [s for s in slots if s.is_deferred]},
    )


@require_safe
@signed_in
def letter(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One letter of my case, as the signed PDF; who opens it has received it."""
    by = party_actor(request)
    found = selectors.case_for_party(by, number)
    if request.method == "HEAD":
        return pdf(letters.letter_of(found.pk, pk, to_applicant=True))
    return pdf(services.letter_open(case=found, letter_id=pk, by=by, at=now()))


def pdf(row: Letter) -> HttpResponse:
    """A letter as a file that the browser shows and never runs."""
    response = HttpResponse(letters.letter_file(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.kind}-{row.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def message(request: HttpRequest, number: str) -> HttpResponse:
    by = party_actor(request)
    found = selectors.case_for_party(by, number)
    services.message_write(case_id=found.pk, by=by, at=now(), text=request.POST.get("text", ""))
    toasts.success(request, _("留言已发出。"))
    return redirect("cases:case", number=number)
