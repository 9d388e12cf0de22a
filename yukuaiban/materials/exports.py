"""What a person's copy of all his data holds of this domain. Law: 个人信息保护法 第四十五条."""

from __future__ import annotations

from typing import Any

from yukuaiban.materials.models import Material, MaterialUse
from yukuaiban.people.models import Party


def export(party: Party) -> Any:
    """Documents handed in, every use of them, and every look; the files themselves are opened from the pages."""
    materials = Material.objects.filter(owner=party).order_by("uploaded_at")
    uses = (
        MaterialUse.objects.filter(owner=party)
        .prefetch_related("reads__department", "reads__reader__party")
        .order_by("at")
    )
    if not materials and not uses:
        return None
    return {
        "documents": [
            {
                "name": material.name,
                "type": material.type_code,
                "format": material.kind,
                "size": material.size,
                "pages": material.pages,
                "sm3": material.digest,
                "uploaded_at": material.uploaded_at,
            }
            for material in materials
        ],
        "uses": [
            {
                "document": use.slot_title,
                "obtained": use.how,
                "source": use.source,
                "shown": use.facts,
                "purpose": use.purpose,
                "reference": use.reference,
                "at": use.at,
                "filed_at": use.filed_at,
                "looks": [
                    {
                        "at": read.at,
                        "by": read.reader.name,
                        "department": read.department.name_zh if read.department else "",
                        "what": read.what,
                    }
                    for read in use.reads.all()
                ],
            }
            for use in uses
        ],
    }
