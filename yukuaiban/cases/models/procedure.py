"""The objects of a procedure: correction, pause, extension, hearing, site visit, third party, remedy, message.

What may name a person (reasons, statements, records) is encrypted; dates, kinds and counts are not.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.vault.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField


class OfCase(models.Model):
    """An object that belongs to one case and remembers who made it."""

    made_at = models.DateTimeField()
    made_by_post = models.ForeignKey("people.Post", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Correction(OfCase):
    """补正: the ONE notice that lists everything (行政许可法 第三十二条第一款（四）)."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="correction")
    wanted = (
        EncryptedJSONField()
    )  # [{"path": "field:applicant.name" | "material:lease", "what": "...", "basis": "..."}]
    told_on = models.DateField()
    hand_in_by = models.DateField()
    handed_in_on = models.DateField(null=True, blank=True)
    answers_before = EncryptedJSONField(null=True, blank=True)  # to highlight what changed

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hand_in_by__gte=F("told_on")), name="correction_is_due_after_it_was_told"
            ),
        ]


class PauseKind(models.TextChoices):
    """What stops the clock: only these (行政许可法 第四十五条)."""

    HEARING = "hearing", _("听证")
    BIDDING = "bidding", _("招标")
    AUCTION = "auction", _("拍卖")
    INSPECTION = "inspection", _("检验")
    TESTING = "testing", _("检测")
    QUARANTINE = "quarantine", _("检疫")
    APPRAISAL = "appraisal", _("鉴定")
    EXPERT_REVIEW = "expert_review", _("专家评审")


class Pause(OfCase):
    """特别程序: a stretch that is not counted; the time it needs was told in writing."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="pauses")
    kind = models.CharField(max_length=14, choices=PauseKind)
    reason = EncryptedTextField()
    expected_days = models.PositiveSmallIntegerField()  # working days
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(until_on__isnull=True), name="one_pause_runs_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="pause_ends_after_it_begins"
            ),
        ]


class Extension(OfCase):
    """延长: once, approved, with its reason told; how long and by whom: `items.limits.extension_of` (docs/adr/0093)."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="extension")
    days = models.PositiveSmallIntegerField()  # of the limit: working days, else calendar days
    reason = EncryptedTextField()
    approved_on = models.DateField(null=True, blank=True)
    approved_by_post = models.ForeignKey(
        "people.Post", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True, approved_by_post__isnull=True)
                | Q(approved_on__isnull=False, approved_by_post__isnull=False),
                name="extension_approved_on_and_by_go_together",
            ),
        ]


class ClosedGround(models.TextChoices):
    """Why a hearing is not held in public: nothing else is a reason (行政许可法 第五条第二款)."""

    STATE_SECRET = "state_secret", _("涉及国家秘密")
    BUSINESS_SECRET = "business_secret", _("涉及商业秘密")
    PRIVACY = "privacy", _("涉及个人隐私")


class Hearing(OfCase):
    """听证: requested or called, noticed seven days ahead, held in public, recorded (行政许可法 第四十六至四十八条)."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="hearing")
    requested_on = models.DateField(null=True, blank=True)  # by the first of those entitled (`HearingRight`)
    given_up_on = models.DateField(null=True, blank=True)  # by all who requested it
    called_on = models.DateField(null=True, blank=True)  # by the body itself
    hold_by = models.DateField(null=True, blank=True)
    noticed_on = models.DateField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True, default="")
    chair = models.ForeignKey("people.Post", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_public = models.BooleanField(default=True)
    closed_ground = models.CharField(max_length=15, choices=ClosedGround, blank=True, default="")
    parties = EncryptedJSONField(null=True, blank=True)  # [{"name": ..., "as": "applicant|third_party|reviewer"}]
    record = EncryptedTextField(blank=True, default="")
    recorded_on = models.DateField(null=True, blank=True)
    signed_by = EncryptedJSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(noticed_on__isnull=True) | Q(requested_on__isnull=False) | Q(called_on__isnull=False),
                name="hearing_is_noticed_after_it_was_requested_or_called",
            ),
            models.CheckConstraint(
                condition=Q(recorded_on__isnull=True) | Q(held_at__isnull=False),
                name="hearing_is_recorded_after_it_was_held",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(closed_ground=""),
                name="a_hearing_in_public_has_no_ground_to_be_closed",
            ),
        ]
        indexes = [
            models.Index(
                "held_at", "id", condition=Q(noticed_on__isnull=False, recorded_on__isnull=True, given_up_on__isnull=True),
                name="hearing_announced_by_time",
            ),
        ]  # fmt: skip


class SiteVisit(OfCase):
    """现场核查: by two officers at least (行政许可法 第三十四条第三款)."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="site_visits")
    visited_on = models.DateField()
    officers = models.ManyToManyField("people.Post", related_name="+")
    place = models.CharField(max_length=200)
    findings = EncryptedTextField()
    meets = models.BooleanField()


class ThirdParty(OfCase):
    """利害关系人: told of what touches him, and heard (行政许可法 第三十六条)."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="third_parties")
    name = EncryptedTextField()
    interest = EncryptedTextField()
    told_on = models.DateField()
    heard_on = models.DateField(null=True, blank=True)
    statement = EncryptedTextField(blank=True, default="")
    document = EncryptedTextField(
        null=True, blank=True
    )  # "resident_id:...", "credit_code:...": who it is, for his page
    id_index = BlindIndexField(source="document", kind="identity", null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id_index"], name="third_party_by_document", condition=Q(id_index__isnull=False)),
        ]


class HearingRight(OfCase):
    """听证权利: one of those entitled was told that he may ask for a hearing; his own days run (行政许可法 第四十七条第一款).

    `third_party` is empty for the applicant.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="hearing_rights")
    third_party = models.OneToOneField(
        ThirdParty, null=True, blank=True, on_delete=models.CASCADE, related_name="hearing_right"
    )
    told_on = models.DateField()
    until = models.DateField()
    asked_on = models.DateField(null=True, blank=True)
    given_up_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "third_party"], nulls_distinct=False, name="each_is_told_of_a_hearing_once"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("told_on")), name="hearing_right_ends_after_it_was_told"),
            models.CheckConstraint(
                condition=Q(asked_on__isnull=True) | Q(asked_on__gte=F("told_on"), asked_on__lte=F("until")),
                name="a_hearing_is_asked_for_within_the_days_of_the_right",
            ),
        ]


class Remedy(OfCase):
    """救济: administrative review (复议) or a lawsuit (诉讼) against what was decided, followed to its end."""

    class Kind(models.TextChoices):
        REVIEW = "review", _("行政复议")
        LAWSUIT = "lawsuit", _("行政诉讼")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("维持")
        CHANGED = "changed", _("变更")
        ANNULLED = "annulled", _("撤销")
        ORDERED_ANEW = "ordered_anew", _("责令重新作出")
        WITHDRAWN = "withdrawn", _("撤回")
        DISMISSED = "dismissed", _("驳回")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="remedies")
    kind = models.CharField(max_length=8, choices=Kind)
    filed_on = models.DateField()
    body = models.CharField(max_length=200)
    reference = models.CharField(max_length=100, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    answer_by = models.DateField(null=True, blank=True)  # the body's written answer, once the copy was received
    concluded_on = models.DateField(null=True, blank=True)
    redone_on = models.DateField(null=True, blank=True)  # the case was reopened for it
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ["filed_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(concluded_on__isnull=True, outcome="") | (Q(concluded_on__isnull=False) & ~Q(outcome="")),
                name="remedy_concluded_on_and_outcome_go_together",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(concluded_on__isnull=True), name="one_open_remedy_of_a_kind"
            ),
        ]


class Message(OfCase):
    """留言: between the applicant's side and the desk; part of the case."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="messages")
    from_party = models.BooleanField()
    text = EncryptedTextField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]


class LegalHold(models.Model):
    """保全: somebody ordered that a case stays as it is, whatever the term of keeping says; lifted with a reason.

    The row stays when it was lifted: it says who kept personal data longer, why and until when (个人信息保护法 第十九条).
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    reason = EncryptedTextField()
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True, default="")
    lift_reason = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ["set_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(set_by=""), name="a_hold_says_by_whom"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by="") | (Q(lifted_at__isnull=False) & ~Q(lifted_by="")),
                name="a_lifted_hold_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.pk}"
