"""The wallet of a holder, and the public pages of verification. Thin: selectors reach, services act."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yukuaiban.config import paging
from yukuaiban.config.now import now, today
from yukuaiban.documents import codes, register
from yukuaiban.documents.signing import check
from yukuaiban.licences import limits, looking, selectors, services
from yukuaiban.licences.access import holder_actor, looker
from yukuaiban.licences.documents import term_in_words
from yukuaiban.licences.errors import LicenceNotFound
from yukuaiban.licences.forms import CodeForm, FileForm, GrantForm
from yukuaiban.licences.looks import look_note
from yukuaiban.licences.models import How, LicenceGrant
from yukuaiban.licences.rules import in_words
from yukuaiban.people.access import signed_in
from yukuaiban.places.models import Division

# --- the wallet ---------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """All that the chosen party holds."""
    found = selectors.wallet(holder_actor(request).party_id)
    rows = [(held, held.standing(), selectors.renewal_of(held)) for held in found]
    return render(request, "licences/wallet.html", {"licences": rows, "today": today()})


@signed_in
@require_safe
def licence(request: HttpRequest, pk: int) -> HttpResponse:
    """One licence as a deed, with all that its holder can do with it."""
    held = selectors.licence_for_holder(holder_actor(request), pk)
    kind = held.kind
    facts = [(fact.title, in_words(held.facts.get(fact.key))) for fact in kind.fields if fact.key != "name"]
    context = {
        "licence": held,
        "kind": kind,
        "facts": [(title, value) for title, value in facts if value],
        "standing": held.standing(),
        "term": term_in_words(held),
        "renewal": selectors.renewal_of(held),
        "today": today(),
        "versions": selectors.versions_of(held),
        "grants": [(grant, grant.is_standing()) for grant in selectors.grants_of(held)],
        "looks": selectors.looks_at(held).order_by("-pk")[:5],
        "code": codes.grouped(held.code),
    }
    return render(request, "licences/licence.html", context)


@signed_in
@never_cache
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The code the holder shows, for a minute; the page asks for the next one by itself."""
    by = holder_actor(request)
    held = selectors.licence_for_holder(by, pk)
    context = {
        "licence": held,
        "standing": held.standing(),
        "shown": looking.show_code(pk, by=by),
        "seconds": looking.SHOW_SECONDS,
    }
    return render(request, "licences/show.html", context)


@signed_in
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed PDF."""
    by = holder_actor(request)
    held = selectors.licence_for_holder(by, pk)
    look_note(licence_id=held.pk, how=How.DOWNLOAD, at=now(), by=by)
    return _pdf(selectors.licence_file(held), f"{held.title_zh}-{held.code}.pdf")


@signed_in
@require_safe
def looks(request: HttpRequest, pk: int) -> HttpResponse:
    """Who looked at it: every time, newest first."""
    held = selectors.licence_for_holder(holder_actor(request), pk)
    after = paging.number_in(request.GET.get("after"))
    found, more = paging.newest(selectors.looks_at(held), after=after, size=selectors.LOOKS_A_PAGE)
    return render(
        request,
        "licences/looks.html",
        {
            "licence": held,
            "looks": found,
            "next": more,
            "uses": selectors.case_uses(held) if after is None else [],
        },
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a department use the licence for one purpose."""
    by = holder_actor(request)
    held = selectors.licence_for_holder(by, pk)
    divisions = list(Division.objects.filter(departments__isnull=False).distinct().order_by("code"))
    asked = request.GET.get("division", "")
    division = asked if asked in {place.code for place in divisions} else held.issuer.division_id
    form = GrantForm(request.POST or None, division=division)
    if request.method == "POST" and form.is_valid():
        services.licence_grant(
            licence_id=pk,
            department=form.cleaned_data["department"],
            purpose=form.cleaned_data["purpose"],
            valid_from=today(),
            valid_until=form.cleaned_data["valid_until"],
            by=by,
            at=now(),
        )
        toasts.success(request, _("已授权。可以随时在证照页面撤回。"))
        return redirect("licences:licence", pk=pk)
    context = {"licence": held, "form": form, "divisions": divisions, "division": division}
    return render(request, "licences/grant.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a grant back, after its consequence was named."""
    by = holder_actor(request)
    found = LicenceGrant.objects.select_related("licence", "department").filter(pk=pk).first()
    if found is None or found.licence.holder_id != by.party_id:
        raise LicenceNotFound(_("没有找到这项授权。"))
    if request.method == "POST":
        services.licence_grant_revoke(grant_id=pk, by=by, at=now())
        toasts.success(request, _("授权已撤回。"))
        return redirect("licences:licence", pk=found.licence_id)
    return render(request, "licences/revoke_grant.html", {"grant": found})


# --- for everybody ------------------------------------------------------------------------------------------------


@require_safe
def verify_start(request: HttpRequest) -> HttpResponse:
    """Type a code, or bring a file."""
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        code = codes.read(form.cleaned_data["code"])
        if code is None:
            form.add_error("code", _("查验码应为 16 位，至少有一位写错了。请对照二维码旁的查验码。"))
        elif looking.licence_by_code(code) is not None:
            return redirect("licences:verify", code=codes.grouped(code))
        else:  # a letter, or nothing: that page knows
            return redirect("letters:verify", code=codes.grouped(code))
    context = {"form": form, "file_form": FileForm()}
    return render(request, "licences/verify_start.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR code on a licence opens: its status, and of its facts what may be seen."""
    limits.check(request, "code", limits.WRONG_CODES)
    try:
        found = looking.verify(code, by=looker(request))
    except LicenceNotFound:
        limits.count(request, "code")
        raise
    return render(request, "licences/verify.html", {"found": found, "at": now()})


@never_cache
@require_safe
def verify_shown(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder's own code opens, while it lives."""
    return verify(request, token)


@csrf_exempt  # nothing is changed or kept, and a public page carries no token
@require_http_methods(["GET", "HEAD", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """Is this file as it was signed? The file is looked at and forgotten."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, object] = {"form": form}
    if request.method == "POST":
        limits.check(request, "file", limits.FILES)
        limits.count(request, "file")
        if form.is_valid():
            found = check(form.cleaned_data["file"])
            context |= {"checked": found, "known": register.find(found.digest)}
    status = 422 if form.errors else 200
    return render(request, "licences/verify_file.html", context, status=status)


def _pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep, under a name of any characters (RFC 6266)."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename=\"licence.pdf\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response
