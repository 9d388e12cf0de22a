"""My page, the real-name and real-person check, and for whom I act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yukuaiban.config import paging
from yukuaiban.config.now import now
from yukuaiban.people import access, assurance, reach, selectors, services
from yukuaiban.people.errors import IdentityHasAccount
from yukuaiban.people.forms import IdentityForm, RealNameForm, attempt, posted
from yukuaiban.people.models import Party, PersonRead
from yukuaiban.people.pages.common import form_page, page
from yukuaiban.people.verifiers import person_verifier

FEW_POSTS = 5  # more stand folded away behind the one that is worked from


@require_safe
@access.signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Who I am to the platform, for whom I act, and what is to be done."""
    account = access.account_of(request)
    party, posts = selectors.party_of(account), selectors.posts_of(account)
    return page(
        request,
        "people/me.html",
        {
            "here": "people:me",
            "account": account,
            "party": party,
            "level": assurance.level(party.assurance),
            "missing": assurance.assurance_missing(account, assurance.REAL_NAME),
            "others": len(selectors.parties_for(account)) - 1,
            "posts": posts,
            "many": len(posts) > FEW_POSTS,
            "reads": PersonRead.objects.filter(party=party).exists(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def real_name(request: HttpRequest) -> HttpResponse:
    """Name and document, compared with the register; then, where needed, the person himself."""
    account = access.account_of(request)
    party = selectors.party_of(account)
    if assurance.reaches(party.assurance, assurance.REAL_NAME):
        return _real_person(request, party)
    form = RealNameForm(posted(request))
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: services.real_name_check(account=account, at=now(), **form.cleaned_data))
        if done is not None:
            messages.success(request, _("实名认证已完成。"))
            return redirect(_next(request) or "people:me")
    return form_page(
        request,
        form,
        title=_("实名认证"),
        lead=_("填写姓名和证件号码，与权威数据核对。只用于确认您的身份，号码加密保存，谁看过您都能查到。"),
        submit=_("提交核对"),
        back=reverse("people:me"),
        here="people:real_name",
        template="people/real_name.html",
        sandbox=person_verifier().is_sample,
        has_account=getattr(form, "refused_with", "") == IdentityHasAccount.code,
        next=_next(request) or "",
    )


def _real_person(request: HttpRequest, party: Party) -> HttpResponse:
    verifier = person_verifier()
    return page(
        request,
        "people/real_person.html",
        {
            "here": "people:real_name",
            "party": party,
            "level": assurance.level(party.assurance),
            "is_highest": assurance.reaches(party.assurance, assurance.REAL_PERSON),
            "sandbox": verifier.is_sample,
            "presence_url": verifier.presence_url(request.build_absolute_uri(reverse("people:real_person"))),
            "next": _next(request) or "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def real_person(request: HttpRequest) -> HttpResponse:
    """The verifier's page came back with its proof, or the sandbox's button was pressed."""
    comes_back = bool(person_verifier().presence_url(""))  # a verifier with a page of its own returns by GET
    proof = request.POST.get("proof") or (comes_back and request.GET.get("proof")) or ""
    if not proof:
        return redirect("people:real_name")
    services.real_person_check(account=access.account_of(request), proof=proof, at=now())
    messages.success(request, _("实人认证已完成。"))
    return redirect(_next(request) or "people:me")


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def take_over(request: HttpRequest) -> HttpResponse:
    """Join my older account to this one: name, document, and the person himself."""
    account = access.account_of(request)
    form = IdentityForm(posted(request))
    if request.method == "POST" and form.is_valid():
        proof = request.POST.get("proof", "")
        done = attempt(
            form, lambda: services.identity_take_over(account=account, proof=proof, at=now(), **form.cleaned_data)
        )
        if done is not None:
            messages.success(request, _("旧账号已并入。您的办件、证照和委托都在这里。"))
            return redirect("people:me")
    return form_page(
        request,
        form,
        title=_("并入我的旧账号"),
        lead=_("核对姓名、证件并确认是您本人后，旧账号的办件和证照归到现在的账号，旧账号停用。"),
        submit=_("核验并并入"),
        back=reverse("people:real_name"),
        here="people:real_name",
        template="people/take_over.html",
        sandbox=person_verifier().is_sample,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def identities(request: HttpRequest) -> HttpResponse:
    """For whom I act from now on (身份切换)."""
    if request.method == "POST":
        access.choose_party(request, paging.number_in(request.POST.get("party")) or 0)
        acting = access.context(request)["acting"]
        messages.success(request, _("现在您以“{name}”的名义办事。").format(name=acting.party))
        return redirect(_next(request) or "people:me")
    parties = selectors.parties_for(access.account_of(request))
    names = reach.names_of(acting.items for acting in parties)
    return page(
        request,
        "people/identities.html",
        {
            "here": "people:identities",
            "parties": parties,
            "reaches": {acting.party.pk: reach.named(acting.items, names) for acting in parties},
            "next": _next(request) or "",
        },
    )


def _next(request: HttpRequest) -> str | None:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure()) else None
