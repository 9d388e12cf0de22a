"""What a demonstration shows beside people: two announcements and a few matters in different states, all 示例.

Made once per data folder, by the services the product uses; nothing is written that a person could not have done.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from PIL import Image, ImageDraw

from yukuaiban import storage
from yukuaiban.cases import selectors, services
from yukuaiban.cases.matters import matter_of
from yukuaiban.cases.models import Case
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.config import epochs
from yukuaiban.config.now import now
from yukuaiban.items.models import ServiceItem
from yukuaiban.materials import services as materials
from yukuaiban.materials.slots import is_asked
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Post, Role
from yukuaiban.portal.models import Announcement

Report = Callable[[object], None]
DIVISION, SLUG = "500103", "residence_permit"
PHONE = "13800138000"  # a number that the operators keep for examples


def ensure(report: Report) -> str:
    """Announcements and sample matters, where there are none yet. Raises RuntimeError in production."""
    if settings.PRODUCTION:
        raise RuntimeError("demo matters are never made in production")
    made = _announcements()
    if not Case.objects.exclude(state="draft").exists():
        made += _matters(report)
    return f"{made} made" if made else "there already"


def _announcements() -> int:
    if Announcement.objects.exists():
        return 0
    editors = list(Account.objects.filter(is_sample=True, posts__desk__role=Role.EDITOR).distinct().order_by("pk")[:2])
    if len(editors) < 2:
        return 0
    texts = [
        (
            "居住证签注可以全程网上办理",
            "Residence permits can be endorsed entirely online",
            "每年签注不用再到派出所，在“找事项”里搜索“居住证”即可办理。（示例）",
            "The yearly endorsement needs no visit any more: search for “residence permit”. (Sample)",
        ),
        (
            "2026 年办件期限按国务院办公厅放假通知计算",
            "Time limits in 2026 follow the State Council's holiday notice",
            "调休上班的周末计入工作日，放假的日子不计入。您可以在“算工作日”里自己算一算。（示例）",
            "Weekends that are worked count, holidays do not. Try “Count working days”. (Sample)",
        ),
    ]
    for n, (title_zh, title_en, body_zh, body_en) in enumerate(texts):
        Announcement.objects.create(
            title_zh=title_zh,
            title_en=title_en,
            body_zh=body_zh,
            body_en=body_en,
            starts_at=now() - timedelta(days=n + 1),
            is_sample=True,
            written_by=editors[0],
            written_at=now(),
            published_by=editors[1],
            published_at=now(),
        )
    epochs.advance("settings")
    return len(texts)


def _matters(report: Report) -> int:
    """Three applications of the sample resident: just filed, waiting for a correction, in review."""
    item = ServiceItem.objects.filter(division_id=DIVISION, entry__current_version__content__slug=SLUG).first()
    resident = (
        Account.objects.filter(is_sample=True, party__kind="person", party__assurance__in=["real_name", "real_person"])
        .exclude(posts__isnull=False)
        .order_by("pk")
        .first()
    )
    if item is None or resident is None or resident.party is None:
        return 0
    window = _at(item, Role.WINDOW)
    if window is None:
        return 0
    by = Actor(kind="party", account_id=resident.pk, name=resident.party.name, party_id=resident.party.pk)
    at = now()
    made = 0
    for n, school in enumerate(["重庆示例大学", "重庆示例学院", "重庆示例中学"]):
        report(f"sample matter {n + 1} of 3")
        case = _filed(item, by, school, at=at)
        made += 1
        if n == 1:
            services.case_request_correction(
                case_id=case.pk, by=window, at=at, wanted=[Wanted("field:school", "请写学校全称（示例）")]
            )
        elif n == 2:
            services.case_accept(case_id=case.pk, by=window, at=at)
    return made


def _filed(item: ServiceItem, by: Actor, school: str, *, at: datetime) -> Case:
    case = services.draft_start(service_item_id=item.pk, by=by, at=at)
    known = selectors.answers_of(case).get("applicant", {})
    answers = {
        "applicant": {**known, "phone": known.get("phone") or PHONE},
        "kind": "first",
        "registered_at": "四川省（示例）",
        "home": {"division": "500103001", "detail": "示例路 1 号"},
        "lived_since": (at.date() - timedelta(days=400)).isoformat(),
        "ground": "school",
        "school": school,
        "paper": False,
    }
    services.draft_save(case_id=case.pk, answers=answers, by=by, at=at)
    case = Case.objects.select_related("applicant").get(pk=case.pk)
    matter = matter_of(case, by)
    for slot in matter.slots:
        if slot.necessity == "required" and is_asked(slot, matter.answers):
            with storage.receive(limit=slot.max_mb * materials.MEGABYTE) as received:
                received.write(_picture())
                received.finish()
                materials.material_upload(matter=matter, slot=slot, received=received, name="sample.jpg", at=at)
    services.case_file(case_id=case.pk, by=by, at=at)
    return Case.objects.get(pk=case.pk)


def _picture() -> bytes:
    """A grey card that says it is a sample."""
    picture = Image.new("RGB", (358, 441), "#e9eeee")
    ImageDraw.Draw(picture).text((150, 210), "SAMPLE", fill="#335")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _at(item: ServiceItem, role: Role) -> Actor | None:
    post = (
        Post.objects.filter(desk__department_id=item.department_id, desk__division_id=item.division_id, desk__role=role)
        .select_related("desk", "account__party")
        .first()
    )
    if post is None:
        return None
    return Actor(
        kind="officer",
        account_id=post.account_id,
        name=str(post.account),
        desk_id=post.desk_id,
        post_id=post.pk,
        role=role,
        department_id=item.department_id,
        division=item.division_id,
    )
