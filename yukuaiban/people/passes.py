"""The signed pass: for sixty seconds a cookie says who is signed in, so that busy pages read no session and no account.

The pass names the account, the session it was cut from, the party acted for, the post, the assurance, and the epoch of
revocations at the time. It counts only together with its session cookie, only for `settings.PASS_SECONDS`, and only
while nothing newer than its epoch was revoked for it. Everything that takes something away from an account (log-out, a
new password, the end of a post or mandate, closing) calls `revoke`, and every process knows within a second; a process
that cannot ask the database for five seconds takes no pass at all.

    found = passes.identify(request)      # the pass, or what the database says when there is none; None: signed out

Order of the middleware: `SignedPass` stands outside `SessionMiddleware`. On the way in it notes the epoch before any
session is read, so that a session revoked meanwhile cannot leave a pass behind; on the way out the session is saved and
its key is final.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec
from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from yukuaiban.config import epochs
from yukuaiban.config.errors import PermissionRefused
from yukuaiban.people import selectors, tokens
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Post, Revocation

COOKIE = "ykb_pass"
#: Revocations are remembered this long: longer than any pass lives, whatever the clocks say.
REMEMBERED_SECONDS = 300
PARTY_KEY, POST_KEY = "acting_party", "acting_post"  # in the session

_signer = signing.TimestampSigner(salt="people.pass")


@dataclass(frozen=True, slots=True)
class PassPost:
    """The post an officer works from."""

    post_id: int
    desk_id: int
    role: str
    department_id: int
    division: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Who is signed in and in which capacity."""

    account_id: int
    session: str
    epoch: int
    name: str
    person_id: int | None
    party_id: int | None
    assurance: str
    post: PassPost | None = None

    @property
    def is_officer(self) -> bool:
        return self.post is not None

    def as_party(self) -> Actor:
        """The actor of the portal: the person acting for the chosen party."""
        return Actor(kind="party", account_id=self.account_id, name=self.name, party_id=self.party_id)

    def as_officer(self) -> Actor | None:
        """The actor of the desk; None where the person holds no post."""
        if self.post is None:
            return None
        return Actor(kind="officer", account_id=self.account_id, name=self.name, **asdict(self.post))


# --- reading ----------------------------------------------------------------------------------------------------------


def read(request: HttpRequest) -> Pass | None:
    """The pass of a request if it counts, without touching session or account; for a program, what its token says.

    Raises: PermissionRefused, NotFound for a token that does not reach what is asked for.
    """
    if not hasattr(request, "_signed_pass"):
        request._signed_pass = _from_token(request) if tokens.is_named(request) else _read(request)  # type: ignore[attr-defined]
    found: Pass | None = request._signed_pass  # type: ignore[attr-defined]
    return found


def identify(request: HttpRequest) -> Pass | None:
    """Who is signed in: by the pass, else by the session, in which case the answer carries a new pass."""
    found = read(request)
    if tokens.is_named(request):
        return found
    if found is None and _session_key(request) is not None and request.user.is_authenticated:
        found = _from_database(request)
        request._signed_pass = found  # type: ignore[attr-defined]
        request._pass_to_issue = found  # type: ignore[attr-defined]
    if found is not None and request.path.startswith("/api/"):
        _refuse_forged(request)
    return found


def renew(request: HttpRequest) -> None:
    """The person chose another party or post: the pass in his hand is no longer the truth."""
    request._signed_pass = None  # type: ignore[attr-defined]
    request._pass_is_old = True  # type: ignore[attr-defined]


def _read(request: HttpRequest) -> Pass | None:
    raw, session_key = request.COOKIES.get(COOKIE), _session_key(request)
    if not raw or session_key is None:
        return None
    try:
        text = _signer.unsign(raw, max_age=settings.PASS_SECONDS)
        found = msgspec.json.decode(signing.b64_decode(text.encode()), type=Pass)
        current = epochs.current()
    except (signing.BadSignature, msgspec.DecodeError, ValueError, epochs.Stale):
        return None
    if found.session != session_tag(session_key) or revocations.cover(found, current.revocations):
        return None
    return found


def _from_database(request: HttpRequest) -> Pass:
    account: Account = request.user  # type: ignore[assignment]
    acting = _acting_party(request, account)
    post = _post(request, account)
    return Pass(
        account_id=account.pk,
        session=session_tag(request.session.session_key or ""),
        epoch=_epoch_at_start(request),
        name=str(account),
        person_id=account.party_id,
        party_id=acting,
        assurance=account.party.assurance if account.party else "",
        post=post,
    )


def _from_token(request: HttpRequest) -> Pass | None:
    token = tokens.find(request)
    if token is None:
        return None
    account, post = token.account, token.post
    return Pass(
        account_id=account.pk,
        session=f"token {token.pk}",
        epoch=-1,  # never handed out as a cookie
        name=str(account),
        person_id=account.party_id,
        party_id=tokens.acting_party(request, token),
        assurance=account.party.assurance if account.party else "",
        post=_carried(post) if post else None,
    )


class _Csrf(CsrfViewMiddleware):
    """Django's check, asked by hand: the API's views are exempt because programs bring tokens instead of cookies."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _refuse_forged(request: HttpRequest) -> None:
    """A browser's session changes something by the API only together with its CSRF token."""
    check = _Csrf(lambda _request: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None:
        raise PermissionRefused(_("缺少 CSRF 令牌：浏览器里请带上 X-CSRFToken，程序请使用接口令牌。"))


def _acting_party(request: HttpRequest, account: Account) -> int | None:
    chosen = request.session.get(PARTY_KEY)
    if chosen is not None and chosen != account.party_id:
        if selectors.can_act_for(account, int(chosen)):
            return int(chosen)
        del request.session[PARTY_KEY]  # the authority ended: he is himself again
    return account.party_id


def _post(request: HttpRequest, account: Account) -> PassPost | None:
    posts = selectors.posts_of(account)
    if not posts or not second_factor_given(request):
        return None
    chosen = request.session.get(POST_KEY)
    return _carried(next((post for post in posts if post.pk == chosen), posts[0]))


def _carried(post: Post) -> PassPost:
    desk = post.desk
    return PassPost(post.pk, desk.pk, desk.role, desk.department_id, desk.division_id)


def second_factor_given(request: HttpRequest) -> bool:
    """Whether this log-in is strong enough to work from a post: with a second factor, except in a demonstration."""
    if not settings.OFFICER_MFA_REQUIRED:
        return True
    records = request.session.get("account_authentication_methods", [])
    return any(record.get("method") == "mfa" for record in records)


def session_tag(session_key: str) -> str:
    """Names a session without giving its key away."""
    return hashlib.sha256(f"pass:{session_key}".encode()).hexdigest()[:16]


def _session_key(request: HttpRequest) -> str | None:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME) or None


# --- revoking ---------------------------------------------------------------------------------------------------------


def revoke(account_id: int, *, session_key: str | None = None) -> int:
    """From the commit on, no pass of the account (or of one of its sessions) counts that was cut before.

    Returns the number of the revocation. The session in the database is another matter: whoever ends it does that too.
    """
    with transaction.atomic():
        number = epochs.advance("revocations")
        Revocation.objects.create(
            number=number, account_id=account_id, session=session_tag(session_key) if session_key else ""
        )
    return number


def sweep() -> int:
    """Delete revocations that no living pass can be older than; a job runs this."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_revocation WHERE at < now() - interval '1 day'")
        return int(cursor.rowcount)


class Revocations:
    """What one process knows of recent revocations."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known_up_to: int | None = None
        self._rows: list[tuple[float, int, int, str]] = []  # learnt at, number, account, session

    def cover(self, held: Pass, epoch: int) -> bool:
        """Whether a pass is older than a revocation that means it. `epoch`: how many there were when last asked."""
        if held.epoch >= epoch:
            return False
        rows = self._rows if self._known_up_to == epoch else self._learn(epoch)
        return any(
            number > held.epoch and account == held.account_id and session in ("", held.session)
            for _learnt, number, account, session in rows
        )

    def forget(self) -> None:
        self._known_up_to, self._rows = None, []

    def _learn(self, epoch: int) -> list[tuple[float, int, int, str]]:
        with self._lock:
            oldest, after = self._clock() - REMEMBERED_SECONDS, self._known_up_to or 0
            if after > epoch:  # another database stands behind us now
                oldest, after = self._clock(), 0
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT number, account_id, session FROM people_revocation"
                    " WHERE number > %s AND at > now() - make_interval(secs => %s)",
                    [after, REMEMBERED_SECONDS],
                )
                new = [(self._clock(), *row) for row in cursor.fetchall()]
            rows = [row for row in self._rows if row[0] > oldest] + new
            if not connection.in_atomic_block:  # what only this transaction sees is used, not kept
                self._rows, self._known_up_to = rows, epoch
            return rows


revocations = Revocations()
epochs.also_forget(revocations.forget)


# --- writing ----------------------------------------------------------------------------------------------------------


def _epoch_at_start(request: HttpRequest) -> int:
    return getattr(request, "_pass_epoch", -1)


def write(found: Pass) -> str:
    """The cookie's value."""
    return _signer.sign(signing.b64_encode(msgspec.json.encode(found)).decode())


class SignedPass:
    """Notes the epoch before the session is read, hands out a new pass with the answer, takes it back at log-out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _session_key(request) is not None or request.method == "POST":
            try:
                request._pass_epoch = epochs.current().revocations  # type: ignore[attr-defined]
            except epochs.Stale:
                request._pass_epoch = -1  # type: ignore[attr-defined]  # older than anything: checked at once
        response = self.get_response(request)
        self._settle(request, response)
        return response

    def _settle(self, request: HttpRequest, response: HttpResponse) -> None:
        user: Any = getattr(request, "_cached_user", None)
        signed_out = user is not None and not user.is_authenticated
        if signed_out or getattr(request, "_pass_is_old", False):
            if COOKIE in request.COOKIES:
                response.delete_cookie(COOKIE, samesite="Lax")
            return
        issue: Pass | None = getattr(request, "_pass_to_issue", None)
        if issue is None or issue.epoch < 0:
            return
        key = request.session.session_key  # it may have been cycled after the pass was cut
        response.set_cookie(
            COOKIE,
            write(replace(issue, session=session_tag(key or ""))),
            max_age=settings.PASS_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
