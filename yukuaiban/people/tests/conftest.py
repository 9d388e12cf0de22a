"""Each test has an outbox of its own, and nothing counted before it."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, settings) -> Path:
    settings.OUTBOX_DIR = tmp_path / "messages"
    return settings.OUTBOX_DIR
