"""The engine's app: tells the chain where the heads of cases stand."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "yukuaiban.cases"

    def ready(self) -> None:
        from yukuaiban.chain import heads

        heads.register("case", "cases_case")
