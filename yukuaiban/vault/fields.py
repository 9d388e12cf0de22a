"""Model fields that are encrypted in the database and ordinary values in Python.

Each value is bound to its column (`aad`, by default `app.model.field`): a ciphertext copied into another column does
not open. When a model or a field is renamed, pass the old name as `aad=` and old rows stay readable. Hand-written SQL
reads a column with `opener(Model, "field")`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import rfc8785
from django import forms
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.lookups import IsNull

from yukuaiban.vault import crypto


class EncryptedField(models.Field):  # type: ignore[type-arg]
    """What both share: a bytea column, opened on reading, sealed on writing, never searched."""

    empty_strings_allowed = False

    def __init__(self, *args: Any, aad: str | None = None, **kwargs: Any) -> None:
        self.place = aad
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self.aad = (self.place or f"{cls._meta.app_label}.{cls._meta.model_name}.{name}").encode()

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.place is not None:
            kwargs["aad"] = self.place
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return IsNull
        raise FieldError(f"{self.name} is encrypted and cannot be searched: keep a blind index beside it.")

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def seal(self, value: Any) -> bytes:
        return crypto.encrypt(self.to_bytes(value), aad=self.aad)

    def open(self, blob: bytes | memoryview | None) -> Any:
        return None if blob is None else self.from_bytes(crypto.decrypt(blob, self.aad))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.open(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, models.expressions.BaseExpression):
            return value
        return connection.Database.Binary(self.seal(value))

    def to_bytes(self, value: Any) -> bytes:
        raise NotImplementedError

    def from_bytes(self, data: bytes) -> Any:
        raise NotImplementedError


class EncryptedTextField(EncryptedField):
    """Text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def to_python(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, data: bytes) -> str:
        return data.decode()

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **kwargs})


class EncryptedJSONField(EncryptedField):
    """Any JSON, kept in its canonical form (RFC 8785), so that equal content is equal bytes before encryption."""

    empty_values = [None]

    def to_bytes(self, value: Any) -> bytes:
        return rfc8785.dumps(value)

    def from_bytes(self, data: bytes) -> Any:
        return json.loads(data)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})


class WrappedKeyField(models.BinaryField):  # type: ignore[type-arg]
    """The wrapped key of a subject or a file; a type of its own so that a rotation finds it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", crypto.new_subject_key)
        super().__init__(*args, **kwargs)


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]
    """Finds the encrypted field `source` of the same row; filled in whenever the row is saved.

    Look up with `Model.objects.filter(id_index=blind_index("resident_id", number))`.
    """

    def __init__(self, *args: Any, source: str = "", kind: str = "", **kwargs: Any) -> None:
        self.source, self.kind = source, kind
        kwargs.setdefault("editable", False)
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source, "kind": self.kind}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.index_of(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value

    def index_of(self, value: str | None) -> bytes | None:
        return crypto.blind_index(self.kind, value) if value else None


def opener(model: type[models.Model], field: str) -> Callable[[bytes | memoryview | None], Any]:
    """The function that opens this column's bytes, for hand-written SQL."""
    found = model._meta.get_field(field)
    assert isinstance(found, EncryptedField), f"{model.__name__}.{field} is not encrypted"
    return found.open


def sealer(model: type[models.Model], field: str) -> Callable[[Any], bytes]:
    """The function that seals a value for this column, for hand-written SQL."""
    found = model._meta.get_field(field)
    assert isinstance(found, EncryptedField), f"{model.__name__}.{field} is not encrypted"
    return found.seal
