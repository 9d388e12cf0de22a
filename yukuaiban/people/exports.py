"""“All my data”: one zip of JSON files for the person, each part made by the domain that holds it.

    # cases/apps.py, in ready()
    exports.register("cases", export_cases)      # export_cases(party) -> anything JSON can say, or None

Law: 个人信息保护法 第四十五条 (a copy in time).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils.translation import gettext as _

from yukuaiban.people.models import (
    Account,
    AccountEvent,
    Consent,
    CorrectionRequest,
    Guardianship,
    Mandate,
    Party,
    PersonRead,
)

Exporter = Callable[[Party], Any]
_exporters: dict[str, Exporter] = {}


def register(name: str, exporter: Exporter) -> None:
    """Add a domain's part; the name is the file's. A second one of the same name takes its place."""
    _exporters[name] = exporter


def names() -> list[str]:
    return sorted(_exporters)


def all_my_data(party: Party, *, at: datetime) -> bytes:
    """The zip: one JSON file per domain, and a note that says what each is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = []
        for name in names():
            content = _exporters[name](party)
            if content is None:
                continue
            parts.append(f"{name}.json")
            archive.writestr(f"{name}.json", json.dumps(content, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))
        note = _(
            "这是渝快办保存的关于 {name} 的全部数据，导出于 {at:%Y-%m-%d %H:%M}。文件为 JSON 格式，UTF-8 编码。"
            "内含完整证件号码，请妥善保管。\n依据：个人信息保护法 第四十五条。\n"
        ).format(name=party.name, at=at)
        archive.writestr("README.txt", note + "\n".join(parts) + "\n")
    return out.getvalue()


def people(party: Party) -> dict[str, Any]:
    """What this domain holds: the person, his account, authority given and held, consents, reads, requests."""
    account: Account | None = Account.objects.filter(party=party).first()
    mandates = Mandate.objects.filter(Q(principal=party) | Q(agent=party)).select_related("principal", "agent")
    guardianships = Guardianship.objects.filter(Q(ward=party) | Q(guardian=party)).select_related("ward", "guardian")
    return {
        "person": {
            "name": party.name,
            "name_latin": party.name_latin,
            "id_kind": party.id_kind,
            "id_number": party.id_number,
            "birth_on": party.birth_on,
            "sex": party.get_sex_display(),
            "phone": party.phone,
            "email": party.email,
            "address": party.address,
            "assurance": party.assurance,
            "assured_at": party.assured_at,
            "assured_by": party.assured_by,
        },
        "account": account
        and {
            "number": account.number,
            "phone": account.phone,
            "email": account.email,
            "joined_at": account.joined_at,
            "events": list(AccountEvent.objects.filter(account=account).order_by("at").values("kind", "at", "facts")),
        },
        "organisations": list(
            party.represented_organisations.values("credit_code", "party__name", "representative_since")
        ),
        "guardianships": [
            {
                "ward": row.ward.name,
                "guardian": row.guardian.name,
                "relation": row.relation,
                "confirmed_at": row.confirmed_at,
                "valid_until": row.valid_until,
                "ended_at": row.ended_at,
            }
            for row in guardianships
        ],
        "mandates": [
            {
                "principal": row.principal and row.principal.name,
                "agent": row.agent and row.agent.name,
                "state": row.state,
                "items": row.items,
                "valid_from": row.valid_from,
                "valid_until": row.valid_until,
                "confirmed_at": row.confirmed_at,
                "revoked_at": row.revoked_at,
            }
            for row in mandates
        ],
        "consents": list(
            Consent.objects.filter(party=party).values("kind", "text_version", "given_at", "withdrawn_at")
        ),
        "reads": list(
            PersonRead.objects.filter(party=party)
            .order_by("at")
            .values("at", "department__name_zh", "reason", "what", "reference")
        ),
        "correction_requests": [
            {
                "field": row.field,
                "wanted": row.wanted,
                "state": row.state,
                "asked_at": row.asked_at,
                "answer": row.answer,
            }
            for row in CorrectionRequest.objects.filter(party=party).order_by("asked_at")
        ],
    }
