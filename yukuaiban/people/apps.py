"""People: what is heard from other apps, and the entries in the account menu."""

from collections.abc import Callable, Iterable

from django.apps import AppConfig
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yukuaiban.design import navigation


def works_as(*roles: str) -> Callable[[HttpRequest], bool]:
    """Whether an entry is for the post the officer works from."""

    def shown_to(request: HttpRequest) -> bool:
        from yukuaiban.people import passes

        found = passes.identify(request)
        return found is not None and found.post is not None and found.post.role in roles

    return shown_to


def without_second_factor(request: HttpRequest) -> Iterable[navigation.Banner]:
    """In a demonstration officers may work without a second factor, and every page of the desk says so."""
    if not settings.OFFICER_MFA_REQUIRED and "/desk/" in request.path:
        yield navigation.Banner("demo", _("进入岗位未要求二次验证：正式运行时必须设置。"))


class PeopleConfig(AppConfig):
    name = "yukuaiban.people"

    def ready(self) -> None:
        from yukuaiban.people import exports, key_rotation, listeners, looks, passes, staff, tidying
        from yukuaiban.vault import rotation

        listeners.connect()
        tidying.register()
        rotation.also("second factors", key_rotation.second_factors)
        exports.register("people", exports.people)
        looks.register(looks.Log("records", _("查看个人信息"), staff.records_read, staff.record_read))
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
        navigation.add("foot", _("服务协议与个人信息处理规则"), "people:rules", order=90)
        navigation.add_banners(without_second_factor)
        navigation.viewers_from(passes.identify)
        navigation.add("desk", _("更正与监护"), "people:requests", order=70, shown_to=works_as("window", "handler"))
        navigation.add("desk", _("岗位安排"), "people:posts", order=80, shown_to=works_as("supervisor"))
        navigation.add("desk", _("审计日志"), "people:log", order=90, shown_to=works_as("auditor"))
