"""What the engine stores: the case, its work lists and timers, and the objects of its procedure."""

from yukuaiban.cases.models.bar import Bar
from yukuaiban.cases.models.case import Case
from yukuaiban.cases.models.procedure import (
    Correction,
    Extension,
    Hearing,
    HearingRight,
    LegalHold,
    Message,
    Pause,
    Remedy,
    SiteVisit,
    ThirdParty,
)
from yukuaiban.cases.models.work import Opinion, Step, Timer, Work

__all__ = [
    "Bar",
    "Case",
    "Correction",
    "Extension",
    "Hearing",
    "HearingRight",
    "LegalHold",
    "Message",
    "Opinion",
    "Pause",
    "Remedy",
    "SiteVisit",
    "Step",
    "ThirdParty",
    "Timer",
    "Work",
]
