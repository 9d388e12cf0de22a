"""The calendar's entry at the foot of every page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarsConfig(AppConfig):
    name = "yukuaiban.calendars"

    def ready(self) -> None:
        from yukuaiban.design import navigation

        navigation.add("foot", _("工作日计算"), "calendars:workdays", icon="calendar", order=30)
