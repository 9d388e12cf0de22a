"""Signatures: what we say about a file and what poppler's `pdfsig`, which knows nothing of us, says."""

from __future__ import annotations

import asyncio
import random
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime

import pytest
from cryptography.hazmat.primitives import serialization

from yukuaiban.config.now import ZONE
from yukuaiban.documents.signing import Outcome, SigningKeysFault, check, keys, pades, sign
from yukuaiban.documents.signing.outcome import digest_of
from yukuaiban.documents.tests.test_fonts import specimen

AT = datetime(2026, 11, 22, 9, 30, tzinfo=ZONE)


@pytest.fixture(scope="module")
def plain() -> bytes:
    return specimen("签名样张 张𠮷")


@pytest.fixture
def signed(plain, signing_keys) -> bytes:
    return sign(plain, name="重庆市某某局", reason="签发", at=AT)


def pdfsig(pdf: bytes, tmp_path) -> str:
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", path], capture_output=True, check=False).stdout.decode()


def altered(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


class TestSignedDocument:
    """电子签名法 第十三条第一款（三）（四）: any change of the signature or the document can be found."""

    def test_pdfsig_finds_it_valid_and_whole(self, signed, tmp_path):
        said = pdfsig(signed, tmp_path)
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert "ETSI.CAdES.detached" in said
        assert "Nov 22 2026 09:30:00" in said or "Nov 22 2026 01:30:00" in said

    def test_a_changed_byte_fails_in_pdfsig(self, plain, signed, tmp_path):
        said = pdfsig(altered(signed, len(plain) // 2), tmp_path)
        assert "Digest Mismatch" in said
        assert "Signature is Valid" not in said

    def test_something_added_afterwards_is_not_signed(self, signed, tmp_path):
        assert "Total document signed" not in pdfsig(signed + b"\n%%EOF\n", tmp_path)

    def test_we_say_the_same(self, signed):
        found = check(signed)
        assert found.outcome is Outcome.UNCHANGED
        assert (found.signed_at, found.signed_by, found.reason) == (AT, "重庆市某某局", "签发")
        assert found.digest == digest_of(signed)

    @pytest.mark.parametrize("guarded", [True, False])
    def test_one_thread_signs_at_a_time(self, plain, signing_keys, monkeypatch, guarded):
        """Threads that shared a certificate met half of it; the run without the guard is the control."""
        if not guarded:
            monkeypatch.setattr(pades, "_ONE_AT_A_TIME", nullcontext())
        inside, most = [], []

        def signed(*_given: object, **_more: object) -> bytes:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.05)
            inside.pop()
            return b""

        monkeypatch.setattr(pades, "_signed", signed)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _n: sign(plain, name="重庆市某某局", reason="签发", at=AT), range(4)))
        assert (max(most) == 1) is guarded

    def test_a_changed_byte_anywhere_is_found(self, signed):
        places = [0, len(signed) - 1, *random.Random(7).sample(range(len(signed)), 60)]
        assert {check(altered(signed, at)).outcome for at in places} <= {Outcome.CHANGED, Outcome.UNREADABLE}

    def test_a_changed_digit_in_the_signature_itself_is_found(self, signed):
        begin = signed.index(b"/Contents <") + len(b"/Contents <")
        end = signed.index(b">", begin)
        for at in [begin, end - 1, *random.Random(7).sample(range(begin, end), 40)]:
            digit = b"1" if signed[at : at + 1] == b"0" else b"0"
            assert check(signed[:at] + digit + signed[at + 1 :]).outcome is Outcome.CHANGED

    @pytest.mark.parametrize("tail", [b"\n", b"%%EOF\n", b"1 0 obj\n<<>>\nendobj\n"])
    def test_nothing_may_be_added(self, signed, tail):
        assert check(signed + tail).outcome is Outcome.CHANGED

    def test_it_stays_an_archive_document(self, signed):
        assert b"pdfaid:part" in signed

    @pytest.mark.parametrize("junk", [b"", b"PK\x03\x04", b"%PDF-1.7\n", b"%PDF-1.7" + bytes(200), b"\x00" * 5000])
    def test_what_is_no_document_is_said_to_be_none(self, signing_keys, junk):
        assert check(junk).outcome is Outcome.UNREADABLE

    def test_an_unsigned_document_is_said_to_be_unsigned(self, plain, signing_keys):
        assert check(plain).outcome is Outcome.UNSIGNED

    def test_a_cut_document_counts_as_changed(self, signed):
        assert check(signed[:-300]).outcome is Outcome.CHANGED

    def test_a_document_signed_elsewhere_is_foreign(self, signed, settings, tmp_path, monkeypatch):
        settings.KEYS_DIR = tmp_path / "another house"
        monkeypatch.setattr(keys, "_ring", None)
        assert check(signed).outcome is Outcome.FOREIGN

    def test_it_can_be_signed_where_an_event_loop_runs(self, plain, signing_keys):
        async def inside() -> bytes:
            return sign(plain, name="局", reason="签发", at=AT)

        assert check(asyncio.run(inside())).outcome is Outcome.UNCHANGED


class TestKeys:
    def test_they_are_made_at_first_use_for_their_owner_only(self, signed, signing_keys):
        names = sorted(path.name.split("-")[0] + path.suffix for path in signing_keys.glob("*-*"))
        assert names == ["authority.crt", "authority.key", "document.crt", "document.key"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in signing_keys.glob("*.key")} == {0o600}
        assert stat.S_IMODE(signing_keys.stat().st_mode) == 0o700

    def test_a_rotation_signs_with_the_new_key_and_keeps_old_signatures(self, plain, signed, tmp_path):
        before = keys.ring().current()
        after = keys.rotate()
        assert after.id != before.id
        assert keys.ring().authorities[0].certificate.subject == after.certificate.issuer
        newer = sign(plain, name="局", reason="签发", at=AT)
        assert check(newer).key_id == after.id
        assert (check(signed).outcome, check(signed).key_id) == (Outcome.UNCHANGED, before.id)
        assert "Signature is Valid." in pdfsig(newer, tmp_path)

    def test_so_does_a_new_authority(self, plain, signed):
        keys.rotate(new_authority=True)
        assert len(keys.ring().authorities) == 2
        assert check(signed).outcome is Outcome.UNCHANGED
        assert check(sign(plain, name="局", reason="签发", at=AT)).outcome is Outcome.UNCHANGED

    def test_an_authority_whose_key_was_moved_away_is_followed_by_a_new_one(self, signed, signing_keys):
        next(signing_keys.glob("authority-*.key")).unlink()
        keys.rotate()
        assert len(keys.ring().authorities) == 2
        assert check(signed).outcome is Outcome.UNCHANGED

    def test_a_withdrawn_key_proves_nothing_and_signs_nothing(self, plain, signed):
        key = keys.ring().current()
        keys.withdraw(key.id, reason="备份介质遗失")
        found = check(signed)
        assert found.outcome is Outcome.WITHDRAWN
        assert found.withdrawn.reason == "备份介质遗失"
        with pytest.raises(SigningKeysFault, match="rotate"):
            sign(plain, name="局", reason="签发", at=AT)
        keys.rotate()
        assert check(sign(plain, name="局", reason="签发", at=AT)).outcome is Outcome.UNCHANGED

    def test_an_unknown_key_cannot_be_withdrawn(self, signing_keys):
        keys.ring()
        with pytest.raises(SigningKeysFault, match="signing list"):
            keys.withdraw("00000000", reason="")

    def test_another_process_that_rotated_is_noticed(self, signed, monkeypatch):
        old = keys.ring()
        keys.rotate()
        monkeypatch.setattr(keys, "_ring", old)
        monkeypatch.setattr(keys, "_looked_at", -1e9)
        assert keys.ring().current().id != old.current().id

    def test_a_lost_private_key_is_one_clear_sentence(self, plain, signing_keys):
        keys.ring().current().key_path.unlink()
        with pytest.raises(SigningKeysFault, match="put it back"):
            sign(plain, name="局", reason="签发", at=AT)

    def test_the_certificate_is_for_signing_and_by_our_authority(self, signing_keys):
        current, authority = keys.ring().current(), keys.ring().authorities[0]
        current.certificate.verify_directly_issued_by(authority.certificate)
        pem = current.certificate.public_bytes(serialization.Encoding.PEM)
        assert b"PRIVATE" not in pem
        assert current.ends_at.year - current.made_at.year >= keys.DOCUMENT_YEARS - 1

    def test_a_document_signed_after_the_certificate_ended_by_a_shifted_clock_is_still_ours(self, plain, signing_keys):
        late = datetime(2060, 1, 1, tzinfo=ZONE)
        assert check(sign(plain, name="局", reason="签发", at=late)).outcome is Outcome.UNCHANGED
