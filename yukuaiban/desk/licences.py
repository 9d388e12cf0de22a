"""A licence after its issue, at the desk of who issued it: suspended, given back, forfeited, moved out.

What undoes the decision itself (撤销, 注销) is an act on the case that brought the licence, and stays there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.now import now
from yukuaiban.desk.pages import officer_only
from yukuaiban.licences import selectors, services
from yukuaiban.licences.errors import LicenceNotFound
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import TRANSITIONS, Act, State
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role

#: What each act does, and what follows, said before it is done.
ACTS: dict[Act, tuple[Callable[..., Licence], Promise]] = {
    Act.SUSPEND: (services.licence_suspend, gettext_lazy("立即不能使用，直到恢复。")),
    Act.RESTORE: (services.licence_restore, gettext_lazy("从现在起可以继续使用。")),
    Act.FORFEIT: (services.licence_forfeit, gettext_lazy("立即失效，不能恢复；注销在办件里进行。")),
    Act.MOVE_OUT: (services.licence_move_out, gettext_lazy("今后由别处管理，在本地不能再使用。")),
}


def possible(licence: Licence) -> dict[Act, tuple[Callable[..., Licence], Promise]]:
    """The acts that its state allows now."""
    return {act: row for act, row in ACTS.items() if State(licence.state) in TRANSITIONS[act].sources}


class ActForm(forms.Form):
    """One of the acts that its state allows, and the reason."""

    act = forms.ChoiceField(label=gettext_lazy("要做什么"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("理由和所依据的决定"), max_length=500, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: Any = None, *, licence: Licence) -> None:
        super().__init__(data)
        self.fields["act"].choices = [  # type: ignore[attr-defined]
            (act.value, f"{TRANSITIONS[act].label} · {consequence}（{TRANSITIONS[act].law}）")
            for act, (_run, consequence) in possible(licence).items()
        ]

    @property
    def is_empty(self) -> bool:
        """Whether its state allows none of them."""
        return not self.fields["act"].choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def licences(request: HttpRequest, by: Actor) -> HttpResponse:
    """Find a licence of one's own body by its identifier or code, and act on it."""
    if by.role != Role.APPROVER:
        raise NotFound(_("没有这个页面。"))
    q = request.GET.get("q", "")[:80]
    licence, form = None, None
    problem: DomainError | None = None
    if request.method == "POST":
        licence = selectors.licence_at_desk(by, q)
    elif q.strip():
        try:
            licence = selectors.licence_at_desk(by, q)
        except LicenceNotFound as error:
            problem = error
    if licence is not None:
        form = ActForm(request.POST or None, licence=licence)
        if form.is_valid():
            if done := _act(licence, form, by):
                problem = done
            else:
                toasts.success(request, _("已办理，持证人的卡包和公开查验随即改变。"))
                return redirect(f"{reverse('desk:licences')}?q={licence.licence_id}")
    context = {
        "q": q,
        "licence": licence,
        "standing": licence.standing() if licence else None,
        "form": form,
        "problem": problem,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    wrong = request.method == "POST" and licence is not None
    return render(request, "desk/licences.html", context, status=422 if wrong else 200)


def _act(licence: Licence, form: ActForm, by: Actor) -> DomainError | None:
    """Do what the form says; what stood in the way, if something did."""
    run, _consequence = ACTS[Act(form.cleaned_data["act"])]
    try:
        run(licence_id=licence.pk, by=by, at=now(), reason=form.cleaned_data["reason"])
    except DomainError as error:
        licence.refresh_from_db()
        return error
    return None
