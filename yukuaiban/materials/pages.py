"""Handing in and looking at documents. Each act works as a plain form; htmx only saves the reload of the page."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.contrib import messages as toasts
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban import storage
from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.fragments import wants_fragment
from yukuaiban.config.now import now
from yukuaiban.materials import errors, limited, selectors, services, slots
from yukuaiban.materials.inspection.kinds import CONTENT_TYPES, EXTENSIONS, Kind
from yukuaiban.materials.models import MaterialRead, MaterialUse
from yukuaiban.materials.selectors import Look
from yukuaiban.materials.slots import Matter, Slot
from yukuaiban.materials.uploads import SealedUploads
from yukuaiban.vault import sm3

PAGE_WIDTH = 1200
SMALL_WIDTH = 240
PRIVATE = "private, max-age=600"
# What is shown is somebody else's file: it may load nothing, run nothing, and be framed by nobody but our own pages.
SEALED_OFF = "default-src 'none'; frame-ancestors 'self'; sandbox"
# A browser's own viewer of PDFs does not start in a sandbox; scripts in PDFs are refused when they are handed in.
SEALED_OFF_PDF = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"


# --- handing in -------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def slot(request: HttpRequest, subject: int, slot: str) -> HttpResponse:
    """One slot by itself: a page, or the fragment of a larger one."""
    matter = slots.matter(request, subject)
    return _slot(request, matter, matter.slot(slot))


@csrf_exempt  # for a moment: the handler must stand before the body is read; `_upload` checks the token
@login_required
@require_POST
def upload(request: HttpRequest, subject: int, slot: str) -> HttpResponse:
    """Take in one or several files; each is streamed into the storage while it arrives."""
    matter = slots.matter(request, subject)
    wanted = matter.slot(slot)
    handler = SealedUploads(request, limit=wanted.max_mb * services.MEGABYTE, most=wanted.max_files)
    request.upload_handlers = [handler]
    return _upload(request, matter, wanted, handler)


@csrf_protect
def _upload(request: HttpRequest, matter: Matter, slot: Slot, handler: SealedUploads) -> HttpResponse:
    files = request.FILES.getlist("file")
    problems = []
    if handler.problem is not None:
        problems.append(str(handler.problem))
    elif not files:
        problems.append(_("请先选择文件。"))
    for file in files:
        try:
            if file.problem is not None:  # type: ignore[attr-defined]
                raise file.problem  # type: ignore[attr-defined]
            services.material_upload(matter=matter, slot=slot, received=file.received, name=file.name, at=now())  # type: ignore[attr-defined, arg-type]
        except DomainError as error:
            problems.append(f"{file.name}：{error}" if len(files) > 1 else str(error))
    return _done(request, matter, slot, problems)


@login_required
@require_POST
def use_offer(request: HttpRequest, subject: int, slot: str) -> HttpResponse:
    """Answer a slot with what the platform found."""
    matter = slots.matter(request, subject)
    wanted = matter.slot(slot)
    problems = []
    try:
        services.material_use(
            matter=matter,
            slot=wanted,
            offer=request.POST.get("offer", ""),
            is_promised=request.POST.get("promised") == "yes",
            at=now(),
        )
    except DomainError as error:
        problems.append(str(error))
    return _done(request, matter, wanted, problems)


@login_required
@require_POST
def use_all(request: HttpRequest, subject: int) -> HttpResponse:
    """Everything the platform holds already, by one tap."""
    matter = slots.matter(request, subject)
    count = len(services.material_use_all(matter=matter, at=now()))
    toasts.success(request, ngettext("已使用 %(n)d 份已有材料。", "已使用 %(n)d 份已有材料。", count) % {"n": count})
    return redirect(matter.back_url)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, subject: int, slot: str, number: str) -> HttpResponse:
    """Take something back; asks first."""
    matter = slots.matter(request, subject)
    wanted = matter.slot(slot)
    if request.method == "POST":
        services.material_remove(matter=matter, slot=wanted, number=number)
        return _done(request, matter, wanted, [])
    view = _view(matter, wanted)
    shown = next((use for use in view.uses if use.number == number), None)
    if shown is None:
        raise NotFound(_("这份材料已经不在了。请刷新页面。"))
    return render(request, "materials/remove.html", {"view": view, "shown": shown, "back": _back(matter, wanted)})


def _done(request: HttpRequest, matter: Matter, slot: Slot, problems: list[str]) -> HttpResponse:
    if problems or wants_fragment(request):
        return _slot(request, matter, slot, problems)
    return redirect(_back(matter, slot))


def _back(matter: Matter, slot: Slot) -> str:
    return f"{matter.back_url}#material-{slot.key}"


def _view(matter: Matter, slot: Slot) -> selectors.SlotView:
    (view,) = selectors.slots_of(matter.subject, [slot], matter.answers, by=matter.by, party_id=matter.owner_id)
    return view


def _slot(request: HttpRequest, matter: Matter, slot: Slot, problems: list[str] | None = None) -> HttpResponse:
    context = {
        "view": _view(matter, slot),
        "matter": matter,
        "is_open": matter.is_open(slot),
        "problems": problems or [],
        "back": _back(matter, slot),
    }
    template = "materials/slot_fragment.html" if wants_fragment(request) else "materials/slot.html"
    return render(request, template, context, status=422 if problems else 200)


# --- looking ----------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def use(request: HttpRequest, number: str) -> HttpResponse:
    """What was handed in or found: its pages as pictures, or what it says; where it came from."""
    seen = selectors.look(request, number)
    selectors.record_read(seen, MaterialRead.What.SHOWN, at=now())
    return render(
        request,
        "materials/use.html",
        {"use": seen.use, "shown": selectors.shown(seen.use), "is_officer": seen.officer is not None},
    )


@login_required
@require_safe
def page(request: HttpRequest, number: str, page: int) -> HttpResponse:
    """A page as a picture; what an officer sees carries its purpose. `?small` for a list."""
    seen = selectors.look(request, number)
    if not 1 <= page <= seen.use.pages:
        raise NotFound(_("没有这一页。"))
    width = SMALL_WIDTH if "small" in request.GET else PAGE_WIDTH
    etag = f'"{seen.use.digest[:32]}-{page}-{width}-{sm3(seen.stamp.encode()).hex()[:16]}"'
    selectors.record_read(seen, MaterialRead.What.SHOWN, at=now())
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    with storage.open_file(seen.use.digest) as file:
        try:
            content_type, data = limited.draw(file, Kind(seen.use.kind), page=page, width=width, stamp=seen.stamp)
        except limited.Undrawable:
            raise errors.NotDrawable(_("这一页无法预览，请下载后查看。")) from None
    return _sealed_off(HttpResponse(data), content_type, etag=etag)


@login_required
@require_safe
def copy(request: HttpRequest, number: str) -> HttpResponse:
    """The whole document with its purpose stamped on every page, to keep or to print."""
    seen = _with_file(request, number)
    selectors.record_read(seen, MaterialRead.What.COPY, at=now())
    stamp = seen.stamp or f"仅供办理“{seen.use.purpose['zh']}”使用\n{seen.use.reference}"
    with storage.open_file(seen.use.digest) as file:
        try:
            content_type, data = limited.stamped_copy(file, Kind(seen.use.kind), pages=seen.use.pages, stamp=stamp)
        except limited.Undrawable:
            raise errors.NotDrawable(_("这份文件无法加盖水印，请查看原件。")) from None
    name = _name(seen.use, ".pdf" if content_type == "application/pdf" else ".jpg", suffix=_("副本"))
    return _sealed_off(HttpResponse(data), content_type, name=name, attachment=True)


@login_required
@require_safe
def original(request: HttpRequest, number: str) -> HttpResponse:
    """The bytes as they were handed in. `?inline` shows them in the browser instead of saving."""
    seen = _with_file(request, number)
    selectors.record_read(seen, MaterialRead.What.ORIGINAL, at=now())
    kind = Kind(seen.use.kind)
    return _file(
        storage.open_file(seen.use.digest),
        kind,
        _name(seen.use, EXTENSIONS[kind]),
        attachment="inline" not in request.GET,
    )


@login_required
@require_safe
def earlier(request: HttpRequest, number: str) -> HttpResponse:
    """A document of one's own that was handed in before, to see what is being offered."""
    material = selectors.material_for_party(request.user, number)  # type: ignore[arg-type]
    return _file(storage.open_file(material.digest), Kind(material.kind), material.name, attachment=False)


def _with_file(request: HttpRequest, number: str) -> Look:
    seen = selectors.look(request, number)
    if not seen.use.digest:
        raise NotFound(_("这一项没有文件。"))
    return seen


def _name(use: MaterialUse, ending: str, *, suffix: str = "") -> str:
    stem = use.material.name.rpartition(".")[0] if use.material else use.slot_title["zh"]
    return f"{stem}{f'（{suffix}）' if suffix else ''}{ending}"


def _file(file: BinaryIO, kind: Kind, name: str, *, attachment: bool) -> HttpResponse:
    response = FileResponse(file)
    return _sealed_off(response, CONTENT_TYPES[kind], name=name, attachment=attachment)


def _sealed_off(
    response: Any, content_type: str, *, name: str = "", attachment: bool = False, etag: str = ""
) -> HttpResponse:
    """Headers of every answer that holds somebody's file."""
    response["Content-Type"] = content_type
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SEALED_OFF_PDF if content_type == "application/pdf" else SEALED_OFF
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = PRIVATE if etag else "private, no-store"
    response["Content-Disposition"] = content_disposition_header(attachment, name) if name else "inline"
    if etag:
        response["ETag"] = etag
    return response  # type: ignore[no-any-return]


# --- the person's own log ---------------------------------------------------------------------------------------------


@login_required
@require_safe
def data_use(request: HttpRequest) -> HttpResponse:
    """For what my documents and data were used, and who looked at them. Law: 个人信息保护法 第四十四条, 第四十五条."""
    found = selectors.data_use(request.user, after=request.GET.get("after") or None)  # type: ignore[arg-type]
    more = f"{reverse('materials:data_use')}?after={found.after}" if found.after else None
    return render(request, "materials/data_use.html", {"uses": found.uses, "more": more})
