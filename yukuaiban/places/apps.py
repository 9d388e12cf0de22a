"""Places: what is remembered is forgotten when a division is saved."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "yukuaiban.places"

    def ready(self) -> None:
        from yukuaiban.design import navigation
        from yukuaiban.places.models import Division
        from yukuaiban.places.selectors import DIVISIONS

        def forget(**kwargs: Any) -> None:
            DIVISIONS.clear()

        for signal in (post_save, post_delete):
            signal.connect(forget, sender=Division, weak=False, dispatch_uid="places.forget_divisions")
        navigation.add("foot", _("政务服务大厅"), "places:halls", icon="hall", order=30)
