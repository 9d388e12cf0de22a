"""Bad ratings (差评) at the desk of who handled the case: called back, put right, answered, appealed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.now import now, today
from yukuaiban.config.paging import number_in
from yukuaiban.desk.pages import officer_only
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.ratings import selectors, services
from yukuaiban.ratings.models import FollowUp
from yukuaiban.ratings.states import OVER, TRANSITIONS, Act, State

#: What follows, said before it is done.
CONSEQUENCES: dict[Act, Promise] = {
    Act.CALL_BACK: gettext_lazy("记下评价人说的情况，之后整改或者说明。"),
    Act.NOT_REACHED: gettext_lazy("记下这次没有联系上。可以继续联系；联系不上也要整改、答复，但不算已回访。"),
    Act.PUT_RIGHT_AT_ONCE: gettext_lazy("答复立即发给评价人，这个差评就此办结。"),
    Act.SET_DEADLINE: gettext_lazy("列入台账，按写明的日期整改完成并答复。"),
    Act.PUT_RIGHT: gettext_lazy("答复立即发给评价人，这个差评就此办结。"),
    Act.EXPLAIN: gettext_lazy("说明立即发给评价人，这个差评就此办结。"),
    Act.APPEAL: gettext_lazy("由本机关的监督岗位复核，只能申诉一次。期限不因申诉延长。"),
    Act.LEAVE_OUT: gettext_lazy("不再计入统计，理由发给评价人，不能恢复。"),
    Act.TURN_DOWN: gettext_lazy("退回办理岗位，按原来的期限继续整改。"),
}
SHOWN: dict[str, Promise] = {
    "standing": gettext_lazy("在办"),
    "over": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}


class DeedForm(forms.Form):
    """What an act asks for: the words, and with a ledger its date."""

    words = forms.CharField(max_length=services.LONGEST_DEED, widget=forms.Textarea({"rows": 4}))
    put_right_by = forms.DateField(
        label=gettext_lazy("整改完成的日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, act: Act) -> None:
        super().__init__(data)
        self.fields["words"].label = str(TRANSITIONS[act].asks)
        if act is not Act.SET_DEADLINE:
            del self.fields["put_right_by"]


def _page(request: HttpRequest, by: Actor, **more: Any) -> dict[str, Any]:
    return {"by": by, "posts": people.posts_of(access.account_of(request)), **more}


@require_safe
@officer_only
def ratings(request: HttpRequest, by: Actor) -> HttpResponse:
    """The bad ratings of one's body, and how it dealt with those of this year."""
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "standing"
    rows, after = selectors.follow_ups(by, states=selectors.SHOWN[show], after=number_in(request.GET.get("after")))
    figures = selectors.figures(by, year=today().year, on=today())
    context = _page(request, by, rows=rows, after=after, show=show, shown=SHOWN.items(), figures=figures, today=today())
    return render(request, "desk/ratings.html", context)


@require_safe
@officer_only
def rating(request: HttpRequest, by: Actor, number: str) -> HttpResponse:
    """One bad rating: what was said, by when what is due, what was done, what can be done now."""
    by, row = selectors.reach(access.account_of(request), by, number)
    return _show(request, by, row)


@require_POST
@officer_only
def phone(request: HttpRequest, by: Actor, number: str) -> HttpResponse:
    """The number to call back, on asking; the look stands in the person's log."""
    by, row = selectors.reach(access.account_of(request), by, number)
    try:
        found = services.phone_for_call_back(follow_up_id=row.pk, by=by, at=now())
    except DomainError as error:
        return _show(request, by, row, problem=error, status=error.status)
    answer = _show(request, by, row, phone=found, was_asked=True)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _show(request: HttpRequest, by: Actor, row: FollowUp, *, status: int = 200, **more: Any) -> HttpResponse:
    possible = selectors.possible_acts(by, row)
    context = _page(
        request,
        by,
        row=row,
        rating=row.rating,
        case=row.rating.case,
        deeds=list(row.deeds.all()),
        acts=[one.row for one in possible if one.refusal is None],
        refused=[one for one in possible if one.refusal is not None],
        may_call=any(one.row.act is Act.CALL_BACK and one.refusal is None for one in possible),
        is_over=row.state in OVER,
        is_late=row.state not in OVER and row.due_on < today(),
        **more,
    )
    return render(request, "desk/rating.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def act(request: HttpRequest, by: Actor, number: str, act: str) -> HttpResponse:
    """One act: what follows, what it asks, then the service."""
    by, row = selectors.reach(access.account_of(request), by, number)
    if act not in set(Act):
        raise NotFound(_("没有这个页面。"))
    step = TRANSITIONS[Act(act)]
    form = DeedForm(request.POST or None, act=step.act)
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.follow_up_act(follow_up_id=row.pk, act=step.act, by=by, at=now(), **form.cleaned_data)
        except DomainError as error:
            problem = error
            for name, message in error.details.get("fields", {}).items():
                form.add_error(name if name in form.fields else None, message)
        else:
            toasts.success(request, _("已完成：{act}").format(act=step.label))
            return redirect("desk:rating", number=number)
    standing = {one.row.act: one.refusal for one in selectors.possible_acts(by, row)}
    why_not = standing.get(step.act, services.cannot(State(row.state), step.act))
    context = _page(
        request,
        by,
        row=row,
        case=row.rating.case,
        act=step,
        consequence=CONSEQUENCES[step.act],
        form=form,
        problem=problem,
        why_not=why_not if request.method != "POST" else None,
    )
    return render(request, "desk/rating_act.html", context, status=422 if request.method == "POST" else 200)
