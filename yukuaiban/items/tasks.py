"""What takes some seconds: comparing a proposal with the catalogue, and publishing it. Every task may run twice."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from yukuaiban.config.jobs import RETRY
from yukuaiban.items.loading import proposals


@app.task(name="items.compare_load", retry=RETRY)
def compare_load(load: int, **_ignored: Any) -> None:
    proposals.compare(load)


@app.task(name="items.publish_load", retry=RETRY)
def publish_load(load: int, **_ignored: Any) -> None:
    proposals.publish_begun(load)
