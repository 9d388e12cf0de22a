"""What waits for a second editor: loads of packs, of departments' files, of holidays; seen in words, then published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.cases import recount
from yukuaiban.config.errors import DomainError
from yukuaiban.config.paging import number_in
from yukuaiban.desk.catalogue import _editor
from yukuaiban.desk.holidays import doubts_of, months_of_year, weekdays
from yukuaiban.desk.pages import officer_only
from yukuaiban.items.loading import proposals as loads
from yukuaiban.items.loading.models import PackChange, PackLoad
from yukuaiban.items.loading.wording import said
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor

STAGES = {
    "waiting": lambda: _("等待开始"),
    "reading": lambda: _("读取并检查文件"),
    "comparing": lambda: _("与现行目录对照"),
    "telling": lambda: _("整理改动"),
    "writing": lambda: _("写入目录"),
}


@dataclass(frozen=True, slots=True)
class Recount:
    """How far the counting of open cases is after a new notice."""

    done: int
    of: int


def recount_now() -> Recount | None:
    """The counting that goes on; None when every open case is counted by the calendar that stands."""
    left = recount.left()
    if not left:
        return None
    of = max(left, recount.running())
    return Recount(of - left, of)


def moves_dates(load: PackLoad) -> bool:
    """Whether open cases are counted again once it is published."""
    return PackChange.Section.CALENDAR.value in load.summary


def stage_of(load: PackLoad) -> str:
    """What is being done to it now, in words."""
    return STAGES.get(load.progress.get("stage", ""), STAGES["waiting"])()


def consequence(load: PackLoad) -> str:
    """What follows from publishing it, before anybody does."""
    parts = []
    if load.kind != PackLoad.Kind.NOTICE:
        parts.append(_("目录立即按对照的结果更新。已提交的办件仍按提交时的版本办理。"))
    if moves_dates(load):
        count = recount.running()
        parts.append(_("放假安排立即生效，{n} 件在办的办件重新计算期限。").format(n=f"{count:,}"))
    return "".join(parts)


def _page(request: HttpRequest, by: Actor, **more: Any) -> dict[str, Any]:
    return {"by": by, "posts": people.posts_of(access.account_of(request)), **more}


@require_safe
@officer_only
def proposals(request: HttpRequest, by: Actor) -> HttpResponse:
    """Loads of every kind, those that wait first in mind: a tab of their own."""
    _editor(by)
    show = request.GET.get("show", "")
    state = PackLoad.State.PROPOSED if show != "all" else None
    rows, after = loads.proposals(state=state, after=number_in(request.GET.get("after")))
    return render(request, "desk/proposals.html", _page(request, by, rows=rows, after=after, show=show))


@require_safe
@officer_only
def proposal(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """What one load would change, how far the work on it is, and what can be done."""
    _editor(by)
    load = loads.compare_start(loads.proposal(pk))
    kind = request.GET.get("kind", "")
    kind = kind if kind in PackChange.Kind.values else ""
    rows, after = loads.changes_of(load, kind=kind or None, after=number_in(request.GET.get("after")))
    counts = {one: sum(section.get(one, 0) for section in load.summary.values()) for one in PackChange.Kind.values}
    years = loads.years_of(load)
    is_waiting = load.state == PackLoad.State.PROPOSED
    is_published = load.state == PackLoad.State.PUBLISHED
    context = _page(
        request,
        by,
        load=load,
        rows=[(row, [said(line) for line in row.lines]) for row in rows],
        after=after,
        kind=kind,
        counts=[(one, PackChange.Kind(one).label, n) for one, n in counts.items() if n],
        sections=[(PackChange.Section(one).label, sum(kinds.values())) for one, kinds in load.summary.items()],
        stage=stage_of(load) if loads.is_working(load) or load.state == PackLoad.State.PUBLISHING else "",
        is_current=is_waiting and loads.is_current(load),
        why_not=loads.why_not_publish(load, by) if is_waiting else None,
        why_not_back=loads.why_not_send_back(load, by) if is_waiting else None,
        years=[(year, months_of_year(year)) for year in years],
        weekdays=weekdays(),
        doubts=[text for year in years for text in doubts_of(year)],
        running=recount.running() if is_waiting and moves_dates(load) else None,
        recount=recount_now() if is_published and moves_dates(load) else None,
    )
    return render(request, "desk/proposal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def publish(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """Its consequence named, then published: at once, or begun for the worker to finish."""
    _editor(by)
    load = loads.proposal(pk)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            done = loads.publish_start(load_id=pk, by=by)
        except DomainError as error:
            problem = error
        else:
            is_done = done.state == PackLoad.State.PUBLISHED
            toasts.success(request, _("已发布。") if is_done else _("已开始发布，完成后这里会显示。"))
            return redirect("desk:proposal", pk=pk)
    why_not = loads.why_not_publish(load, by)
    context = _page(request, by, load=load, problem=problem, why_not=why_not, consequence=consequence(load))
    return render(request, "desk/proposal_publish.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def send_back(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """Back to who proposed it, with the reason."""
    _editor(by)
    load = loads.proposal(pk)
    problem: DomainError | None = None
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            loads.send_back(load_id=pk, by=by, reason=reason)
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("已退回。"))
            return redirect("desk:proposals")
    context = _page(request, by, load=load, problem=problem, reason=reason, why_not=loads.why_not_send_back(load, by))
    return render(request, "desk/proposal_back.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def withdraw(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """Its consequence named, then one's own proposal is taken back."""
    _editor(by)
    load = loads.proposal(pk)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            loads.withdraw(load_id=pk, by=by)
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("已撤回。"))
            return redirect("desk:proposal", pk=pk)
    context = _page(request, by, load=load, problem=problem)
    return render(request, "desk/proposal_withdraw.html", context, status=problem.status if problem else 200)


@require_POST
@officer_only
def compare(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """Compare once more, after what could not be done the last time."""
    _editor(by)
    loads.compare_start(loads.proposal(pk), again=True)
    return redirect("desk:proposal", pk=pk)


@require_POST
@officer_only
def take_over(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """Sign a load that nobody signed."""
    _editor(by)
    loads.take_over(load_id=pk, by=by)
    toasts.success(request, _("已由您提出，请另一位事项管理员发布。"))
    return redirect("desk:proposal", pk=pk)
