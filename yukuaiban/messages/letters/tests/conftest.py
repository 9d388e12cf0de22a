"""Letters are signed with keys of the test's own."""

from yukuaiban.documents.tests.conftest import signing_keys

__all__ = ["signing_keys"]
