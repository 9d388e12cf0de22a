"""Pages and their parts have one source; this says which of the two a request wants."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, so that a part of the page is enough; no, where its middleware has not been passed."""
    asked: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(asked)
