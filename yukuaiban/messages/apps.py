"""Messages and letters; the label differs because django.contrib.messages has the short one."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "yukuaiban.messages"
    label = "messaging"
