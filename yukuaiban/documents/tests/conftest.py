"""Each test of signing makes its own keys."""

from __future__ import annotations

import pytest

from yukuaiban.documents.signing import keys


@pytest.fixture
def signing_keys(settings, tmp_path, monkeypatch):
    settings.KEYS_DIR = tmp_path / "keys"
    monkeypatch.setattr(keys, "_ring", None)
    yield settings.KEYS_DIR / "signing"
    keys._ring = None
