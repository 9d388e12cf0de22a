"""What may happen in almost any state: handing over, and messages between the applicant and the desk."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from yukuaiban.cases import door
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case, Message, Work
from yukuaiban.cases.preconditions import begin
from yukuaiban.cases.services.receipt import follow, need
from yukuaiban.cases.states import Act
from yukuaiban.messages.letters import selectors as letters
from yukuaiban.messages.letters.models import Letter, ServedHow
from yukuaiban.messages.letters.services import letter_served
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Post

LONGEST_MESSAGE = 2000  # characters; a screen of a phone several times over


@one_act
def case_hand_over(*, case_id: int, by: Actor, at: datetime, to_post: int, reason: str) -> Case:
    """转交: another officer of the same desk takes the work; the clock does not care. See ADR 0074."""
    ctx = begin(Act.HAND_OVER, case_id, by=by, at=at)
    need(reason, _("转交的理由"))
    post = Post.objects.filter(pk=to_post, desk_id=by.desk()).first()
    if post is None:
        raise RuleRefused(_("只能转交给同一岗位的人员。"))
    door.move(ctx.case, Act.HAND_OVER, Outcome(facts={"to_post": post.pk}, payload={"reason": reason}), by=by, at=at)
    Work.objects.filter(case=ctx.case, desk_id=by.desk(), matter="").update(post_id=post.pk)
    return ctx.case


@one_act
def message_write(*, case_id: int, by: Actor, at: datetime, text: str) -> Message:
    """留言: part of the case, kept with it. Law: 行政许可法 第三十条 (explanations an applicant may ask for)."""
    ctx = begin(Act.WRITE_MESSAGE, case_id, by=by, at=at)
    need(text, _("留言内容"))
    if len(text) > LONGEST_MESSAGE:
        raise RuleRefused(_("留言最多 {n} 字。").format(n=LONGEST_MESSAGE))
    door.move(
        ctx.case,
        Act.WRITE_MESSAGE,
        Outcome(facts={"from": by.kind}, payload={"text": text}, outbox=follow(ctx.case, Act.WRITE_MESSAGE)),
        by=by,
        at=at,
    )
    return Message.objects.create(
        case=ctx.case, made_at=at, made_by_post_id=by.post_id, from_party=by.kind == "party", text=text.strip()
    )


def messages_mark_read(*, case: Case, by: Actor, at: datetime) -> None:
    """The other side's messages are read when the case is opened."""
    case.messages.filter(from_party=by.kind != "party", read_at__isnull=True).update(read_at=at)


def letter_open(*, case: Case, letter_id: int, by: Actor, at: datetime) -> Letter:
    """The applicant's side opens a letter: from now on it is served, if it was not before. See ADR 0087.

    Raises: LetterNotFound, also for a letter to a third party.
    """
    letter = letters.letter_of(case.pk, letter_id, to_applicant=True)
    if letter.served_at is None and by.kind == "party":
        letter = letter_served(letter_id=letter.pk, how=ServedHow.ELECTRONIC, at=at)
    return letter
