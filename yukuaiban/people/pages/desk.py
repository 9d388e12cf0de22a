"""Officers: which post I work from, who sits at my department's desks, and requests for correction and guardianship."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config import paging
from yukuaiban.config.now import now, today
from yukuaiban.people import access, looks, services, staff
from yukuaiban.people.forms import DecisionForm, PostForm, SubstituteForm, attempt, posted
from yukuaiban.people.models import Role
from yukuaiban.people.pages.common import form_page, page
from yukuaiban.people.permissions import COUNTER
from yukuaiban.people.selectors import day_after
from yukuaiban.people.services.privacy import FIELD_NAMES, as_it_stands

AT_MOST = 100


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
    seats = staff.seated(access.officer_actor(request))
    return page(request, "people/desk_posts.html", {"here": "people:posts", "desks": seats})


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(Role.SUPERVISOR)
def post_give(request: HttpRequest) -> HttpResponse:
    """Give an officer a post in my department."""
    actor = access.officer_actor(request)
    form = PostForm(posted(request), desks=[(desk.pk, str(desk)) for desk in staff.desks_of(actor)])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.post_give(
                account=staff.account_by_number(data["number"]),
                desk=staff.desk_of(actor, int(data["desk"])),
                valid_from=data["valid_from"],
                valid_until=day_after(data["last_day"]) if data["last_day"] else None,
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
    post = staff.post_to_hand_on(actor, pk)
    form = SubstituteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.post_substitute(
                post_id=pk,
                account=staff.account_by_number(data["number"]),
                valid_from=data["valid_from"],
                valid_until=day_after(data["last_day"]),
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
    found = staff.post_of_department(actor, pk)
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
    """What an auditor sees and nobody else: who of his department looked at whose data, and who got or lost a post."""
    actor, after = access.officer_actor(request), paging.number_in(request.GET.get("after"))
    logs = looks.logs()
    kind = request.GET.get("of", logs[0].key)
    rows: Sequence[Any]
    if kind == "posts":
        rows, more = staff.post_changes(actor, after=after)
    else:
        rows, more = staff.looks_in_department(actor, kind, after=after)
    return page(
        request,
        "people/desk_log.html",
        {
            "here": "people:log",
            "logs": [*((one.key, one.title) for one in logs), ("posts", _("岗位变动"))],
            "kind": kind,
            "rows": rows,
            "next": f"?of={kind}&after={more}" if more else None,
        },
    )


@require_safe
@access.at_post(*COUNTER)
def requests(request: HttpRequest) -> HttpResponse:
    """Requests for correction and guardianships that wait for an officer who sees the papers."""
    corrections = staff.open_corrections().order_by("asked_at")[:AT_MOST]
    return page(
        request,
        "people/desk_requests.html",
        {
            "here": "people:requests",
            "corrections": [{"row": row, "field": FIELD_NAMES[row.field]} for row in corrections],
            "guardianships": staff.unconfirmed_guardianships().order_by("declared_at")[:AT_MOST],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(*COUNTER)
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One request for correction: the record is read (and the reading logged), then decided."""
    actor = access.officer_actor(request)
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
    row = services.correction_open(request_id=pk, by=actor, at=now())
    return form_page(
        request,
        form,
        title=_("核实更正申请"),
        submit=_("答复申请人"),
        back=reverse("people:requests"),
        here="people:requests",
        template="people/desk_correction.html",
        row=row,
        party=row.party,
        field=FIELD_NAMES[row.field],
        now_stands=as_it_stands(row.party, row.field) or "—",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.at_post(*COUNTER)
def guardianship(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a guardianship after seeing the papers."""
    found = staff.unconfirmed_guardianship(pk)
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
