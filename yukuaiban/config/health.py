"""For whoever watches over the service: is the process alive, is it ready to serve."""

from __future__ import annotations

from functools import cache

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing of the database, so that a database restart does not restart the web."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has every migration of this program; 503 and the reason otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            missing = len(migrations_of_this_program() - set(cursor.fetchall()))
    except Error:
        connection.close()
        return JsonResponse({"database": "unreachable", "migrations": "unknown"}, status=503)
    if missing:
        return JsonResponse({"database": "ok", "migrations": f"{missing} missing"}, status=503)
    return JsonResponse({"database": "ok", "migrations": "ok"})


@cache
def migrations_of_this_program() -> frozenset[tuple[str, str]]:
    """Every (app, name) that should be applied; read from the files once per process."""
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations)
