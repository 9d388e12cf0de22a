"""Letters, as an app of their own: their rows do not depend on how messages are sent."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "yukuaiban.messages.letters"
    label = "letters"

    def ready(self) -> None:
        from yukuaiban.documents import register
        from yukuaiban.messages.letters import selectors

        register.register(selectors.known_document)
