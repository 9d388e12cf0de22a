"""The look: tokens, components, page skeletons, translation."""

from __future__ import annotations

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "yukuaiban.design"
    label = "design"

    def ready(self) -> None:
        from yukuaiban.design.translations import compile_messages

        compile_messages()
