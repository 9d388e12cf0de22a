"""What the desk refuses beside what the services below it refuse."""

from __future__ import annotations

from typing import ClassVar

from yukuaiban.config.errors import DomainError


class ChangeWaits(DomainError):
    """The item has a change already that waits for a second person; `details["change"]` names it."""

    code: ClassVar[str] = "desk.change_waits"
    status: ClassVar[int] = 409


class ChangeDecided(DomainError):
    """The change was published or turned down already."""

    code: ClassVar[str] = "desk.change_decided"
    status: ClassVar[int] = 409


class ChangeOutrun(DomainError):
    """The item was changed by a load after the change was written: publishing would undo the load."""

    code: ClassVar[str] = "desk.change_outrun"
    status: ClassVar[int] = 409
