"""SM4-GCM, SM3, HMAC-SM3 against published vectors, and what must be refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from yukuaiban import vault
from yukuaiban.vault import crypto, keys


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"


class TestKnownVectors:
    @pytest.mark.parametrize(
        ("text", "digest"),
        [
            pytest.param(
                b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", id="GB/T 32905 A.1"
            ),
            pytest.param(
                b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732", id="GB/T 32905 A.2"
            ),
        ],
    )
    def test_sm3(self, text, digest):
        assert vault.sm3(text).hex() == digest

    def test_sm4_block_of_the_standard(self):
        """GB/T 32907-2016 A.1"""
        key = bytes.fromhex("0123456789abcdeffedcba9876543210")
        cipher = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
        assert cipher.update(key).hex() == "681edf34d206965e86b3e94f536e4246"

    def test_sm4_gcm_of_rfc_8998(self):
        """RFC 8998, appendix A.1"""
        sealed = bytes.fromhex(
            "00001234567800000000abcd"  # nonce
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            "83de3541e4c2b58177e065a9bf7b62ec"  # tag
        )
        plain = bytes.fromhex(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
            "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
        )
        key = bytes.fromhex("0123456789abcdeffedcba9876543210")
        aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        assert crypto._open(key, sealed, aad) == plain

    def test_hmac_sm3_is_hmac_over_sm3(self):
        """RFC 2104 written out."""
        key, text = bytes(range(1, 33)), b"abcd" * 14
        inner = vault.sm3(bytes(b ^ 0x36 for b in key.ljust(64, b"\0")) + text)
        expected = vault.sm3(bytes(b ^ 0x5C for b in key.ljust(64, b"\0")) + inner)
        assert vault.hmac_sm3(key, text) == expected


class TestEncryption:
    @pytest.mark.parametrize("text", ["", "500101199001011234", "买买提·𠮷", "x" * 100_000])
    def test_what_goes_in_comes_out(self, text):
        assert vault.decrypt(vault.encrypt(text)).decode() == text

    def test_the_same_value_never_looks_the_same_twice(self):
        assert vault.encrypt("a") != vault.encrypt("a")

    def test_a_value_is_read_only_at_its_place(self):
        blob = vault.encrypt("a", aad=b"people.party.phone")
        with pytest.raises(vault.Unreadable):
            vault.decrypt(blob, b"people.party.name")

    @pytest.mark.parametrize("position", [0, 1, 5, 17, -1])
    def test_one_changed_bit_is_refused(self, position):
        blob = bytearray(vault.encrypt("a"))
        blob[position] ^= 1
        with pytest.raises(vault.VaultError):
            vault.decrypt(bytes(blob))

    @pytest.mark.parametrize("length", [0, 1, 5, 20, 33])
    def test_a_cut_value_is_refused(self, length):
        with pytest.raises(vault.Unreadable):
            vault.decrypt(vault.encrypt("ab")[:length])


class TestBlindIndex:
    def test_one_person_is_found_however_the_number_was_typed(self):
        expected = vault.blind_index("resident_id", "50010119900101123X")
        assert vault.blind_index("resident_id", " 500101 19900101 123x ") == expected
        assert vault.blind_index("resident_id", "５００１０１１９９００１０１１２３Ｘ") == expected
        assert len(expected) == 32

    def test_kinds_do_not_meet(self):
        assert vault.blind_index("phone", "13800000000") != vault.blind_index("bank_card", "13800000000")
        assert vault.blind_index("a", "b\0c") != vault.blind_index("a\0b", "c\0")

    def test_without_the_key_nothing_can_be_tried(self):
        before = vault.blind_index("phone", "13800000000")
        keys.make(keys.Purpose.INDEX)
        assert vault.blind_index("phone", "13800000000") != before
        assert vault.blind_indexes("phone", "13800000000")[1] == before


class TestSubjectKeys:
    def test_each_subject_reads_only_its_own(self):
        one, other = vault.new_subject_key(), vault.new_subject_key()
        blob = vault.encrypt_for(one, "张三")
        assert vault.decrypt_for(one, blob).decode() == "张三"
        with pytest.raises(vault.Unreadable):
            vault.decrypt_for(other, blob)

    @pytest.mark.parametrize("nothing", [None, b"", memoryview(b"")])
    def test_an_erased_key_makes_data_unreadable(self, nothing):
        """个人信息保护法 第四十七条"""
        blob = vault.encrypt_for(vault.new_subject_key(), "张三")
        with pytest.raises(vault.Erased):
            vault.decrypt_for(nothing, blob)

    def test_a_wrapped_key_is_not_a_value(self):
        """A wrapped key put into a data column does not give the key away."""
        with pytest.raises(vault.Unreadable):
            vault.decrypt(vault.new_subject_key())
