"""Each test has an outbox of its own, nothing counted before it, and passwords that are cheap to check."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, settings) -> Path:
    settings.OUTBOX_DIR = tmp_path / "messages"
    settings.EMAIL_BACKEND = "yukuaiban.messages.gateway.EmailBackend"  # the test runner puts its own
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings.OUTBOX_DIR
