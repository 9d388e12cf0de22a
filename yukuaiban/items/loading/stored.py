"""The files of loads, as the database keeps them: each once, by its digest."""

from __future__ import annotations

from collections.abc import Mapping

from yukuaiban.items.loading.models import PackFile, PackLoad
from yukuaiban.items.loading.pack import Pack


def last_published() -> PackLoad | None:
    return (
        PackLoad.objects.filter(state=PackLoad.State.PUBLISHED, kind=PackLoad.Kind.PACK)
        .order_by("-published_at")
        .first()
    )


def stored_files(manifest: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a load, as they were when it was proposed."""
    stored = PackFile.objects.in_bulk(list(set(manifest.values())))
    return {name: bytes(stored[digest].content) for name, digest in manifest.items()}


def keep_files(pack: Pack) -> None:
    """Store the files of a pack; those that are there already stay."""
    PackFile.objects.bulk_create(
        [PackFile(digest=pack.manifest[name], content=content) for name, content in pack.files.items()],
        ignore_conflicts=True, batch_size=100,
    )  # fmt: skip
