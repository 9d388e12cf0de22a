"""Files stand under the vault's keys: a rotation of keys includes them."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "yukuaiban.storage"

    def ready(self) -> None:
        from yukuaiban.storage.store import rewrap
        from yukuaiban.vault import rotation

        rotation.also("files", rewrap)
