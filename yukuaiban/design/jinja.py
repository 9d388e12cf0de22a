"""The Jinja2 environment of every page and letter, and the renderer of Django forms."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from typing import Any, NoReturn

import segno
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms.renderers import TemplatesSetting
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils import translation
from django.utils.html import json_script
from jinja2 import Environment, Undefined
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

from yukuaiban.config.languages import html_lang, other
from yukuaiban.design import formats


class Unnamed(Undefined):
    """A name that was not given: false in a condition, an error when printed, so that no blank is an accident."""

    def _refuse(self) -> NoReturn:
        raise UndefinedError(self._undefined_message)

    def __str__(self) -> str:
        self._refuse()

    def __html__(self) -> str:
        self._refuse()


class FormRenderer(TemplatesSetting):
    """Django forms in our field markup; the widgets are Django's own, from its Jinja2 folder."""

    form_template_name = "design/forms/form.html"
    field_template_name = "design/forms/field.html"
    formset_template_name = "design/forms/formset.html"


def url(name: str, *args: Any, query: Any = None, fragment: str | None = None, **kwargs: Any) -> str:
    """The address of a page in the language of this page."""
    if not (args or kwargs or query or fragment):
        return _fixed_url(name, translation.get_language(), get_urlconf())
    return reverse(name, args=args or None, kwargs=kwargs or None, query=query, fragment=fragment)


@cache
def _fixed_url(name: str, language: str | None, urlconf: str | None) -> str:
    """An address without parameters is the same on every page of a language, and each page has a dozen."""
    return reverse(name, urlconf=urlconf)


def url_or_none(name: str, *args: Any, **kwargs: Any) -> str:
    """The address, or an empty text where this installation has no such page."""
    try:
        return url(name, *args, **kwargs)
    except NoReverseMatch:
        return ""


def static(path: str) -> str:
    """The address of a static file; with its hash in the name once the files were collected."""
    if not getattr(staticfiles_storage, "hashed_files", True):  # nothing collected yet
        return f"{settings.STATIC_URL}{path}"
    return _collected(path)


@cache
def _collected(path: str) -> str:
    return staticfiles_storage.url(path)


def qr_svg(text: str, *, error: str = "m") -> Markup:
    """A QR code as inline SVG: sharp on paper, no request, no inline style."""
    out = io.BytesIO()
    segno.make(text, error=error, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, svgclass="qr", lineclass=None, border=2
    )
    return Markup(out.getvalue().decode())  # noqa: S704  # segno writes numbers only


def is_markup(name: str | None) -> bool:
    """Whether what a template gives is HTML, where `<` must be escaped; mails and downloads are text."""
    return not (name or "").endswith((".txt", ".csv", ".js"))


def environment(**options: Any) -> Environment:
    """What every template can use without an import."""
    options["undefined"] = Unnamed
    options["autoescape"] = is_markup
    env = Environment(  # noqa: S701  # autoescape is among the options
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        **options,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(
        url=url,
        url_or_none=url_or_none,
        static=static,
        qr_svg=qr_svg,
        json_script=json_script,  # data for a script; no code, so the content security policy lets it stand
        language=lambda: (translation.get_language() or "zh")[:2],
        html_lang=lambda: html_lang(translation.get_language()),
        other_language=lambda: other(translation.get_language()),
        city_hotline="12345",
    )
    env.filters.update(
        date=formats.date_text,
        date_short=formats.date_short,
        datetime=formats.datetime_text,
        time=formats.time_text,
        iso=formats.iso,
        money=formats.money,
        relative_day=formats.relative_day,
        working_days_left=formats.working_days_left,
        masked=formats.masked,
        masked_name=formats.masked_name,
        file_size=formats.file_size,
        device=formats.device_name,
        digest=lambda text: hashlib.sha256(text.encode()).hexdigest()[:12],
        pick=pick,
        named=named,
    )
    return env


def named(thing: Any) -> Any:
    """The name of a place, a body or a service (`name_zh`, `name_en`) in the language of the page, as `pick` gives it."""
    read = thing.get if isinstance(thing, dict) else lambda name: getattr(thing, name, "")
    return pick({"zh": read("name_zh"), "en": read("name_en")})


def pick(pair: Any) -> Any:
    """`{zh: ..., en: ...}` in the language of the page; Chinese, marked as such, where there is no English."""
    if not isinstance(pair, dict):
        return pair
    if formats.is_chinese():
        return pair.get("zh") or pair.get("en") or ""
    if pair.get("en"):
        return pair["en"]
    return Markup('<span lang="zh-Hans">{}</span>').format(pair.get("zh") or "")
