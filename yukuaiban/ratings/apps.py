"""Ratings: part of a person's copy of all his data."""

from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "yukuaiban.ratings"

    def ready(self) -> None:
        from yukuaiban.people import exports
        from yukuaiban.ratings.services import export

        exports.register("ratings", export)
