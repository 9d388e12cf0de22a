"""What everybody agrees to at sign-up, where anybody can read it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yukuaiban.config.now import today
from yukuaiban.config.parameters import parameter
from yukuaiban.people.verifiers import person_verifier


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The terms of service and how personal data is handled.

    Law: 个人信息保护法 第七条、第十七条、第三十一条第二款; 在线政务服务若干规定.
    """
    on = today()
    context = {
        "young_below": int(parameter("child_data_age", on).value),
        "log_months": int(parameter("network_log_retention", on).value),
        "sandbox": person_verifier().is_sample,
    }
    return render(request, "people/rules.html", context)
