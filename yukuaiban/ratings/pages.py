"""The page on which an ended case is rated."""

from __future__ import annotations

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yukuaiban.cases import selectors as cases
from yukuaiban.config.errors import DomainError
from yukuaiban.config.now import now
from yukuaiban.people.access import party_actor, signed_in
from yukuaiban.ratings.selectors import rating_of
from yukuaiban.ratings.services import rating_give


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Five levels and a few words. The stars of the page count from the worst, the standard's codes from the best."""
    by = party_actor(request)
    case = cases.case_for_party(by, number)
    given = rating_of(case)
    problem: DomainError | None = None
    if request.method == "POST" and given is None:
        stars = request.POST.get("stars", "")
        try:
            level = 6 - int(stars) if stars.isdecimal() else 0
            rating_give(case=case, by=by, level=level, words=request.POST.get("words", ""), at=now())
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("谢谢您的评价。"))
            return redirect("cases:case", number=number)
    follow_up = getattr(given, "follow_up", None)
    context = {
        "case": case,
        "given": given,
        "follow_up": follow_up,
        "stars": 6 - given.level if given else None,
        "problem": problem,
    }
    return render(request, "ratings/rate.html", context, status=422 if problem else 200)
