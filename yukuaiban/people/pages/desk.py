"""Officers: which post I work from, who sits at my department's desks, and requests for correction and guardianship."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config import paging
from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import now, today
from yukuaiban.people import access, services
from yukuaiban.people.forms import DecisionForm, PostForm, SubstituteForm, attempt, posted
from yukuaiban.people.models import (
    Account,
    AccountEvent,
    AccountEventKind,
    CorrectionRequest,
    Desk,
    Guardianship,
    PersonRead,
    Post,
    Role,
)
from yukuaiban.people.pages.common import form_page, page
from yukuaiban.people.selectors import in_force
from yukuaiban.people.services.privacy import FIELD_NAMES

COUNTER = (Role.WINDOW, Role.HANDLER)
AT_MOST = 100
LOG_A_PAGE = 50


@require_POST
@access.at_post()
def choose_post(request: HttpRequest) -> HttpResponse:
    """Work from another of my posts from now on."""
    access.choose_post(request, paging.number_in(request.POST.get("post")) or 0)
    return redirect("people:me")


@require_safe
@access.at_post(Role.SUPERVISOR)
def posts(request: HttpRequest) -> HttpResponse:
    """Who sits at my department's desks."""
    actor = access.officer_actor(request)
    desks = Desk.objects.filter(department=actor.department_id).select_related("department", "division")
    held = (
        Post.objects.filter(in_force(today()), desk__department=actor.department_id)
        .select_related("account__party", "desk", "substitute_for__account__party")
        .order_by("desk", "valid_from")
    )
    by_desk: dict[int, list[Post]] = {}
    for post in held:
        by_desk.setdefault(post.desk_id, []).append(post)
    return page(
        request,
        "people/desk_posts.html",
        {
            "here": "people:posts",
            "desks": [(desk, by_desk.get(desk.pk, [])) for desk in desks.order_by("role", "name")],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(Role.SUPERVISOR)
def post_give(request: HttpRequest) -> HttpResponse:
    """Give an officer a post in my department."""
    actor = access.officer_actor(request)
    desks = Desk.objects.filter(department=actor.department_id).select_related("department")
    form = PostForm(posted(request), desks=[(desk.pk, str(desk)) for desk in desks])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.post_give(
                account=_account(data["number"]),
                desk=Desk.objects.get(pk=data["desk"]),
                valid_from=data["valid_from"],
                valid_until=_day_after(data["last_day"]),
                by=actor,
                at=now(),
            ),
        )
        if done is not None:
            messages.success(request, _("已安排：{name}，{post}。").format(name=done.account, post=done.desk))
            return redirect("people:posts")
    return form_page(
        request,
        form,
        title=_("安排岗位"),
        submit=_("安排"),
        back=reverse("people:posts"),
        here="people:posts",
        template="people/desk_form.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post()
def post_substitute(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody stands in at a post for a while."""
    actor = access.officer_actor(request)
    post = Post.objects.filter(pk=pk, desk__department=actor.department_id).select_related("desk__department").first()
    if post is None or (post.account_id != actor.account_id and actor.role != Role.SUPERVISOR):
        raise NotFound(_("没有找到这个岗位。"))
    form = SubstituteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.post_substitute(
                post_id=pk,
                account=_account(data["number"]),
                valid_from=data["valid_from"],
                valid_until=data["last_day"] + timedelta(days=1),
                reason=data["reason"],
                by=actor,
                at=now(),
            ),
        )
        if done is not None:
            messages.success(request, _("已安排代理：{name}。").format(name=done.account))
            return redirect("people:me")
    return form_page(
        request,
        form,
        title=_("安排代理：{post}").format(post=post.desk),
        submit=_("安排代理"),
        back=reverse("people:me"),
        here="people:posts",
        template="people/desk_form.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(Role.SUPERVISOR)
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post as of today."""
    actor = access.officer_actor(request)
    post = Post.objects.filter(pk=pk, desk__department=actor.department_id).select_related("account__party", "desk")
    if (found := post.first()) is None:
        raise NotFound(_("没有找到这个岗位。"))
    if request.method == "POST":
        services.post_end(post_id=pk, on=today(), by=actor, at=now())
        messages.success(request, _("岗位已结束。"))
        return redirect("people:posts")
    return page(
        request,
        "people/desk_confirm.html",
        {
            "here": "people:posts",
            "title": _("结束岗位？"),
            "consequence": _("{name} 立即不再担任{post}，其未办结的工作留在岗位上。").format(
                name=found.account, post=found.desk
            ),
            "action": reverse("people:post_end", args=[pk]),
            "back": reverse("people:posts"),
            "yes": _("结束岗位"),
        },
    )


@require_safe
@access.at_post(Role.AUDITOR)
def log(request: HttpRequest) -> HttpResponse:
    """What an auditor sees and nobody else: who of his department read whose record, and who got or lost a post."""
    department = access.officer_actor(request).department_id
    after = paging.number_in(request.GET.get("after"))
    rows: list[Any]
    kind = "posts" if request.GET.get("of") == "posts" else "reads"
    if kind == "reads":
        read = PersonRead.objects.filter(department=department)
        rows, more = paging.newest(
            read.select_related("party", "reader__party", "post__desk"), after=after, size=LOG_A_PAGE
        )
    else:
        desks = Desk.objects.filter(department=department).in_bulk()
        events = AccountEvent.objects.filter(kind=AccountEventKind.POST, facts__desk__in=list(desks))
        found, more = paging.newest(events.select_related("account__party"), after=after, size=LOG_A_PAGE)
        doers = Account.objects.select_related("party").in_bulk({row.facts.get("by") for row in found} - {None})
        rows = [{"row": row, "desk": desks[row.facts["desk"]], "by": doers.get(row.facts.get("by"))} for row in found]
    return page(
        request,
        "people/desk_log.html",
        {
            "here": "people:log",
            "kind": kind,
            "rows": rows,
            "field_names": FIELD_NAMES,
            "next": f"?of={kind}&after={more}" if more else None,
        },
    )


@require_safe
@access.at_post(*COUNTER)
def requests(request: HttpRequest) -> HttpResponse:
    """Requests for correction and guardianships that wait for an officer who sees the papers."""
    open_requests = CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN).select_related("party")
    waiting = Guardianship.objects.filter(confirmed_at__isnull=True, ended_at__isnull=True)
    return page(
        request,
        "people/desk_requests.html",
        {
            "here": "people:requests",
            "corrections": [
                {"row": row, "field": FIELD_NAMES[row.field]} for row in open_requests.order_by("asked_at")[:AT_MOST]
            ],
            "guardianships": waiting.select_related("ward", "guardian").order_by("declared_at")[:AT_MOST],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(*COUNTER)
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One request for correction: the record is read (and the reading logged), then decided."""
    actor = access.officer_actor(request)
    row = CorrectionRequest.objects.filter(pk=pk, state=CorrectionRequest.State.OPEN).first()
    if row is None:
        raise NotFound(_("没有找到这项更正申请。"))
    form = DecisionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.correction_decide(
                request_id=pk, grant=data["grant"] == "yes", answer=data["answer"], by=actor, at=now()
            ),
        )
        if done is not None:
            messages.success(request, _("已答复申请人。"))
            return redirect("people:requests")
    party = services.person_read(
        party_id=row.party_id,
        by=actor,
        reason=_("核实更正申请"),
        what=["name", row.field, "id_number"],
        at=now(),
    )
    return form_page(
        request,
        form,
        title=_("核实更正申请"),
        submit=_("答复申请人"),
        back=reverse("people:requests"),
        here="people:requests",
        template="people/desk_correction.html",
        row=row,
        party=party,
        field=FIELD_NAMES[row.field],
        now_stands=getattr(party, row.field) or "—",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(*COUNTER)
def guardianship(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a guardianship after seeing the papers."""
    row = Guardianship.objects.filter(pk=pk, confirmed_at__isnull=True, ended_at__isnull=True)
    if (found := row.select_related("ward", "guardian").first()) is None:
        raise NotFound(_("没有找到这项监护关系。"))
    if request.method == "POST":
        services.guardianship_confirm(guardianship_id=pk, by=access.officer_actor(request), at=now())
        messages.success(request, _("监护关系已确认。"))
        return redirect("people:requests")
    return page(
        request,
        "people/desk_confirm.html",
        {
            "here": "people:requests",
            "title": _("确认监护关系？"),
            "consequence": _("您已查看户口簿、出生医学证明或裁判文书：{guardian} 是 {ward} 的监护人。").format(
                guardian=found.guardian, ward=found.ward
            ),
            "action": reverse("people:guardianship_confirm", args=[pk]),
            "back": reverse("people:requests"),
            "yes": _("已查看，确认"),
        },
    )


def _account(number: str) -> Account:
    account = Account.objects.filter(number=number.strip().upper(), is_active=True).select_related("party").first()
    if account is None:
        message = _("没有这个账号编号。请对方在“账号与安全”页查看。")
        raise Invalid(message, details={"number": message})
    return account


def _day_after(last_day: date | None) -> date | None:
    return last_day + timedelta(days=1) if last_day else None
