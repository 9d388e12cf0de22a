"""The desk's entries in its own bar."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: The roles that cases come to.
CASEWORK = ("window", "handler", "approver")


class DeskConfig(AppConfig):
    name = "yukuaiban.desk"

    def ready(self) -> None:
        from yukuaiban.design import navigation
        from yukuaiban.people.apps import works_as

        on_cases = works_as(*CASEWORK)
        navigation.add("desk", pgettext_lazy("desk", "办件"), "desk:work", order=10, shown_to=on_cases)
        navigation.add("desk", _("打印文书"), "desk:letters", order=20, shown_to=on_cases)
        navigation.add("desk", _("证照"), "desk:licences", order=25, shown_to=works_as("approver"))
        navigation.add("desk", _("差评"), "desk:ratings", order=27, shown_to=works_as("handler", "supervisor"))
        navigation.add("desk", _("事项"), "desk:items", order=40, shown_to=works_as("editor"))
        navigation.add("desk", pgettext_lazy("desk", "待发布"), "desk:proposals", order=45, shown_to=works_as("editor"))
        navigation.add("desk", _("公告"), "desk:announcements", order=95)
        navigation.add("account", _("工作台"), "desk:work", icon="grid", order=5, shown_to=_is_officer)


def _is_officer(request: object) -> bool:
    from yukuaiban.people import passes

    seen = passes.identify(request)  # type: ignore[arg-type]
    return bool(seen and seen.is_officer)
