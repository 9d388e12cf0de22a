"""The engine's app: tells the chain where the heads of cases stand."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "yukuaiban.cases"

    def ready(self) -> None:
        from yukuaiban.cases import holders, matters, retention, services, work  # noqa: F401 - services: timers know them from here on
        from yukuaiban.chain import heads
        from yukuaiban.materials import slots
        from yukuaiban.vault import rotation

        rotation.also_index("work", work.reindex)
        heads.register("case", "cases_case")
        retention.register()
        holders.connect()
        slots.register(matters.resolve, matters.may_read)
