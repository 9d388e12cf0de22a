"""The steps of logging in where ours differ from allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import stages


class EmailVerificationStage(stages.EmailVerificationStage):  # type: ignore[misc]
    """An account with a proved phone need not prove an e-mail, unless that is what it logs in with."""

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        if user is not None and user.phone_verified_at is not None and not self.login.email:
            return None, True
        return super().handle()  # type: ignore[no-any-return]
