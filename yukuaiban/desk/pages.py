"""The officer's day: work list, case, acts. Thin views over the same selectors and services as the portal and the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.cases import preconditions, selectors
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Work
from yukuaiban.cases.pages import pdf
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.states import ENDED, TRANSITIONS, Act, State
from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.now import now, today
from yukuaiban.config.paging import number_in
from yukuaiban.design import navigation
from yukuaiban.desk import filters as filters_of
from yukuaiban.desk.acts import ACTS, KINDS, DeskAct
from yukuaiban.desk.apps import CASEWORK
from yukuaiban.desk.bulk import act_on_many
from yukuaiban.items import forms
from yukuaiban.materials import selectors as materials
from yukuaiban.materials.selectors import Shown
from yukuaiban.messages.letters import selectors as letter_selectors
from yukuaiban.messages.letters.models import Letter
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.services.privacy import person_read
from yukuaiban.places.selectors import DIVISIONS

View = Callable[..., HttpResponse]
BUCKETS = [(b.value, b.label) for b in Work.Bucket]


def officer_only(view: View) -> View:
    """A page of officers: the view gets the officer as he acts from his post; to anyone else there is no such page."""

    @access.at_post()
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, access.officer_actor(request), *args, **kwargs)

    return wraps(view)(guarded)


def desks_of(request: HttpRequest, by: Actor) -> list[int]:
    """All desks the officer sits at today, the one he works from first."""
    return list(dict.fromkeys([by.desk(), *(p.desk_id for p in people.posts_of(access.account_of(request)))]))


def reach(request: HttpRequest, by: Actor, number: str) -> tuple[Actor, Case]:
    """A case and the officer at the post from which he may see it. Raises: NotFound."""
    return selectors.reach(access.account_of(request), by, number)


def _list(request: HttpRequest, by: Actor) -> dict[str, Any]:
    wanted = filters_of.WorkFilter.read(request.GET)
    page = selectors.work_list(
        desks_of(request, by),
        bucket=wanted.bucket,
        search=wanted.q,
        after=request.GET.get("after") or None,
        light=wanted.light,
        mine=by.post_id if wanted.mine else None,
    )
    return {
        "page_of": page,
        "q": wanted.q,
        "bucket": wanted.bucket or "",
        "lights": {light.value: light for light in filters_of.LIGHTS},
        "light_filter": wanted.light.value if wanted.light else "",
        "mine": wanted.mine,
        "buckets": BUCKETS,
        "query": wanted.query,
        "narrowed": wanted,
        "light_of_row": selectors.light_of_row,
        "days_until": selectors.days_until,
        "saved": filters_of.of(by),
        "posts": people.posts_of(access.account_of(request)),
        "act_keys": [(row.key, TRANSITIONS[act].label) for act, row in ACTS.items() if row.key],
        "by": by,
        "bulk_acts": [(act, TRANSITIONS[act].label) for act, row in ACTS.items() if row.bulk],
    }


@require_safe
@officer_only
def work(request: HttpRequest, by: Actor) -> HttpResponse:
    """What the desks have to do, by light and due date. No cases come to the post of an editor, a supervisor or an
    auditor: the desk opens for them with what does."""
    if by.role not in CASEWORK and not request.GET:
        return redirect(next(navigation.entries("desk", request)).url)
    return render(request, "desk/work.html", _list(request, by))


@require_safe
@officer_only
def case(request: HttpRequest, by: Actor, number: str) -> HttpResponse:
    """Everything at hand: answers, documents, clock, what happened, what can be done now and why the rest cannot."""
    by, found = reach(request, by, number)
    person_read(
        party_id=found.applicant_id,
        by=by,
        reason=_("办理办件"),
        reference=found.number,
        what=["name", "case"],
        at=now(),
    )
    return render(request, "desk/case.html", {**_list(request, by), **_case(found, by)})


def _case(found: Case, by: Actor) -> dict[str, Any]:
    language = get_language() or "zh"
    ctx = Context(found, now())
    answers = selectors.answers_of(found)
    page = page_of(found, by, language=language)
    correction = getattr(found, "correction", None)
    rows = forms.summary(ctx.content.form, answers, language, divisions=DIVISIONS)
    changed = changed_answers(ctx, answers)
    files = materials.files_of(found.pk, by=by)
    acts = [
        (p, ACTS[p.row.act], reverse("desk:act", args=[found.number, p.row.act.value]))
        for p in page["possible"]
        if p.row.act in ACTS
    ]
    acts.sort(key=lambda found: KINDS.index(found[1].kind))
    return {
        **page,
        "acts": [a for a in acts if a[0].refusal is None],
        "refused_acts": [a for a in acts if a[0].refusal is not None],
        "rows": rows,
        "changed": {row.path for row in rows if any(_touch(row.path, path) for path in changed)},
        "correction": correction,
        "files": files,
        "changed_files": changed_files(found, files),
        "steps": ctx.steps,
        "opinions": list(found.opinions.select_related("step", "post__desk__department", "account__party")),
        "antivirus_off": materials.antivirus_is_off(),
        "over": State(found.state) in ENDED,
    }


def changed_answers(ctx: Context, answers: Mapping[str, Any]) -> list[str]:
    """Paths of the answers that the correction changed, or the window on the spot."""
    correction = getattr(ctx.case, "correction", None)
    changed: list[str] = []
    if correction and correction.handed_in_on and correction.answers_before:
        changed = forms.diff(ctx.content.form, correction.answers_before, answers)
    on_spot = [path for h in ctx.history if h.act == Act.CORRECT_ON_SPOT for path in h.facts["changed"]]
    return list(dict.fromkeys([*changed, *on_spot]))


def changed_files(case: Case, files: Sequence[Shown]) -> set[str]:
    """The documents that were handed in because of the correction, by number."""
    correction = getattr(case, "correction", None)
    if correction is None or correction.handed_in_on is None or case.filed_at is None:
        return set()
    named = {line["path"] for line in correction.wanted}
    return {
        f.number for f in files if f"material:{f.slot_key}" in named and not f.is_superseded and f.at > case.filed_at
    }


def _touch(one: str, other: str) -> bool:
    """Whether two paths name the same answer, or one a part of the other: an address and its street."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def act(request: HttpRequest, by: Actor, number: str, act: str) -> HttpResponse:
    """One act: its consequence named, what it asks, then the service."""
    by, found = reach(request, by, number)
    row = _act(act)
    ctx = Context(found, now())
    form = row.form(request.POST or None, ctx=ctx, by=by)
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            row.run(case_id=found.pk, by=by, at=now(), **form.facts())
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("已完成：{act}").format(act=TRANSITIONS[Act(act)].label))
            return redirect("desk:case", number=number)
    context = {
        "case": found,
        "guide": ctx.guide,
        "act": TRANSITIONS[Act(act)],
        "row": row,
        "form": form,
        "problem": problem,
        "law": preconditions.law_of(Act(act), ctx),
        "why_not": preconditions.why_not(Act(act), ctx, by) if request.method != "POST" else None,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/act.html", context, status=422 if problem or (form.is_bound and form.errors) else 200)


def _act(name: str) -> DeskAct:
    if name not in set(Act) or Act(name) not in ACTS:
        raise NotFound(_("没有这个页面。"))
    return ACTS[Act(name)]


@require_POST
@officer_only
def bulk(request: HttpRequest, by: Actor) -> HttpResponse:
    """The same act on many cases; a report per case, none hinders another."""
    row = _act(request.POST.get("act", ""))
    if not row.bulk:
        raise NotFound(_("没有这个页面。"))
    name = Act(request.POST["act"])
    report = [
        (done.number, done.refusal is None, done.refusal or _("已完成"))
        for done in act_on_many(
            act=name, numbers=request.POST.getlist("case"), account=access.account_of(request), by=by, at=now()
        )
    ]
    context = {
        "report": report,
        "act": TRANSITIONS[name],
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/bulk.html", context)


@require_POST
@officer_only
def filters(request: HttpRequest, by: Actor) -> HttpResponse:
    """Save the filters of the list under a name, or forget one."""
    if forget := number_in(request.POST.get("forget")):
        filters_of.filter_forget(filter_id=forget, by=by)
    elif name := request.POST.get("name"):
        wanted = filters_of.WorkFilter.read(dict(parse_qsl(request.POST.get("query", ""))))
        filters_of.filter_save(name=name, wanted=wanted, by=by)
    return redirect("desk:work")


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


def letters_of_day(by: Actor, on: date) -> list[Letter]:
    """The department's letters of a day for cases of the officer's own division."""
    rows = list(letter_selectors.letters_of_day(by.department_id or 0, on))
    here = set(
        Case.objects.filter(pk__in={r.subject for r in rows}, division_id=by.division).values_list("pk", flat=True)
    )
    return [row for row in rows if row.subject in here]


@require_safe
@officer_only
def letters(request: HttpRequest, by: Actor) -> HttpResponse:
    """The letters of a day, to print."""
    on = _day(request)
    context = {"on": on, "rows": letters_of_day(by, on), "by": by, "posts": people.posts_of(access.account_of(request))}
    return render(request, "desk/letters.html", context)


@require_safe
@officer_only
def letters_print(request: HttpRequest, by: Actor) -> HttpResponse:
    """All letters of a day as one PDF."""
    return letters_pdf(by, _day(request))


def letters_pdf(by: Actor, on: date) -> HttpResponse:
    """What a printer gets. Raises: NotFound for a day without letters."""
    rows = letters_of_day(by, on)
    if not rows:
        raise NotFound(_("这一天没有文书。"))
    response = HttpResponse(letter_selectors.printing(rows), content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@officer_only
def letter(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """One letter of a case that the officer may see."""
    row = Letter.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有找到这份文书。"))
    reach(request, by, Case.objects.values_list("number", flat=True).get(pk=row.subject))
    return pdf(row)
