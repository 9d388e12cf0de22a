"""Rows of cases: each lives from its filing as the table of acts allows, until it ends or today comes.

Which acts, in which order and when is drawn here; every date that the law counts is asked of the product's own rules
and clocks, once for each question, because thousands of cases ask the same.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.clock import Event as ClockEvent
from yukuaiban.calendars.clock import Started
from yukuaiban.cases import clocks, rules, timers
from yukuaiban.cases import work as product
from yukuaiban.cases.door import FAR
from yukuaiban.cases.models import Case, Correction, Work
from yukuaiban.cases.models import Step as StepRow
from yukuaiban.cases.states import TRANSITIONS, Act, State
from yukuaiban.chain.events import GENESIS
from yukuaiban.config.now import ZONE
from yukuaiban.identifiers import case_number
from yukuaiban.identifiers.checks import mod_37_36
from yukuaiban.items.guide import content_of
from yukuaiban.items.schema import Unit
from yukuaiban.people.models import Party
from yukuaiban.synth.bulk import field_sealer, sealer, subject_sealer
from yukuaiban.synth.offers import Offer, Step
from yukuaiban.synth.persons import NULL, Persons, credit_code
from yukuaiban.synth.plan import STEPS_PER_CASE, Plan
from yukuaiban.vault.crypto import SUBJECT_KEY_AAD, SUBJECT_KEY_LENGTH, sm3

YEARS = 2
MOST_BY_REGULARS = 0.25  # of all cases
OF_EACH_REGULAR = 30
LATE = 0.025  # of the accepted cases take longer, by weeks and months
SYSTEM = '{"kind":"system"}'
HOURS = [1, 1, 0, 0, 0, 1, 3, 8, 40, 90, 100, 60, 25, 30, 80, 85, 70, 45, 25, 20, 18, 12, 6, 3]
MONTHS = [9, 6, 12, 12, 10, 10, 11, 10, 13, 8, 11, 10]

COLUMNS: dict[str, str] = {
    "chain_key": "subject, wrapped",
    "chain_event": "subject, seq, kind, at, actor, facts, payload_digest, hash",
    "cases_case": (
        "id, number, state, seq, head, service_item_id, entry_version_id, differences_id, situation, division_id,"
        " department_id, applicant_id, filed_by_id, acting_as, answers_sealed, saved_at, created_at, filed_at,"
        " received_on, corrected_on, accepted_on, accepted_how, decided_on, used_days, decision, ended_on, due_on,"
        " promised_on, step_on, warn_on, is_provisional, calendar_version"
    ),
    "cases_step": "id, case_id, key, stage, role, desk_id, people, days, state, opened_on, due_on, passed_on",
    "cases_work": "desk_id, case_id, step_id, bucket, due_on, search",
    "cases_timer": "case_id, act, fires_at",
    "cases_correction": "made_at, case_id, wanted, told_on, hand_in_by, answers_before",
}
Rows = dict[str, list[str]]
Facts = dict[str, str]  # name -> its value in canonical JSON
Done = tuple[Act, datetime, str, Facts]  # act, instant, actor in canonical JSON, facts


class Lives:
    """Makes cases of a plan, as lines of COPY by table."""

    def __init__(self, plan: Plan, offers: list[Offer], persons: Persons) -> None:
        self.plan, self.offers, self.persons = plan, offers, persons
        self.calendar = calendars.current()
        self.now = datetime.combine(plan.today, time(9), tzinfo=ZONE)
        self.weights = list(accumulate(offer.weight for offer in offers))
        self.days, self.day_weights = self._days()
        self.hours = list(accumulate(HOURS))
        self.wrap = sealer(SUBJECT_KEY_AAD)
        self.seal_answers = subject_sealer(b"answers")
        self.wanted = field_sealer(Correction, "wanted")
        self.by_regulars = min(MOST_BY_REGULARS, OF_EACH_REGULAR * plan.regulars / plan.cases)

    def cases(self, span: range) -> Rows:
        """The rows of some cases."""
        chance = Random(f"{self.plan.seed} cases {span.start}")
        rows: Rows = defaultdict(list)
        for k in span:
            self._case(k, chance, rows)
        return rows

    # --- when and who -------------------------------------------------------------------------------------------------

    def _days(self) -> tuple[list[date], list[float]]:
        """Days on which people file, and how much: seasons, working days, and a little more every year."""
        start = self.plan.today - timedelta(days=365 * YEARS)
        days = [start + timedelta(days=n) for n in range(365 * YEARS + 1)]
        first = [1.35, 1.1, 1.0, 0.95, 0.9, 0.5, 0.4]
        weights = [
            MONTHS[d.month - 1] * (first[d.weekday()] if self.calendar.is_working(d) else 0.25) * (1 + 0.2 * n / 365)
            for n, d in enumerate(days)
        ]
        return days, list(accumulate(weights))

    def _applicant(self, offer: Offer, chance: Random) -> tuple[int, int, str]:
        """Party, account and ground."""
        plan = self.plan
        if offer.for_organisations and plan.organisations and (not offer.for_persons or chance.random() < 0.3):
            j = int(plan.organisations * chance.random() ** 2)  # some organisations file often
            person = plan.representative(j)
            return plan.party + plan.people + j, plan.account + person, "representative"
        if chance.random() < self.by_regulars:
            i = chance.randrange(plan.regulars)
        else:
            i = int(plan.people * chance.random() ** 1.3)
        return plan.party + i, plan.account + i, "self"

    def _number(self, chance: Random) -> str:
        while True:
            body = chance.choice(case_number.LETTERS) + "".join(chance.choices(case_number.ALPHABET, k=10))
            if (check := mod_37_36(body)) in case_number.ALPHABET:
                return body + check

    # --- what the law counts, asked once ------------------------------------------------------------------------------

    @cache  # noqa: B019 - lives as long as the process
    def _received(self, day: date, hour: int) -> tuple[date, date, bool]:
        received = rules.received_on(datetime.combine(day, time(hour, 30), tzinfo=ZONE), self.calendar)
        notice = rules.correction_notice_due(received, self.calendar)
        return received, notice.on, notice.provisional

    @cache  # noqa: B019
    def _later(self, day: date, working_days: int) -> date:
        return self.calendar.add(day, working_days).on

    @cache  # noqa: B019
    def _hand_in_by(self, day: date) -> date:
        return rules.correction_hand_in_due(day, self.calendar).on

    @cache  # noqa: B019
    def _certificate_by(self, day: date) -> date:
        return rules.certificate_due(day, self.calendar).on

    @cache  # noqa: B019
    def _used(self, accepted_on: date, decided_on: date) -> int:
        return self.calendar.between(accepted_on, decided_on)

    @cache  # noqa: B019
    def _dates(self, version: int, differences: int | None, accepted_on: date) -> dict[str, Any]:
        course: list[ClockEvent] = [Started(accepted_on, "accepted")]
        return clocks.dates(course, content_of(version, differences), self.calendar, self.plan.today, steps=())

    @cache  # noqa: B019
    def _step_due(self, opened_on: date, days: int) -> date:
        step = StepRow(state=StepRow.State.OPEN, opened_on=opened_on, days=days)
        clocks.count_steps([step], (), self.calendar, self.plan.today)
        assert step.due_on is not None
        return step.due_on

    # --- one case -----------------------------------------------------------------------------------------------------

    def _case(self, k: int, chance: Random, rows: Rows) -> None:
        plan = self.plan
        offer = self.offers[bisect_right(self.weights, chance.random() * self.weights[-1])]
        party, account, ground = self._applicant(offer, chance)
        day = self.days[bisect_right(self.day_weights, chance.random() * self.day_weights[-1])]
        hour = bisect_right(self.hours, chance.random() * self.hours[-1])
        filed_at = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), tzinfo=ZONE)
        if filed_at >= self.now:
            filed_at -= timedelta(days=1)
            day = filed_at.date()
        received_on, notice_by, provisional = self._received(day, hour)
        answers, situation = chance.choice(offer.answers)
        by_party = f'{{"account":{account},"kind":"party","party":{party}}}'
        number = self._number(chance)
        told = {
            "item": f'"{offer.code}"',
            "notice_by": f'"{notice_by}"',
            "received_on": f'"{received_on}"',
            "situation": f'"{situation}"',
            "version": str(offer.version),
        }
        course = Course(Act.FILE, filed_at, by_party, told, self.now)
        row = {
            "filed_at": filed_at.isoformat(),
            "received_on": received_on,
            "step_on": notice_by,
            "is_provisional": "t" if provisional else "f",
            "calendar_version": self.calendar.version,
        }
        subject = plan.subject + k
        self._live(course, offer, received_on, chance, row)
        state = course.state
        key = os.urandom(SUBJECT_KEY_LENGTH)
        head = self._chain(subject, course, rows)
        rows["chain_key"].append(f"{subject}\t\\\\x{self.wrap(key).hex()}\n")
        sealed = self.seal_answers(key, answers.encode()).hex()
        get = row.get
        rows["cases_case"].append(
            f"{subject}\t{number}\t{state.value}\t{len(course.acts)}\t\\\\x{head.hex()}\t{offer.item}\t{offer.version_id}\t"
            f"{offer.differences or NULL}\t{situation}\t{offer.division}\t{offer.department}\t{party}\t{account}\t{ground}\t"
            f"\\\\x{sealed}\t{row['filed_at']}\t{row['filed_at']}\t{row['filed_at']}\t{received_on}\t{get('corrected_on', NULL)}\t"
            f"{get('accepted_on', NULL)}\t{get('accepted_how', '')}\t{get('decided_on', NULL)}\t{get('used_days', NULL)}\t"
            f"{get('decision', '')}\t{get('ended_on', NULL)}\t{get('due_on') or NULL}\t{get('promised_on') or NULL}\t"
            f"{get('step_on') or NULL}\t{get('warn_on') or NULL}\t{row['is_provisional']}\t{row['calendar_version']}\n"
        )
        self._open(subject, k, state, offer, course, row, party, number, rows)

    def _chain(self, subject: int, course: Course, rows: Rows) -> bytes:
        """Link the acts; the head. No event has a private payload: what was answered stands in the case alone."""
        head, state = GENESIS, "draft"
        out = rows["chain_event"]
        for seq, (act, at, actor, facts) in enumerate(course.acts, start=1):
            kind, target = _moved(act, state)
            facts |= {"from": f'"{state}"', "to": f'"{target}"'}
            whole = "{" + ",".join([f'"{name}":{facts[name]}' for name in sorted(facts)]) + "}"
            moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000000Z"
            event = f'{{"actor":{actor},"at":"{moment}","facts":{whole},"kind":"{kind}","payload":null,"seq":{seq},"subject":{subject}}}'
            head = sm3(head + event.encode())
            out.append(f"{subject}\t{seq}\t{kind}\t{moment}\t{actor}\t{whole}\t{NULL}\t\\\\x{head.hex()}\n")
            state = target
        return head

    def _live(self, course: Course, offer: Offer, received_on: date, chance: Random, row: dict[str, Any]) -> None:
        """Draw the acts until the case ends or today comes; sets the columns that they set."""
        window, luck = offer.window.actor, chance.random()
        off = {"due_on": None, "promised_on": None, "step_on": None, "warn_on": None, "is_provisional": "f"}
        first = self._later(received_on, bisect_right((0.5, 0.8, 0.92, 0.97), chance.random()))
        if luck < 0.012:
            act = Act.DECLARE_NOT_COMPETENT if luck < 0.006 else Act.DECLARE_NOT_NEEDED
            if course.go(act, first, window, chance, _on(first)):
                row.update(off, ended_on=first)
            return
        if luck < 0.075 and offer.content.process.receipt != "registration":
            by = self._hand_in_by(first)
            if not course.go(
                Act.REQUEST_CORRECTION,
                first,
                window,
                chance,
                _on(first, hand_in_by=f'"{by}"', paths=f'["{_path(offer)}"]'),
            ):
                return
            row.update(step_on=by, told_on=first)
            again = first + timedelta(days=chance.randrange(1, 11))
            if luck < 0.016:
                lapse = timers.end_of(by)
                if course.go(Act.LAPSE_CORRECTION, lapse.date(), SYSTEM, chance, _on(lapse.date()), lapse):
                    row.update(off, ended_on=lapse.date())
                return
            if not course.go(Act.HAND_IN_CORRECTION, again, course.acts[0][2], chance, _on(again, changed="[]")):
                return
            received, answer_by, _provisional = self._received(again, 10)
            row.update(corrected_on=received, step_on=answer_by)
            first = self._later(received, chance.randrange(0, 3))
        dates = self._dates(offer.version_id, offer.differences, first)
        due = dates["promised_on"] or dates["due_on"]
        doubtful = "true" if dates["is_provisional"] else "false"
        told = {"accepted_on": f'"{first}"', "deferred": "[]", "provisional": doubtful, "told_due_on": f'"{due}"'}
        if not course.go(Act.ACCEPT, first, window, chance, told):
            return
        row.update(dates, accepted_on=first, accepted_how="act", is_provisional="t" if dates["is_provisional"] else "f")
        limit = offer.content.promised
        promised = 0 if limit.unit is Unit.ON_THE_SPOT else limit.value
        used = min(round(promised * chance.lognormvariate(-0.65, 0.42)), 250)
        if chance.random() < LATE:
            used = promised + chance.randrange(2, 60)
        last = max((s.stage for s in offer.steps), default=1)
        if luck > 0.985:
            back = self._later(first, used // 2)
            if course.go(Act.WITHDRAW, back, course.acts[0][2], chance, _on(back)):
                row.update(off, ended_on=back)
                return
        course.opened = first
        for step in (s for s in offer.steps if s.stage < last):
            on = self._later(first, used * step.stage // last)
            for agreed in range(1, step.people + 1):
                facts = {"agreed": str(agreed), "of": str(step.people), "step": f'"{step.key}"'}
                if step is _last_of(offer, step.stage) and agreed == step.people:
                    facts["opened"] = str(step.stage + 1)
                if not course.go(Act.PASS_STEP, on, step.officer.actor, chance, facts):
                    return
            course.passed[step.key] = on
            if step is _last_of(offer, step.stage):
                course.stage, course.opened = step.stage + 1, on
        decided = self._later(first, used)
        refused = luck > 0.95
        act, decision = (Act.REFUSE, "refused") if refused else (Act.GRANT, "granted")
        decider = offer.steps[-1].officer.actor if offer.steps else window
        if not course.go(act, decided, decider, chance, _on(decided, decision=f'"{decision}"')):
            return
        row.update(
            off,
            decided_on=decided,
            decision=decision,
            used_days=self._used(first, decided),
            step_on=self._certificate_by(decided),
        )
        if not refused:
            on = self._later(decided, chance.randrange(0, 2))
            kind = offer.content.result.kind
            if not course.go(Act.CERTIFY, on, SYSTEM, chance, _on(on, kind=f'"{kind}"', licence="null")):
                return
        else:
            on = decided
        electronic = offer.content.result.delivery[0] == "electronic"
        on = on if electronic else self._later(on, chance.randrange(0, 5))
        how, by_whom = ("electronic", SYSTEM) if electronic else ("window", window)
        if not course.go(Act.DELIVER, on, by_whom, chance, _on(on, how=f'"{how}"')):
            return
        row.update(step_on=None)
        if course.go(Act.CLOSE, on, by_whom, chance, _on(on)):
            row.update(ended_on=on)

    # --- what an open case has besides --------------------------------------------------------------------------------

    def _open(
        self,
        subject: int,
        k: int,
        state: State,
        offer: Offer,
        course: Course,
        row: dict[str, Any],
        party: int,
        number: str,
        rows: Rows,
    ) -> None:
        """Steps, work of desks, timers and the correction notice of a case that goes on."""
        work: list[tuple[int, str, str, date | None]] = []
        bucket = Work.Bucket
        match state:
            case State.SUBMITTED | State.CORRECTED:
                work = [(offer.window.desk, NULL, bucket.INTAKE, row["step_on"])]
                rows["cases_timer"].append(
                    f"{subject}\t{Act.DEEM_ACCEPTED.value}\t{timers.end_of(row['step_on']).isoformat()}\n"
                )
            case State.CORRECTION:
                work = [(offer.window.desk, NULL, bucket.WAITING, row["step_on"])]
                rows["cases_timer"].append(
                    f"{subject}\t{Act.LAPSE_CORRECTION.value}\t{timers.end_of(row['step_on']).isoformat()}\n"
                )
                wanted = self.wanted(
                    json.dumps(
                        [{"path": _path(offer), "what": "请补正（合成数据）", "basis": ""}], ensure_ascii=False
                    ).encode()
                )
                rows["cases_correction"].append(
                    f"{course.acts[-1][1].isoformat()}\t{subject}\t\\\\x{wanted.hex()}\t{row['told_on']}\t{row['step_on']}\t{NULL}\n"
                )
            case State.IN_REVIEW:
                work = self._review(subject, k, offer, course, row, rows)
            case State.GRANTED | State.CERTIFIED | State.REFUSED | State.DELIVERED:
                work = [(offer.window.desk, NULL, bucket.ISSUE, row["step_on"])]
        if work:
            words = self._words(party, number, offer).replace("\\", "\\\\")
            for desk, step, kind, due in work:
                rows["cases_work"].append(f"{desk}\t{subject}\t{step}\t{kind}\t{due or FAR}\t{words} 'd{desk}'\n")

    def _words(self, party: int, number: str, offer: Offer) -> str:
        """What desks find the case by, as the door writes it."""
        i = party - self.plan.party
        if i >= self.plan.people:
            j = i - self.plan.people
            applicant = Party(name=self.persons.organisation_name(j), id_number=credit_code(j))
        else:
            phone = self.persons.phone_of(i) if i < self.plan.regulars else None
            applicant = Party(name=self.persons.name(i), id_number=self.persons.resident_id(i), phone=phone)
        return product.words(Case(number=number, applicant=applicant), item_name=offer.name)

    def _review(
        self, subject: int, k: int, offer: Offer, course: Course, row: dict[str, Any], rows: Rows
    ) -> list[tuple[int, str, str, date | None]]:
        work: list[tuple[int, str, str, date | None]] = []
        due = row["promised_on"] or row["due_on"]
        opened = []
        for n, step in enumerate(offer.steps):
            place = self.plan.step + k * STEPS_PER_CASE + n
            state, begun, until, passed = "waiting", NULL, NULL, NULL
            if on := course.passed.get(step.key):
                state, begun, passed = "passed", str(row["accepted_on"]), str(on)
            elif step.stage == course.stage:
                limit = self._step_due(course.opened, step.days)
                opened.append(limit)
                state, begun, until = "open", str(course.opened), str(limit)
                work.append((step.officer.desk, str(place), Work.Bucket.REVIEW, limit or due))
            rows["cases_step"].append(
                f"{place}\t{subject}\t{step.key}\t{step.stage}\t{step.role}\t{step.officer.desk}\t{step.people}\t{step.days}\t{state}\t{begun}\t{until}\t{passed}\n"
            )
        return work


class Course:
    """What has happened to a case so far; nothing happens after now."""

    def __init__(self, act: Act, at: datetime, actor: str, facts: Facts, now: datetime) -> None:
        self.acts: list[Done] = [(act, at, actor, facts)]
        self.state = TRANSITIONS[act].target_from(State.DRAFT)
        self.now = now
        self.stage, self.opened = 1, at.date()
        self.passed: dict[str, date] = {}

    def go(self, act: Act, on: date, actor: str, chance: Random, facts: Facts, at: datetime | None = None) -> bool:
        """One more act on a day in office hours, after the one before; False when that day has not come."""
        before = self.acts[-1][1]
        moment = at or datetime.combine(
            on, time(9 + chance.randrange(8), chance.randrange(60), chance.randrange(60)), tzinfo=ZONE
        )
        if moment <= before:
            moment = before + timedelta(seconds=40 + chance.randrange(600))
        if moment >= self.now:
            return False
        row = TRANSITIONS[act]
        assert self.state in row.sources, (act, self.state)
        self.acts.append((act, moment, actor, facts))
        self.state = row.target or self.state
        return True


@cache
def _moved(act: Act, state: str) -> tuple[str, str]:
    """Kind of the event, and the state after it."""
    return f"case.{act.value}", TRANSITIONS[act].target_from(State(state)).value


def _on(day: date, **more: str) -> Facts:
    return {"on": f'"{day}"', **more}


@cache
def _path(offer: Offer) -> str:
    """What a correction asks for: the first material, else the first question."""
    materials = offer.content.materials
    return f"material:{materials[0].key}" if materials else f"field:{next(iter(offer.content.form.all_fields())).key}"


def _last_of(offer: Offer, stage: int) -> Step:
    """The step of a stage that passes last and opens the next stage."""
    return [s for s in offer.steps if s.stage == stage][-1]
