"""People: what is heard from other apps, and the entries in the account menu."""

from collections.abc import Callable

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


def works_as(*roles: str) -> Callable[[HttpRequest], bool]:
    """Whether an entry is for the post the officer works from."""

    def shown_to(request: HttpRequest) -> bool:
        from yukuaiban.people import passes

        found = passes.identify(request)
        return found is not None and found.post is not None and found.post.role in roles

    return shown_to


class PeopleConfig(AppConfig):
    name = "yukuaiban.people"

    def ready(self) -> None:
        from yukuaiban.design import navigation
        from yukuaiban.people import exports, listeners

        listeners.connect()
        exports.register("people", exports.people)
        for order, (label, name, icon) in enumerate(
            [
                (_("我的"), "people:me", "person"),
                (_("实名认证"), "people:real_name", "id-card"),
                (_("身份切换"), "people:identities", "users"),
                (_("家庭与委托"), "people:family", "heart-hand"),
                (_("账号与安全"), "people:security", "lock"),
                (_("个人信息"), "people:privacy", "eye"),
            ]
        ):
            navigation.add("account", label, name, icon=icon, order=order * 10)
        navigation.add("desk", _("更正与监护"), "people:requests", order=70, shown_to=works_as("window", "handler"))
        navigation.add("desk", _("岗位安排"), "people:posts", order=80, shown_to=works_as("supervisor"))
