"""What an item asks for, as far as this domain needs to know, and who may hand it in for which matter.

`Slot` is the shape of `items.schema.MaterialSlot`. A matter is whatever collects materials: a case; later perhaps an
application for a policy. Its domain registers how a request reaches it, so this domain knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yukuaiban import conditions
from yukuaiban.config.errors import NotFound
from yukuaiban.people.actors import Actor


class Words(Protocol):
    """A text in both languages."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


class Slot(Protocol):
    """申请材料: one thing to be shown."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Words: ...
    @property
    def help(self) -> Words | None: ...
    @property
    def standard(self) -> Words | None: ...
    @property
    def form(self) -> str: ...
    @property
    def necessity(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def accept(self) -> Sequence[str]: ...
    @property
    def max_mb(self) -> int: ...
    @property
    def max_files(self) -> int: ...
    @property
    def when(self) -> dict[str, Any] | None: ...
    @property
    def licence_type(self) -> str | None: ...
    @property
    def register(self) -> str | None: ...
    @property
    def commitment(self) -> bool: ...
    @property
    def reuse_days(self) -> int | None: ...
    @property
    def basis(self) -> str | None: ...
    @property
    def status(self) -> str: ...


def pair(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def type_of(slot: Slot) -> str:
    """What makes two slots of two items ask for the same document: its licence type, its register, or its name."""
    return slot.licence_type or slot.register or slot.title.zh


def is_asked(slot: Slot, answers: Mapping[str, Any]) -> bool:
    """Whether the answers make this slot one that is asked for; unknown counts as no, as with fields."""
    return slot.when is None or conditions.evaluate(conditions.parse(slot.when), answers) is True


def is_online(slot: Slot) -> bool:
    """Whether it can be handed in here; paper is brought to the window."""
    return slot.form != "paper"


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter as one person reached it.

    Attributes:
        subject: The chain's number.
        owner_id: The party whose documents are shown: the applicant.
        reference: The matter's number, as people know it.
        purpose: The item, in both languages.
        open_slots: Keys of the slots that may be changed now; None means all, empty none.
        back_url: Where the slots stand on a page.
    """

    subject: int
    owner_id: int
    reference: str
    purpose: dict[str, str]
    by: Actor
    slots: Sequence[Slot]
    answers: Mapping[str, Any] = field(default_factory=dict)
    open_slots: Collection[str] | None = None
    back_url: str = "/"

    def slot(self, key: str) -> Slot:
        """A slot that is asked for. Raises: NotFound."""
        for slot in self.slots:
            if slot.key == key and is_asked(slot, self.answers):
                return slot
        raise NotFound(_("这个事项现在不要求这份材料。请返回材料页查看。"))

    def is_open(self, slot: Slot) -> bool:
        return is_online(slot) and (self.open_slots is None or slot.key in self.open_slots)


Resolve = Callable[[HttpRequest, int], Matter | None]
MayRead = Callable[[HttpRequest, int], Actor | None]
_resolvers: list[tuple[Resolve, MayRead]] = []


def register(resolve: Resolve, may_read: MayRead) -> None:
    """Let a domain's matters collect materials.

    Args:
        resolve: The matter of a subject for the person of a request who may hand in for it; None for a stranger.
        may_read: The officer of a request who may read what was handed in for a subject; None for anybody else.
    """
    if (resolve, may_read) not in _resolvers:
        _resolvers.append((resolve, may_read))


def matter(request: HttpRequest, subject: int) -> Matter:
    """The matter, for somebody who may hand in for it. Raises: NotFound."""
    for resolve, _may_read in _resolvers:
        found = resolve(request, subject)
        if found is not None:
            return found
    raise NotFound(_("没有这个办件，或您无权查看。请核对编号。"))


def reader(request: HttpRequest, subject: int) -> Actor | None:
    """The officer who may read what was handed in for a subject, or None."""
    found = (may_read(request, subject) for _resolve, may_read in _resolvers)
    return next((actor for actor in found if actor is not None), None)
