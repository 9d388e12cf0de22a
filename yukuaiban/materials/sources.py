"""Where a document may come from without the person handing it in: the wallet and registers.

Domains above register; this one knows only the shapes. Law: 国务院关于在线政务服务的若干规定 第七条 (what can be had by
sharing may not be asked for again), 第十条, 第十一条 (electronic licences count); 重庆市优化营商环境条例 第四十四条.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

Row = tuple[str, str, str]  # name in Chinese, in English, value


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """A valid electronic licence in the holder's wallet.

    Attributes:
        identifier: 电子证照标识, or whatever names it for ever.
        rows: What it says, for the officer.
        digest: Its file in the storage, where it has one (a PDF); `pages` of it.
    """

    identifier: str
    title: dict[str, str]
    number: str
    issuer: str
    valid_until: date | None = None
    rows: Sequence[Row] = ()
    digest: str = ""
    pages: int = 0
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """What a register says about a party."""

    title: dict[str, str]
    keeper: dict[str, str]  # the department that keeps the register
    rows: Sequence[Row]
    as_of: datetime
    is_sample: bool = False


class Register(Protocol):
    """A register that the platform holds or may ask."""

    def lookup(self, party_id: int) -> RegisterAnswer | None:
        """What it says about a party; None when it knows nothing. Raises: RegisterSilent."""


class RegisterSilent(Exception):
    """The register did not answer: the person may hand the document in himself instead."""


Wallet = Callable[[int, str], Sequence[HeldLicence]]

_wallets: list[Wallet] = []
_registers: dict[str, Register] = {}
_connecting: list[Callable[[], None]] = []


def register_wallet(wallet: Wallet) -> None:
    """A function (party, licence type) -> valid licences."""
    if wallet not in _wallets:
        _wallets.append(wallet)


def register_register(key: str, answering: Register) -> None:
    """Connect a register under the key that items use."""
    _registers[key] = answering


def licences(party_id: int, licence_type: str) -> list[HeldLicence]:
    return [licence for wallet in _wallets for licence in wallet(party_id, licence_type)]


def connect_at_first_use(connect: Callable[[], None]) -> None:
    """Have registers connected when one is first asked for: reading packs must not slow the start."""
    _connecting.append(connect)


def register_for(key: str) -> Register | None:
    return registers().get(key)


def registers() -> dict[str, Register]:
    """Every register that is connected."""
    while _connecting:
        _connecting.pop(0)()
    return dict(_registers)
