"""The one writer of a licence's state: one statement moves the row, if its state allows it, and appends the event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from yukuaiban.chain import link, store
from yukuaiban.chain.events import GENESIS
from yukuaiban.licences.errors import LicenceRefused
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import STATE_LABELS, TRANSITIONS, Act, State
from yukuaiban.people.actors import Actor

_MOVE = (
    "WITH moved AS (UPDATE licences_licence SET state = %(target)s, seq = %(event_seq)s, head = %(hash)s"  # noqa: S608  # constants only
    " WHERE id = %(subject)s AND seq = %(event_seq)s - 1 AND state = ANY(%(sources)s) RETURNING id), "
    + store.EVENT_CTES.format(moved="moved").strip()
    + " SELECT count(*) FROM moved"
)


def move(
    licence: Licence,
    act: Act,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Do one act to a licence as it was read; afterwards `licence` shows what the database holds.

    Raises: LicenceRefused when its state does not allow the act, or somebody acted meanwhile.
    """
    row = TRANSITIONS[act]
    before = State(licence.state)
    if act is not Act.ISSUE and before not in row.sources:
        raise refusal(licence, act)
    seq = licence.seq + 1
    joint = link(
        subject=licence.pk,
        seq=seq,
        previous=bytes(licence.head) if licence.seq else GENESIS,
        kind=f"licence.{act.value}",
        at=at,
        actor=by.facts(),
        facts={"from": before.value if licence.seq else None, "to": row.target.value, **(facts or {})},
        payload=dict(payload) if payload else None,
    )
    params = {
        **store.parameters(joint, licence.subject_key()),
        "target": row.target.value,
        "sources": sorted(row.sources) if row.sources else [State.VALID.value],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MOVE, params)
        (moved,) = cursor.fetchone()
    if not moved:
        licence.refresh_from_db()
        raise refusal(licence, act)
    licence.state, licence.seq, licence.head = row.target.value, seq, joint.hash


def refusal(licence: Licence, act: Act) -> LicenceRefused:
    """Why not, and how the licence stands."""
    return LicenceRefused(
        _("证照 {number} 现在是“{state}”，不能“{act}”。请刷新页面核对它现在的状态。").format(
            number=licence.licence_id, state=STATE_LABELS[State(licence.state)], act=TRANSITIONS[act].label
        ),
        details={"licence": licence.licence_id, "state": licence.state, "act": act.value},
    )
