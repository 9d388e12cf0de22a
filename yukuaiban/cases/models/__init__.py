"""What the engine stores: the case, its work lists and timers, and the objects of its procedure."""

from yukuaiban.cases.models.case import Case
from yukuaiban.cases.models.procedure import (
    Correction,
    Extension,
    Hearing,
    Message,
    Pause,
    Remedy,
    SiteVisit,
    ThirdParty,
)
from yukuaiban.cases.models.work import Opinion, Step, Timer, Work

__all__ = [
    "Case",
    "Correction",
    "Extension",
    "Hearing",
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
