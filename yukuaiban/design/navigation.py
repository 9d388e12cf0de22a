"""What stands in the header, the foot and above the page. Faces and domains register; this floor knows none of them.

    # portal/apps.py, in ready()
    navigation.add("main", _("我的办件"), "cases:mine", icon="folder", order=20)
    navigation.add_banners(outages_as_banners)

An entry whose address does not exist in this installation is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch

from yukuaiban.design.jinja import url

logger = logging.getLogger(__name__)

Place = Literal["main", "account", "foot", "desk"]


@dataclass(frozen=True)
class Entry:
    """One link. `label` is a lazy translation; a page says which entry it belongs to: `{% set here = key %}`."""

    label: Any
    url_name: str
    icon: str = ""
    order: int = 100
    key: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict, hash=False)
    shown_to: Callable[[HttpRequest], bool] | None = None

    @property
    def url(self) -> str:
        """Raises NoReverseMatch where this installation has no such page."""
        return url(self.url_name, **self.kwargs)


@dataclass(frozen=True)
class Banner:
    """A line above every page. Kinds: `info`, `warn`, `error`, `demo`."""

    kind: str
    text: Any
    link: str = ""
    link_text: Any = ""


_entries: dict[Place, list[Entry]] = {"main": [], "account": [], "foot": [], "desk": []}
_viewer_source: list[Callable[[HttpRequest], Any]] = []
_banner_sources: list[Callable[[HttpRequest], Iterable[Banner]]] = []


def add(
    place: Place,
    label: Any,
    url_name: str,
    *,
    icon: str = "",
    order: int = 100,
    shown_to: Callable[[HttpRequest], bool] | None = None,
    **kwargs: Any,
) -> None:
    """Put a link into the main navigation, the account menu, the foot of the page or the desk's bar. Twice is once."""
    known = [e for e in _entries[place] if (e.url_name, e.kwargs) != (url_name, kwargs)]
    entry = Entry(label, url_name, icon, order, url_name, kwargs, shown_to)
    _entries[place] = sorted([*known, entry], key=lambda e: e.order)


def add_banners(source: Callable[[HttpRequest], Iterable[Banner]]) -> None:
    """Register a function that says which banners stand above this page now. It must be cheap: every page asks."""
    if source not in _banner_sources:
        _banner_sources.append(source)


def viewers_from(source: Callable[[HttpRequest], Any]) -> None:
    """Register how one knows who is signed in (something that is true, or None) without reading more than needed."""
    _viewer_source[:] = [source]


def viewer(request: HttpRequest) -> Any:
    """Who is signed in; by Django's own account where nobody registered a better way."""
    if _viewer_source:
        return _viewer_source[0](request)
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def entries(place: Place, request: HttpRequest) -> Iterator[Entry]:
    """The links of a place that exist here and are for this person."""
    for entry in _entries[place]:
        if entry.shown_to is not None and not entry.shown_to(request):
            continue
        try:
            entry.url  # noqa: B018  # asks whether the address exists
        except NoReverseMatch:
            continue
        yield entry


def banners(request: HttpRequest) -> list[Banner]:
    """All banners for this page. A source that fails is logged and left out: an error page needs no database."""
    shown: list[Banner] = []
    for source in _banner_sources:
        try:
            shown.extend(source(request))
        except Exception:
            logger.exception("A source of banners failed: %s", source)
    return shown
