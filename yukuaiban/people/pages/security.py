"""The log-in itself: phone, password, second factor, devices; a lost phone; a number that now belongs to another."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.password_change import change_password, finalize_password_change
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config.now import now, today
from yukuaiban.identifiers import phone as phones
from yukuaiban.people import access, codes, passes, selectors, services
from yukuaiban.people.forms import (
    CodeForm,
    IdentityForm,
    PhoneChangeForm,
    PhoneCodesForm,
    PhoneForm,
    SetPasswordForm,
    TokenForm,
    attempt,
    posted,
)
from yukuaiban.people.models import Account, ApiToken, PhoneClaim
from yukuaiban.people.pages.common import INVALID, form_page, page
from yukuaiban.people.selectors import day_after
from yukuaiban.people.tokens import in_words
from yukuaiban.people.verifiers import person_verifier

PHONE_CHANGE, CLAIM = "phone_change", "phone_claim"  # in the session
RECENT_CODE_SECONDS = 600


@require_safe
@access.signed_in
def security(request: HttpRequest) -> HttpResponse:
    """Everything about how I log in, and what happened to my account."""
    account = access.account_of(request)
    factors = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    return page(
        request,
        "people/security.html",
        {
            "here": "people:security",
            "account": account,
            "phone": phones.mask(account.phone) if account.phone_verified_at and account.phone else None,
            "email": EmailAddress.objects.filter(user=account, verified=True).first(),
            "factors": factors,
            "devices": UserSession.objects.filter(user=account).count(),
            "events": selectors.events_of(account).order_by("-at")[:20],
        },
    )


# --- phone ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
@access.password_again()
def phone(request: HttpRequest) -> HttpResponse:
    """Change the number: the old one still receives, or it is lost and name and document are checked again."""
    account = access.account_of(request)
    has_phone = account.phone_verified_at is not None
    form = PhoneChangeForm(posted(request), has_phone=has_phone)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: _send_phone_codes(request, account, form))
    ):
        return redirect("people:phone_codes")
    return form_page(
        request,
        form,
        title=_("更换手机号码") if has_phone else _("绑定手机号码"),
        lead=_("当前号码：{phone}").format(phone=phones.mask(account.phone)) if has_phone and account.phone else "",
        submit=_("发送验证码"),
        back=reverse("people:security"),
        here="people:security",
        template="people/phone.html",
        claim_url=reverse("people:claim"),
    )


def _send_phone_codes(request: HttpRequest, account: Account, form: forms.Form) -> bool:
    data = form.cleaned_data
    new, how = data["phone"], data.get("how") or "first"
    services.check_new_phone(account=account, phone=new)
    if how == "real_name":
        services.check_own_identity(
            account=account, name=data["name"], id_kind=data["id_kind"], id_number=data["id_number"]
        )
    text = _("您正在把渝快办账号的手机号码更换为新号码，验证码 {code}。")
    codes.send(request.session, "phone_new", new, text)
    if how == "old_phone":
        codes.send(request.session, "phone_old", account.phone or "", text)
    request.session[PHONE_CHANGE] = {"phone": new, "how": how}
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def phone_codes(request: HttpRequest) -> HttpResponse:
    """The codes came back: the number is changed."""
    account = access.account_of(request)
    wanted: dict[str, str] | None = request.session.get(PHONE_CHANGE)
    if wanted is None:
        return redirect("people:phone")
    with_old = wanted["how"] == "old_phone"
    form = PhoneCodesForm(posted(request), with_old=with_old)
    if request.method == "POST" and form.is_valid():
        changed = attempt(form, lambda: _change_phone(request, account, wanted, form))
        if changed:
            messages.success(request, _("手机号码已更换。"))
            return redirect("people:security")
    return form_page(
        request,
        form,
        title=_("输入验证码"),
        lead=_code_sent(wanted["phone"]),
        submit=_("更换号码"),
        back=reverse("people:phone"),
        here="people:security",
    )


def _change_phone(request: HttpRequest, account: Account, wanted: dict[str, str], form: forms.Form) -> bool:
    if wanted["how"] == "old_phone":
        codes.check(request.session, "phone_old", form.cleaned_data["old_code"], field="old_code", keep=True)
    proved = codes.check(request.session, "phone_new", form.cleaned_data["new_code"], field="new_code")
    session = request.session.session_key
    services.phone_change(account=account, phone=proved, proof=wanted["how"], at=now(), session=session)
    del request.session[PHONE_CHANGE]
    return True


# --- a number that now belongs to another: no account is needed -------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """The number is mine now, but somebody's account has it."""
    form = PhoneForm(posted(request))
    if request.method == "POST" and form.is_valid():
        sent = attempt(form, lambda: _send_claim_code(request, form.cleaned_data["phone"]))
        if sent:
            return redirect("people:claim_code")
    return _public_form(
        request,
        form,
        title=_("认领手机号码"),
        lead=_("号码是您新办的，却已有渝快办账号？验证号码并核对您的姓名后，号码归到您的账号；原账号的内容您看不到。"),
        submit=_("发送验证码"),
        back=reverse("account_login"),
    )


def _send_claim_code(request: HttpRequest, number: str) -> bool:
    codes.send(request.session, "claim", number, _("您正在渝快办认领此手机号码，验证码 {code}。"))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def claim_code(request: HttpRequest) -> HttpResponse:
    """The code came back: he holds the number."""
    to = codes.pending(request.session, "claim")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        number = attempt(form, lambda: codes.check(request.session, "claim", form.cleaned_data["code"]))
        if number is not None:
            request.session[CLAIM] = services.phone_claim_open(phone=number, at=now()).pk
            return redirect("people:claim_person")
    if to is None and not form.errors:
        return redirect("people:claim")
    return _public_form(
        request,
        form,
        title=_("输入验证码"),
        lead=_code_sent(to) if to else "",
        submit=_("继续"),
        back=reverse("people:claim"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def claim_person(request: HttpRequest) -> HttpResponse:
    """Who he is; then the number is his, and he is logged in."""
    claim_id: int | None = request.session.get(CLAIM)
    if claim_id is None or not PhoneClaim.objects.filter(pk=claim_id, expires_at__gt=now()).exists():
        return redirect("people:claim")
    mine = access.account_of(request) if passes.identify(request) is not None else None
    form = IdentityForm(posted(request))
    if request.method == "POST" and form.is_valid():
        account = attempt(
            form,
            lambda: services.phone_claim_settle(claim_id=claim_id, account=mine, at=now(), **form.cleaned_data),
        )
        if account is not None:
            del request.session[CLAIM]
            messages.success(request, _("号码已归到您的账号。"))
            if mine is not None:
                return redirect("people:security")
            return perform_login(request, account, redirect_url=reverse("people:me"))  # type: ignore[no-any-return]
    return _public_form(
        request,
        form,
        title=_("核对您的身份"),
        lead=_("号码已验证。请填写您本人的姓名和证件，核对一致后号码归到您的账号。"),
        submit=_("核对并认领"),
        back=reverse("people:claim"),
        sandbox=person_verifier().is_sample,
    )


def _public_form(request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    status = INVALID if form.errors else 200
    response = render(request, "people/form.html", {"form": form, "here": "", "note": "", **context}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


# --- tokens -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
@access.password_again()
def api_tokens(request: HttpRequest) -> HttpResponse:
    """Tokens for programs that use the API in my name; a new one is shown once."""
    account, who = access.account_of(request), access.who(request)
    form, made = TokenForm(posted(request)), None
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: services.token_make(
                account=account,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_on=day_after(form.cleaned_data["last_day"]),
                post_id=who.post.post_id if who.post else None,
                at=now(),
            ),
        )
    return form_page(
        request,
        TokenForm() if made else form,
        title=_("接口令牌"),
        lead=_("让程序以您的名义使用接口。令牌等同于您的登录：只给它需要的权限，不用了就停用。"),
        submit=_("新建令牌"),
        back=reverse("people:security"),
        here="people:security",
        template="people/tokens.html",
        made=made[1] if made else None,
        words=in_words,
        tokens=ApiToken.objects.filter(account=account, revoked_at__isnull=True, expires_on__gt=today()),
    )


@require_POST
@access.signed_in
def api_token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one of my tokens."""
    services.token_revoke(account=access.account_of(request), token_id=pk, at=now())
    messages.success(request, _("令牌已停用。"))
    return redirect("people:api_tokens")


# --- password and devices ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def password(request: HttpRequest) -> HttpResponse:
    """A new password for who has just logged in by a code (a forgotten one cannot be asked for)."""
    account = access.account_of(request)
    records = get_authentication_records(request, account)
    by_code = [record for record in records if record["method"] == "code"]
    if not by_code or time.time() - by_code[-1]["at"] > RECENT_CODE_SECONDS:
        return redirect("account_change_password")
    form = SetPasswordForm(account, posted(request))
    if request.method == "POST" and form.is_valid():
        change_password(account, form.cleaned_data["password1"])
        finalize_password_change(request, account)
        return redirect("people:security")
    return form_page(
        request,
        form,
        title=_("设置新密码"),
        lead=_("设置后，其他设备上的登录全部退出。"),
        submit=_("保存新密码"),
        back=reverse("people:security"),
        here="people:security",
    )


@require_safe
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Whoever forgot it logs in by a code and then sets a new one; one way for phone and e-mail."""
    messages.info(request, _("请先用验证码登录，随后设置新密码。"))
    return redirect(f"{reverse('account_request_login_code')}?next={reverse('people:password')}")


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def logout_everywhere(request: HttpRequest) -> HttpResponse:
    """End every log-in on every device."""
    if request.method == "POST":
        services.account_logout_everywhere(account=access.account_of(request), at=now())
        logout(request)
        messages.success(request, _("所有设备上的登录都已退出。"))
        return redirect("account_login")
    return page(
        request,
        "people/confirm.html",
        {
            "here": "people:security",
            "title": _("退出所有设备？"),
            "consequence": _("包括这台设备在内，所有登录和接口令牌在几秒内失效。"),
            "action": reverse("people:logout_everywhere"),
            "back": reverse("people:security"),
            "yes": _("全部退出"),
        },
    )


def _code_sent(to: str) -> str:
    return _("验证码已发到 {phone}，{minutes} 分钟内有效。").format(phone=phones.mask(to), minutes=codes.minutes())
