"""What a file can be refused for, in words for the person who sent it."""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _

from yukuaiban.config.errors import DomainError, NotFound

log = structlog.get_logger("yukuaiban.storage")


class TooLarge(DomainError):
    """More bytes than the place allows."""

    code, status = "storage.too_large", 413

    def __init__(self, limit: int) -> None:
        message = _("文件超过 %(limit)s，没有保存。请压缩后再传，或者拆成几份。") % {"limit": readable_size(limit)}
        super().__init__(message, details={"limit": limit})


class StorageFull(DomainError):
    """No room left on the disk."""

    code, status = "storage.full", 507

    def __init__(self) -> None:
        super().__init__(_("系统的存储空间已满，文件没有保存。您已填写的内容都在，请稍后再传。"))


class StorageUnreachable(DomainError):
    """The place for files does not answer, or refuses us. `reason` is the sentence for the operator, and logged."""

    code, status = "storage.unreachable", 503

    def __init__(self, reason: str) -> None:
        self.reason = reason
        log.error("files unreachable", reason=reason)
        message = _("文件存储暂时连不上，文件没有保存，也打不开。您已填写的内容都在，请过几分钟再试。")
        super().__init__(message, details={"retry_after": 60})


class FileMissing(NotFound):
    """A row names a file that the storage does not hold."""

    code = "storage.missing"

    def __init__(self, digest: str) -> None:
        super().__init__(_("这份文件不在存储中，请联系平台运维人员从备份恢复。"), details={"digest": digest})


class FileDamaged(DomainError):
    """The bytes on the disk are not the bytes that were stored."""

    code, status = "storage.damaged", 500

    def __init__(self, digest: str) -> None:
        super().__init__(_("这份文件已损坏，请联系平台运维人员从备份恢复。"), details={"digest": digest})


def readable_size(size: int) -> str:
    """A size as people say it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"
