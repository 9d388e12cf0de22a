"""What changes in the catalogue from a page: feedback. Loading and publishing stand in `items.loading`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid
from yukuaiban.config.now import now
from yukuaiban.items.guide import Guide
from yukuaiban.items.models import ItemFeedback

LONGEST_NOTE = 1000  # characters


def feedback_leave(*, guide: Guide, was_right: bool, note: str = "") -> ItemFeedback:
    """A reader says whether a guide was right. Nothing about the reader is kept. Raises Invalid for a note too long."""
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("说明最多 {n} 字，现在有 {m} 字。").format(n=LONGEST_NOTE, m=len(note)))
    return ItemFeedback.objects.create(
        entry_id=guide.entry_id,
        service_item_id=guide.service_item_id,
        was_right=was_right,
        note=note.strip(),
        created_at=now(),
    )
