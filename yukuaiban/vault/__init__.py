"""Keys in files, encryption at rest, blind indexes; nothing here is ever stored in the database except ciphertext."""

from yukuaiban.vault.crypto import (
    Erased,
    Unreadable,
    blind_index,
    blind_indexes,
    decrypt,
    decrypt_for,
    encrypt,
    encrypt_for,
    hmac_sm3,
    new_subject_key,
    normalise,
    same,
    sm3,
    unwrap,
    wrap,
)
from yukuaiban.vault.fields import (
    BlindIndexField,
    EncryptedJSONField,
    EncryptedTextField,
    WrappedKeyField,
    opener,
    sealer,
)
from yukuaiban.vault.keys import KeyMissing, VaultError

__all__ = [
    "BlindIndexField",
    "EncryptedJSONField",
    "EncryptedTextField",
    "Erased",
    "KeyMissing",
    "Unreadable",
    "VaultError",
    "WrappedKeyField",
    "blind_index",
    "blind_indexes",
    "decrypt",
    "decrypt_for",
    "encrypt",
    "encrypt_for",
    "hmac_sm3",
    "new_subject_key",
    "normalise",
    "opener",
    "same",
    "sealer",
    "sm3",
    "unwrap",
    "wrap",
]
