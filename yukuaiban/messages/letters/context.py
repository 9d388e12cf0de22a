"""What a letter is made of: plain data, so that a letter can be made, tested and looked at without a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Body:
    """The body (机关) in whose name a letter is issued.

    Args:
        code_word: 机关代字, the first part of a document number.
        review_body: Who hears a review (复议) of its decisions; empty: described, not named.
        court: Which court hears a suit; empty: described, not named.
    """

    name: str
    code_word: str = "渝办"
    address: str = ""
    phone: str = ""
    review_body: str = ""
    court: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to correct: where, what is wrong and how to put it right, on what ground it is asked."""

    where: str
    what: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """One material that was handed in.

    Args:
        how: Where it came from or in which form: 上传, 电子证照调用, 数据共享, 原件 1 份, ...
    """

    name: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """One material that may follow later (容缺)."""

    name: str
    until: date


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a hearing or a delivery, and as what."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """The licence that follows a grant. `until` is the first day on which it no longer holds."""

    title: str
    number: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ServedDocument:
    """A document that was served, for the proof of service."""

    title: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContext:
    """Everything a letter may say; each kind names what it needs (`kinds.py`).

    Dates are the city's; days of a limit are working days unless said otherwise.

    Args:
        addressee: The full name of him to whom it is written.
        agent: Who filed for him, if somebody did.
        item_type: Code of 事项类型: 01 licence (行政许可), 05 benefit, 07 confirmation, ...
        case_number: Ours, as printed.
        made_at: Aware; the date of the letter, and the time of its signature.
        to_third_party: The addressee is one whose interests are at stake, not the applicant.
        occasion: 1 for the first letter of its kind in the case, 2 for the second (a second pause, ...).
        articles: What the letter rests on beyond its kind's article: the item's own basis, the ground of a refusal.
        is_sample: Sample data: the letter is marked 示例.
        is_bilingual: With an English line under the title.
    """

    body: Body
    addressee: str
    item_name: str
    case_number: str
    made_at: datetime
    item_type: str = "01"
    agent: str = ""
    to_third_party: bool = False
    occasion: int = 1
    verify_url: str = ""
    verify_code: str = ""
    articles: tuple[str, ...] = ()
    is_sample: bool = True
    is_bilingual: bool = False

    # the run of the case
    received_at: datetime | None = None
    accepted_on: date | None = None
    due_on: date | None = None
    is_due_provisional: bool = False  # a year's holiday notice is not out yet
    limit_days: int | None = None
    limit_unit: str = "working_day"
    materials: tuple[Material, ...] = ()

    # not taken, corrections, deferred materials
    corrections: tuple[Correction, ...] = ()
    hand_in_by: date | None = None
    deferred: tuple[Deferred, ...] = ()
    reasons: tuple[str, ...] = ()
    competent_body: str = ""

    # a falsehood: the article it is judged by, and the last day of the bar that it brings
    falsehood: str = ""
    barred_until: date | None = None

    # special procedures, extension
    special_kind: str = ""  # 听证, 检验, 检测, ...
    special_days: int | None = None
    special_from: date | None = None
    extension_days: int | None = None
    extension_unit: str = "working_day"
    extension_law: str = ""  # the item's own article; empty: told before it was kept, the kind's own
    approver: str = "head"  # calendars.reasons.APPROVERS
    approval: str = ""  # number of the government's document
    approved_on: date | None = None
    due_before: date | None = None

    # hearing
    hearing_subject: str = ""
    request_by: date | None = None
    hearing_at: datetime | None = None
    hearing_place: str = ""
    is_hearing_public: bool = True
    closed_ground: str = ""  # why it is not public: 涉及个人隐私, ...
    is_hearing_called: bool = False  # by the body itself; else somebody asked for it
    chair: str = ""
    people: tuple[Person, ...] = ()
    record: tuple[str, ...] = ()

    # decision and after
    conditions: tuple[str, ...] = ()
    licence: LicenceFacts | None = None
    decided_on: date | None = None
    decision_number: str = ""
    renews_until: date | None = None  # a renewal: the last day on which the licence held until then
    is_by_silence: bool = False  # nothing was decided by that day: it counts as renewed
    third_party_interest: str = ""

    # service
    served: tuple[ServedDocument, ...] = ()
    served_how: str = ""
    served_at: datetime | None = None
    served_place: str = ""
    receiver: str = ""
    servers: tuple[str, ...] = ()
    service_note: str = ""

    @property
    def made_on(self) -> date:
        return self.made_at.date()
