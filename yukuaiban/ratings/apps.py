"""Ratings: part of a person's copy of all his data, and of what is erased with a case."""

from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "yukuaiban.ratings"

    def ready(self) -> None:
        from yukuaiban.cases import retention
        from yukuaiban.people import exports
        from yukuaiban.ratings import holders

        exports.register("ratings", holders.export)
        retention.also_erase(holders.erase_for)
