"""The portal's entries in the navigation, and what stands above every page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "yukuaiban.portal"

    def ready(self) -> None:
        from yukuaiban.design import navigation
        from yukuaiban.portal import selectors

        navigation.add("main", _("首页"), "portal:home", icon="home", order=10)
        navigation.add("main", _("找事项"), "portal:search", icon="search", order=20)
        navigation.add("main", _("我的办件"), "cases:mine", icon="folder", order=30)
        navigation.add("main", _("证照"), "licences:wallet", icon="wallet", order=40)
        navigation.add("main", _("我的"), "people:me", icon="person", order=50)
        navigation.add("foot", _("帮助"), "portal:help", icon="help", order=10)
        navigation.add("foot", _("按编号查办件"), "cases:track", icon="search", order=20)
        navigation.add_banners(selectors.banners)
