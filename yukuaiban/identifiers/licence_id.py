"""电子证照标识 identifier of an electronic licence (GB/T 36904-2018).

    1.2.156.3005.2 . type 21 . issuer 18 . serial . version 3 . check
    type   = credit code of the body that owns the licence type + 3 characters
    issuer = credit code of the body that issued this licence
    check  = ISO 7064 hybrid MOD 37,36 over the four parts before it, without dots

Right on five of six public samples, the sixth being most likely made up. Credit codes inside are not checked again:
the check character covers them, and samples hold some from before the credit code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, text
from yukuaiban.identifiers.errors import IdentifierError, accepts

ROOT = "1.2.156.3005.2"
_SHAPE = re.compile(
    r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{18})\.([0-9A-Z]{1,32})\.([0-9]{3})\.([0-9A-Z])", re.ASCII
)


@dataclass(frozen=True, slots=True)
class LicenceId:
    type_code: str
    issuer: str
    serial: str
    version: int
    check: str

    @property
    def text(self) -> str:
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check}"

    def __str__(self) -> str:
        return self.text

    def next_version(self) -> LicenceId:
        """A change of a licence makes a new version under the same serial; the old one lapses."""
        return make(type_code=self.type_code, issuer=self.issuer, serial=self.serial, version=self.version + 1)


def make(*, type_code: str, issuer: str, serial: str, version: int = 1) -> LicenceId:
    """A new identifier with its check character.

    Raises:
        ValueError: the parts do not fit the scheme; they come from our own tables, so this is no user's error.
    """
    if not 1 <= version <= 999:
        raise ValueError(f"version {version} is not between 1 and 999")
    check = checks.mod_37_36(f"{type_code}{issuer}{serial}{version:03d}")
    made = LicenceId(type_code, issuer, serial, version, check)
    if not _SHAPE.fullmatch(made.text):
        raise ValueError(f"{made.text} is not the identifier of an electronic licence")
    return made


def parse(identifier: str) -> LicenceId:
    value = "".join(text.half_width(identifier).upper().split())
    if not value:
        raise IdentifierError("licence_id.empty", _("请填写电子证照标识。"))
    found = _SHAPE.fullmatch(value)
    if not found:
        raise IdentifierError(
            "licence_id.shape",
            _(
                "电子证照标识应以 1.2.156.3005.2. 开头，后面是"
                "用点隔开的类型、颁发机构、流水号、版本号和校验位。请扫描证照上的二维码，或从证照上完整抄写。"
            ),
        )
    type_code, issuer, serial, version, check = found.groups()
    if checks.mod_37_36(type_code + issuer + serial + version) != check:
        raise IdentifierError(
            "licence_id.check",
            _("电子证照标识的校验位不对，至少有一位写错了。请对照证照逐位核对。"),
            position=len(value),
        )
    return LicenceId(type_code, issuer, serial, int(version), check)


is_valid = accepts(parse)


def mask(identifier: str) -> str:
    """The serial is hidden but for its last four characters; what kind of licence and whose stays readable."""
    try:
        found = parse(identifier)
    except IdentifierError:
        return text.cover(text.tidy(identifier), head=0, tail=4)
    serial = text.cover(found.serial, head=0, tail=min(4, len(found.serial) // 2))
    return f"{ROOT}.{found.type_code}.{found.issuer}.{serial}.{found.version:03d}.{found.check}"
