"""Rotation puts everything under the new key, can be stopped anywhere, and names what it could not open."""

from __future__ import annotations

import itertools

import pytest
from django.apps.registry import Apps
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models

from yukuaiban import vault
from yukuaiban.vault import keys, rotation

pytestmark = pytest.mark.django_db


class Person(models.Model):
    name = vault.EncryptedTextField()
    id_number = vault.EncryptedTextField(null=True, max_length=18)
    id_index = vault.BlindIndexField(source="id_number", kind="resident_id", null=True, unique=True)
    facts = vault.EncryptedJSONField(default=dict)
    wrapped = vault.WrappedKeyField()

    class Meta:
        app_label = "vault"
        apps = Apps()  # its own registry: no migration of the project ever hears of it
        db_table = "vault_test_person"


@pytest.fixture(autouse=True)
def table(settings, tmp_path, db, monkeypatch):
    settings.KEYS_DIR = tmp_path / "keys"
    monkeypatch.setattr(rotation, "_steps", {})
    monkeypatch.setattr(rotation, "_index_steps", {})
    monkeypatch.setattr(rotation, "BLOCKS_PER_BATCH", 1)
    monkeypatch.setattr(rotation, "_models", lambda: iter([Person]))
    monkeypatch.setattr(rotation, "_columns", lambda real=rotation._columns: [c for c in real() if "_test_" in c.root])
    with connection.schema_editor() as editor:
        editor.create_model(Person)


def people(count: int) -> None:
    Person.objects.bulk_create(
        Person(name=f"张{i}", id_number=f"5001011990010{i:05}", facts={"年": i}) for i in range(count)
    )


def prefixes(column: str) -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT substring({column} FROM 1 FOR 5) FROM vault_test_person")
        return {bytes(row[0]) for row in cursor.fetchall()}


class TestFields:
    def test_python_sees_values_and_the_database_sees_none(self):
        Person.objects.create(name="欧阳·𠮷", id_number="500101199001011234", facts={"b": [1, None], "a": "x"})
        again = Person.objects.get()
        assert (again.name, again.facts) == ("欧阳·𠮷", {"a": "x", "b": [1, None]})
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, facts, id_index FROM vault_test_person")
            raw = b"".join(bytes(part) for part in cursor.fetchone())
        assert "欧".encode() not in raw
        assert b'"a"' not in raw

    def test_nothing_stays_nothing(self):
        Person.objects.create(name="", id_number=None)
        again = Person.objects.get()
        assert (again.name, again.id_number, again.id_index) == ("", None, None)
        assert Person.objects.filter(id_number__isnull=True).exists()

    def test_a_person_is_found_by_the_index_only(self):
        people(3)
        assert Person.objects.get(id_index=vault.blind_index("resident_id", "500101199001000002")).name == "张2"
        with pytest.raises(FieldError, match="blind index"):
            Person.objects.filter(id_number="500101199001000002").exists()

    def test_the_same_number_twice_is_refused_by_the_database(self):
        people(1)
        with pytest.raises(IntegrityError):
            people(1)

    def test_a_ciphertext_moved_to_another_column_does_not_open(self):
        people(1)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE vault_test_person SET name = id_number")
        with pytest.raises(vault.Unreadable):
            Person.objects.get()

    def test_hand_written_sql_opens_and_seals_a_column(self):
        people(1)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE vault_test_person SET name = %s RETURNING name", [vault.sealer(Person, "name")("李")]
            )
            assert vault.opener(Person, "name")(cursor.fetchone()[0]) == "李"

    def test_too_long_a_text_is_refused_by_validation(self):
        from django.core.exceptions import ValidationError

        with pytest.raises(ValidationError, match="id_number"):
            Person(name="a", id_number="1" * 19).full_clean()

    def test_migrations_can_write_the_fields_down(self):
        for field in Person._meta.local_fields[1:]:
            _, path, args, kwargs = field.deconstruct()
            assert type(field)(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)


class TestRotation:
    def test_everything_is_read_before_and_after_and_nothing_stays_under_the_old_key(self):
        people(300)
        sealed = {p.pk: vault.encrypt_for(p.wrapped, p.name) for p in Person.objects.all()}
        old = keys.ring().current
        progress = list(rotation.rotate(settle=0))
        assert keys.ring().current.id != old.id
        assert sum(1 for step in progress if step.place.endswith(".name")) > 1  # in batches
        for column in ("name", "id_number", "facts", "wrapped"):
            assert prefixes(column) == {b"\x01" + keys.ring().current.id}
        for i, person in enumerate(Person.objects.order_by("pk")):
            assert (person.name, person.facts) == (f"张{i}", {"年": i})
            assert vault.decrypt_for(person.wrapped, sealed[person.pk]).decode() == person.name

    def test_a_stopped_rotation_goes_on_under_the_same_new_key(self):
        people(300)
        list(itertools.islice(rotation.rotate(settle=0), 2))
        half_done = keys.ring().current.id
        assert len(rotation.usage()) > 4  # some columns stand under both
        list(rotation.rotate(settle=0))
        assert keys.ring().current.id == half_done
        assert {key_id for _, key_id in rotation.usage()} == {half_done}

    def test_the_next_rotation_makes_another_key(self):
        people(1)
        list(rotation.rotate(settle=0))
        first = keys.ring().current.id
        list(rotation.rotate(settle=0))
        assert keys.ring().current.id != first

    def test_a_value_bound_to_an_undeclared_place_is_named(self, monkeypatch):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE vault_test_raw (secret bytea)")
            cursor.execute("INSERT INTO vault_test_raw VALUES (%s)", [vault.encrypt("a", aad=b"somewhere")])
        with pytest.raises(vault.VaultError, match=r"vault_test_raw\.secret: 1"):
            list(rotation.rotate(settle=0))
        monkeypatch.setitem(rotation._declared, ("vault_test_raw", "secret"), b"somewhere")
        list(rotation.rotate(settle=0))
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM vault_test_raw")
            assert vault.decrypt(cursor.fetchone()[0], b"somewhere") == b"a"

    def test_a_partitioned_table_without_a_model_is_found(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE vault_test_key (id int, wrapped bytea) PARTITION BY HASH (id)")
            for i in range(2):
                cursor.execute(
                    f"CREATE TABLE vault_test_key_{i} PARTITION OF vault_test_key "
                    f"FOR VALUES WITH (MODULUS 2, REMAINDER {i})"
                )
            cursor.executemany(
                "INSERT INTO vault_test_key VALUES (%s, %s)", [(i, vault.wrap(b"k" * 16)) for i in range(9)]
            )
        list(rotation.rotate(settle=0))
        assert rotation.usage()["vault_test_key.wrapped", keys.ring().current.id] == 9


class TestIndexRotation:
    def test_every_index_is_computed_again(self):
        people(30)
        list(rotation.rotate_index(batch=7))
        assert Person.objects.get(id_index=vault.blind_index("resident_id", "500101199001000029")).name == "张29"

    def test_a_stopped_one_is_taken_up_again_and_found_meanwhile(self):
        people(30)
        list(itertools.islice(rotation.rotate_index(batch=7), 1))
        for number in ("500101199001000001", "500101199001000029"):
            assert Person.objects.get(id_index__in=vault.blind_indexes("resident_id", number))
        assert sum(step.done for step in rotation.resume_index(batch=7) if step.part == 1.0) == 23
