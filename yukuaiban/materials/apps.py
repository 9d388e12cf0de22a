"""Materials: the sandbox of registers where nothing real is connected, and the banner of a scanner that is off."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import AppConfig
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yukuaiban.design import navigation
from yukuaiban.design.navigation import Banner


class MaterialsConfig(AppConfig):
    name = "yukuaiban.materials"

    def ready(self) -> None:
        from yukuaiban.materials import exports, retention, sandbox, selectors, sources
        from yukuaiban.people import exports as copies
        from yukuaiban.people import looks

        copies.register("materials", exports.export)
        looks.register(looks.Log("materials", _("查阅材料"), selectors.reads_in_department, selectors.read_as_logged))
        retention.register()
        if not settings.PRODUCTION:
            sources.connect_at_first_use(sandbox.connect)
        navigation.add("account", _("我的数据用在哪里"), "materials:data_use", icon="eye", order=60)
        navigation.add_banners(_scanner_banner)


def _scanner_banner(request: HttpRequest) -> Iterator[Banner]:
    """On the desk only: an officer opens what others uploaded and must know whether anything looked at it."""
    if "/desk/" not in request.path:
        return
    from yukuaiban.materials.antivirus import State, antivirus_status

    status = antivirus_status()
    if status.state is not State.WORKING:
        yield Banner("warn" if status.state is State.OFF else "error", status.text)
