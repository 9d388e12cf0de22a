"""The case (办件): one application from draft to the end of its life."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yukuaiban.cases.states import ENDED, STATE_LABELS, State
from yukuaiban.chain import store


def _states(states: object) -> list[str]:
    return sorted(str(state) for state in states)  # type: ignore[attr-defined]


class Case(models.Model):
    """One application.

    `state`, `seq` and `head` are written by `cases.door` alone. Only dates of the clock are stored; lights are computed
    from today. What a person typed lies encrypted under the subject's key, so that erasing the key erases it.
    """

    id = models.BigIntegerField(primary_key=True)  # a subject of the chain: chain.store.new_subject()
    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=14, choices=[(s.value, STATE_LABELS[s]) for s in State], default=State.DRAFT)
    seq = models.IntegerField(default=0)
    head = models.BinaryField(max_length=32)

    service_item = models.ForeignKey("items.ServiceItem", on_delete=models.PROTECT, related_name="+")
    entry_version = models.ForeignKey("items.EntryVersion", on_delete=models.PROTECT, related_name="+")
    differences = models.ForeignKey(
        "items.Differences", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    situation = models.CharField(max_length=40, blank=True, default="")
    division = models.ForeignKey("places.Division", on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey("places.Department", on_delete=models.PROTECT, related_name="+")

    applicant = models.ForeignKey("people.Party", on_delete=models.PROTECT, related_name="cases", db_index=False)
    filed_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    acting_as = models.CharField(max_length=24, default="self")  # people.Ground
    mandate = models.ForeignKey("people.Mandate", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lookup_index = models.BinaryField(max_length=32, null=True, blank=True)  # blind index of the look-up code
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)

    answers_sealed = models.BinaryField(null=True, blank=True)  # the form's answers, under the subject's key
    saved_at = models.DateTimeField()
    created_at = models.DateTimeField()

    filed_at = models.DateTimeField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    corrected_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    accepted_how = models.CharField(max_length=8, blank=True, default="")  # act | lapse
    decided_on = models.DateField(null=True, blank=True)
    used_days = models.PositiveSmallIntegerField(null=True, blank=True)  # working days from acceptance to the decision
    decision = models.CharField(max_length=8, blank=True, default="")  # granted | refused
    ended_on = models.DateField(null=True, blank=True)
    licence_id = models.BigIntegerField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)  # lawful erasure of what names a person

    # a first review (初审): the lower body reviews and reports, then department and division are the upper body's
    first_review_by = models.DateField(
        null=True, blank=True
    )  # the last day to report; none once it was, or nothing runs
    reported_on = models.DateField(null=True, blank=True)

    # a renewal (延续): what is to be prolonged, and until when silence has not prolonged it yet
    renews_id = models.BigIntegerField(null=True, blank=True)  # the licence in the applicant's wallet
    renews_until = models.DateField(null=True, blank=True)  # the last day on which the present licence holds
    lapses_on = models.DateField(null=True, blank=True)  # undecided at the end of this day it counts as granted

    # the clock, as stored dates (calendars.clock computes; nobody else adds days)
    due_on = models.DateField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    step_on = models.DateField(null=True, blank=True)
    warn_on = models.DateField(null=True, blank=True)
    is_provisional = models.BooleanField(default=False)
    calendar_version = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_states(State)), name="case_state_is_one_of_the_table"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) ^ Q(filed_at__isnull=False), name="case_is_a_draft_or_was_filed"
            ),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True, received_on__isnull=True)
                | Q(filed_at__isnull=False, received_on__isnull=False),
                name="case_filed_and_received_go_together",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True, accepted_how="")
                | Q(accepted_on__isnull=False, accepted_how__in=["act", "lapse"]),
                name="case_accepted_on_and_how_go_together",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True, decision="")
                | Q(decided_on__isnull=False, decision__in=["granted", "refused"]),
                name="case_decided_on_and_decision_go_together",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=False, state__in=_states(ENDED))
                | (Q(ended_on__isnull=True) & ~Q(state__in=_states(ENDED))),
                name="case_ends_exactly_in_an_end_state",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(accepted_on__isnull=False), name="case_is_decided_only_after_acceptance"
            ),
            models.CheckConstraint(
                condition=Q(seq=0) ^ Q(filed_at__isnull=False), name="case_has_events_from_its_filing_on"
            ),
            models.CheckConstraint(
                condition=Q(reported_on__isnull=True) | Q(accepted_on__isnull=False, first_review_by__isnull=True),
                name="case_is_reported_up_after_acceptance_and_ends_the_first_review",
            ),
            models.UniqueConstraint(
                fields=["filed_by", "applicant", "service_item"],
                condition=Q(state=State.DRAFT),
                name="one_draft_per_person_and_item",
            ),
            models.UniqueConstraint(
                fields=["filed_by", "idempotency_key"], name="the_same_request_twice_is_one_filing"
            ),
        ]
        indexes = [
            models.Index("applicant", F("saved_at").desc(), F("id").desc(), name="case_of_a_party_newest_first"),
            models.Index(fields=["filed_by", "-saved_at"], name="case_filed_by_newest_first"),
            models.Index(fields=["ended_on"], condition=Q(ended_on__isnull=False, erased_at__isnull=True), name="case_ended_and_not_erased"),
            models.Index(fields=["-decided_on", "-id"], condition=Q(decision="granted", erased_at=None), name="case_granted_newest_first"),
            models.Index(fields=["division", "-decided_on", "-id"], condition=Q(decision="granted", erased_at=None), name="case_granted_in_a_division"),
            models.Index(fields=["calendar_version"], condition=Q(due_on__isnull=False, decided_on__isnull=True), name="case_to_recount"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def subject_key(self) -> bytes | None:
        """The wrapped key of this subject, read once; None after lawful erasure."""
        if not hasattr(self, "_subject_key"):
            self._subject_key = store.key_of(self.pk)
        return self._subject_key
