"""What can go wrong with a letter."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yukuaiban.config.errors import DomainError, NotFound


class LetterIncomplete(DomainError):
    """The context lacks what the kind needs: a fault of the caller."""

    code, status = "letter.incomplete", 500

    def __init__(self, kind: str, missing: Sequence[str]) -> None:
        super().__init__(
            _("文书“{kind}”缺少内容：{missing}。").format(kind=kind, missing="、".join(missing)),
            details={"kind": str(kind), "missing": list(missing)},
        )


class LetterNotFound(NotFound):
    code = "letter.not_found"
