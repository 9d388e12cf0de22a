"""My data: who read it, a copy of all of it, having it corrected, and closing the account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.config import paging
from yukuaiban.config.now import now
from yukuaiban.config.parameters import parameter
from yukuaiban.people import access, exports, limits, selectors, services
from yukuaiban.people.forms import CloseForm, CorrectionForm, attempt, posted
from yukuaiban.people.models import AccountEventKind, Party
from yukuaiban.people.pages.common import form_page, page
from yukuaiban.people.services.privacy import FIELD_NAMES

READS_A_PAGE = 50


@require_safe
@access.signed_in
def privacy(request: HttpRequest) -> HttpResponse:
    """What the law gives me over my data, and where to use it."""
    return page(request, "people/privacy.html", {"here": "people:privacy"})


@require_safe
@access.signed_in
def reads(request: HttpRequest) -> HttpResponse:
    """Which officer read my record, when and why. Newest first; older ones by `?after=`."""
    party = _about(request)
    after = paging.number_in(request.GET.get("after"))
    found, more = paging.newest(selectors.reads_of(party), after=after, size=READS_A_PAGE)
    return page(
        request,
        "people/reads.html",
        {
            "here": "people:privacy",
            "party": party,
            "reads": [
                {"row": row, "what": _("、").join(str(FIELD_NAMES.get(name, name)) for name in row.what)}
                for row in found
            ],
            "next": f"?after={more}" if more else None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
@access.password_again(on_get=False)
def export(request: HttpRequest) -> HttpResponse:
    """All my data as one file."""
    account, party = access.account_of(request), _about(request)
    if request.method == "POST":
        limits.consume("export", account.number, at_most=5, seconds=24 * 3600)
        at = now()
        response = HttpResponse(exports.all_my_data(party, at=at), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="yukuaiban-{at:%Y%m%d}.zip"'
        response["Cache-Control"] = "private, no-store"
        services.note(account, AccountEventKind.DATA_EXPORTED, at)
        return response
    return page(
        request,
        "people/confirm.html",
        {
            "here": "people:privacy",
            "title": _("下载全部数据"),
            "consequence": _("渝快办保存的关于{name}的全部数据，打包为一个文件。内含完整证件号码，请妥善保管。").format(
                name=party
            ),
            "action": reverse("people:export"),
            "back": reverse("people:privacy"),
            "yes": _("下载"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def corrections(request: HttpRequest) -> HttpResponse:
    """Ask to have something put right, and see what became of earlier requests."""
    account, party = access.account_of(request), _about(request)
    form = CorrectionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, lambda: services.correction_ask(account=account, party=party, at=now(), **form.cleaned_data)
        )
        if done is not None:
            messages.success(request, _("已提交。核实后会通知您。"))
            return redirect("people:corrections")
    return form_page(
        request,
        form,
        title=_("更正个人信息"),
        lead=_("手机号码和电子邮箱请在“账号与安全”里自己更改；其他内容由工作人员核实后更正。"),
        submit=_("提交申请"),
        back=reverse("people:privacy"),
        here="people:privacy",
        template="people/corrections.html",
        requests=[
            {"row": row, "field": FIELD_NAMES[row.field]}
            for row in selectors.corrections_of(party).order_by("-asked_at")[:20]
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
@access.password_again(on_get=False)
def close(request: HttpRequest) -> HttpResponse:
    """Close the account; what goes and what the law keeps is said first."""
    account = access.account_of(request)
    form = CloseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        closed = attempt(form, lambda: _close(request))
        if closed:
            messages.success(request, _("账号已注销。"))
            return redirect("account_login")
    kept = parameter("network_log_retention")
    return form_page(
        request,
        form,
        title=_("注销账号"),
        submit=_("注销账号"),
        submit_kind="danger",
        back=reverse("people:privacy"),
        here="people:privacy",
        template="people/close.html",
        obstacles=services.obstacles(account),
        log_kept=limit_in_words(kept.value, kept.unit, get_language() or "zh"),
    )


def _close(request: HttpRequest) -> bool:
    services.account_close(account=access.account_of(request), at=now())
    logout(request)
    return True


def _about(request: HttpRequest) -> Party:
    return selectors.about(access.account_of(request), access.who(request).party_id)
