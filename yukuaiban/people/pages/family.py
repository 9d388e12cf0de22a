"""My children, who may act for whom, and my organisations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now, today
from yukuaiban.people import access, reach, selectors, services
from yukuaiban.people.forms import (
    AskOrganisationForm,
    AskRelativeForm,
    ChildForm,
    MandateCodeForm,
    OfferForm,
    OrganisationForm,
    attempt,
    posted,
)
from yukuaiban.people.models import Account, Mandate, Party, Relation
from yukuaiban.people.pages.common import form_page, page
from yukuaiban.people.selectors import Ground
from yukuaiban.people.verifiers import person_verifier


@require_safe
@access.signed_in
def family(request: HttpRequest) -> HttpResponse:
    """My children, and every mandate I gave or hold."""
    account = access.account_of(request)
    mandates = list(selectors.mandates_of(account))
    names = reach.names_of(row.items for row in mandates)
    consented = set(selectors.child_consents(account).values_list("party", flat=True))
    return page(
        request,
        "people/family.html",
        {
            "here": "people:family",
            "today": today(),
            "children": [
                {"row": row, "consents": row.ward_id in consented, "is_young": selectors.is_young_child(row.ward)}
                for row in selectors.guardianships_of(account)
            ],
            "mandates": [_mandate(row, account, names) for row in mandates],
        },
    )


def _mandate(row: Mandate, account: Account, names: reach.Names) -> dict[str, Any]:
    """A mandate with what may be done about it now."""
    return {
        "row": row,
        "reach": reach.named(row.items, names),
        "acts": selectors.acts_on(row, account),
        "is_over": row.valid_until <= today(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def child_add(request: HttpRequest) -> HttpResponse:
    """A guardian names his child."""
    account = access.account_of(request)
    form = ChildForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "relation": Relation(form.cleaned_data["relation"])}
        row = attempt(form, lambda: services.guardianship_declare(account=account, at=now(), **data))
        if row is not None and row.confirmed_at:
            messages.success(request, _("已添加。您可以在“身份切换”里为孩子办事。"))
            return redirect("people:family")
        if row is not None:
            messages.warning(request, _("已记录，但未能在线核实亲子关系。请带户口簿或出生医学证明到任一政务大厅确认。"))
            return redirect("people:family")
    return form_page(
        request,
        form,
        title=_("添加孩子"),
        lead=_("核实监护关系后，您可以为未成年的孩子办事，到其成年为止。"),
        submit=_("核实并添加"),
        back=reverse("people:family"),
        here="people:family",
        sandbox=person_verifier().is_sample,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def guardianship_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a child off my account; asked once more first."""
    account = access.account_of(request)
    row = selectors.guardianship_of(account, pk)
    if request.method == "POST":
        services.guardianship_end(guardianship_id=pk, account=account, reason=_("监护人自行解除"), at=now())
        messages.success(request, _("已解除。之前办理的事项不受影响。"))
        return redirect("people:family")
    return page(
        request,
        "people/confirm.html",
        {
            "here": "people:family",
            "title": _("解除与{name}的监护关联？").format(name=row.ward),
            "consequence": _("您将不能再为其办事，对处理其个人信息的同意也一并撤回。已办的事项不受影响。"),
            "action": reverse("people:guardianship_end", args=[pk]),
            "back": reverse("people:family"),
            "yes": _("解除"),
        },
    )


@require_POST
@access.signed_in
def child_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Give or withdraw the consent to handling a young child's data."""
    account = access.account_of(request)
    consents = request.POST.get("consents") == "yes"
    services.child_consent_set(account=account, guardianship_id=pk, consents=consents, at=now())
    messages.success(
        request, _("已同意。") if consents else _("已撤回同意。孩子的信息不再用于新的办理，您暂不能为其办事。")
    )
    return redirect("people:family")


# --- mandates ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def mandate_offer(request: HttpRequest) -> HttpResponse:
    """I, or the organisation I represent, appoint somebody."""
    account = access.account_of(request)
    grounds = (Ground.SELF, Ground.REPRESENTATIVE)
    principals = [acting.party for acting in selectors.parties_for(account) if acting.ground in grounds]
    form = OfferForm(posted(request), principals=[(party.pk, str(party), party.is_person) for party in principals])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.mandate_offer(
                account=account,
                principal=Party.objects.get(pk=data["principal"]),
                name=data["name"],
                contact=data["contact"],
                relation=data["relation"],
                terms=form.terms(),
                at=now(),
            ),
        )
        if done is not None:
            messages.success(request, _("接受码已发出。对方在自己的账号里输入后生效。"))
            return redirect("people:family")
    return _mandate_form(
        request, form, _("委托别人为我办事"), _("对方须已实名。委托有期限、限事项，您可以随时撤销。"), _("发出接受码")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def mandate_ask(request: HttpRequest) -> HttpResponse:
    """I want to act for a relative; he confirms in his own account."""
    account = access.account_of(request)
    form = AskRelativeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.mandate_ask_relative(
                account=account,
                name=data["name"],
                contact=data["contact"],
                relation=Relation(data["relation"]),
                terms=form.terms(),
                at=now(),
            ),
        )
        if done is not None:
            messages.success(request, _("确认码已发给对方。对方在自己的账号里确认后生效。"))
            return redirect("people:family")
    return _mandate_form(
        request, form, _("我想为亲友办事"), _("须由对方本人在自己的实名账号里确认，才能生效。"), _("发出确认码")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def mandate_ask_organisation(request: HttpRequest) -> HttpResponse:
    """I want to become an organisation's agent."""
    account = access.account_of(request)
    form = AskOrganisationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: services.mandate_ask_organisation(
                account=account, code=form.cleaned_data["credit_code"], terms=form.terms(), at=now()
            ),
        )
        if done is not None:
            messages.success(request, _("已提交，等待法定代表人确认。"))
            return redirect("people:family")
    return _mandate_form(
        request, form, _("申请担任单位经办人"), _("由单位的法定代表人在自己的账号里确认后生效。"), _("提交申请")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def mandate_code(request: HttpRequest) -> HttpResponse:
    """I was sent a code: confirm that another may act for me, or accept to act for another."""
    account = access.account_of(request)
    form = MandateCodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        code, is_sure = form.cleaned_data["code"], "sure" in request.POST
        answer = services.mandate_answer_code if is_sure else services.mandate_by_code
        row = attempt(form, lambda: answer(account=account, code=code, at=now()))
        if row is not None and not is_sure:
            return _mandate_terms(request, row, code)
        if row is not None:
            messages.success(
                request,
                _("委托已生效：{agent} 可以为 {principal} 办事。").format(agent=row.agent, principal=row.principal),
            )
            return redirect("people:family")
    lead = _("先看清委托给谁、办哪些事项、到哪天，确认后才生效；以后可以随时在这里撤销。")
    return _mandate_form(request, form, _("输入确认码或接受码"), lead, _("查看委托内容"))


def _mandate_terms(request: HttpRequest, row: Mandate, code: str) -> HttpResponse:
    """What the code would bring into force, before it does."""
    context = {
        "here": "people:family",
        "row": row,
        "reach": reach.named(row.items, reach.names_of([row.items])),
        "code": code,
    }
    return page(request, "people/mandate_terms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def mandate_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Confirm, decline or revoke a mandate; the consequence is named first."""
    account = access.account_of(request)
    row = _my_mandate(account, pk)
    if request.method == "POST":
        acts = {
            "confirm": services.mandate_confirm,
            "decline": services.mandate_decline,
            "revoke": services.mandate_revoke,
        }
        acts[act](account=account, mandate_id=pk, at=now())
        messages.success(request, _("已办好。"))
        return redirect("people:family")
    agent, principal = row.agent or row.invited_name, row.principal or row.invited_name
    title, consequence, yes = {
        "confirm": (
            _("确认委托？"),
            _("{agent} 将可以为 {principal} 办理所列事项，直到 {day}。").format(
                agent=agent, principal=principal, day=row.last_day
            ),
            _("确认"),
        ),
        "decline": (_("拒绝或取消？"), _("这项委托不会生效，发出的码作废。"), _("拒绝或取消")),
        "revoke": (
            _("撤销委托？"),
            _("{agent} 立即不能再为 {principal} 办事。已办的事项不受影响。").format(agent=agent, principal=principal),
            _("撤销委托"),
        ),
    }[act]
    return page(
        request,
        "people/confirm.html",
        {
            "here": "people:family",
            "title": title,
            "consequence": consequence,
            "action": reverse("people:mandate_act", args=[pk, act]),
            "back": reverse("people:family"),
            "yes": yes,
        },
    )


def _my_mandate(account: Account, pk: int) -> Mandate:
    row = selectors.mandates_of(account).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有找到这项委托。"))
    return row


def _mandate_form(request: HttpRequest, form: Any, title: str, lead: str, submit: str) -> HttpResponse:
    back = reverse("people:family")
    return form_page(request, form, title=title, lead=lead, submit=submit, back=back, here="people:family")


# --- organisations ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations I represent, and registering another."""
    account = access.account_of(request)
    form = OrganisationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        code, name = form.cleaned_data["credit_code"], form.cleaned_data["name"]
        done = attempt(form, lambda: services.organisation_register(account=account, code=code, name=name, at=now()))
        if done is not None:
            messages.success(request, _("{name} 已登记在您名下。").format(name=done.party))
            return redirect("people:organisations")
    return form_page(
        request,
        form,
        title=_("我的单位"),
        lead=_("您是法定代表人的单位，用统一社会信用代码登记；与登记信息核对一致后即可为单位办事、委托经办人。"),
        submit=_("核对并登记"),
        back=reverse("people:family"),
        here="people:family",
        template="people/organisations.html",
        organisations=selectors.organisations_of(account),
        sandbox=person_verifier().is_sample,
    )
