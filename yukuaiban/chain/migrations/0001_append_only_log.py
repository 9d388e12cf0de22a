"""The log: hash-partitioned from the start, refused by trigger to anyone who would change it."""

from django.db import migrations

PARTITIONS = 16

FORWARD = f"""
CREATE SEQUENCE chain_subject_seq;

CREATE TABLE chain_event (
    subject bigint NOT NULL,
    seq integer NOT NULL CONSTRAINT chain_event_seq_starts_at_one CHECK (seq >= 1),
    kind text NOT NULL,
    at timestamptz NOT NULL,
    actor jsonb NOT NULL,
    facts jsonb NOT NULL,
    payload_digest bytea CONSTRAINT chain_event_payload_digest_is_sm3 CHECK (length(payload_digest) = 32),
    hash bytea NOT NULL CONSTRAINT chain_event_hash_is_sm3 CHECK (length(hash) = 32),
    PRIMARY KEY (subject, seq)
) PARTITION BY HASH (subject);

CREATE TABLE chain_payload (
    subject bigint NOT NULL,
    seq integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (subject, seq)
) PARTITION BY HASH (subject);

DO $$ BEGIN FOR i IN 0..{PARTITIONS - 1} LOOP
    EXECUTE format('CREATE TABLE chain_event_%s PARTITION OF chain_event FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER %s)', i, i);
    EXECUTE format('CREATE TABLE chain_payload_%s PARTITION OF chain_payload FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER %s)', i, i);
END LOOP; END $$;

CREATE TABLE chain_key (
    subject bigint PRIMARY KEY,
    wrapped bytea,
    erased_at timestamptz,
    CONSTRAINT chain_key_is_there_or_erased CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);

CREATE TABLE chain_unsealed (subject bigint NOT NULL, seq integer NOT NULL, PRIMARY KEY (subject, seq));

CREATE TABLE chain_seal (
    number bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    leaves integer NOT NULL,
    root bytea NOT NULL
);
CREATE TABLE chain_seal_leaf (
    seal bigint NOT NULL,
    position integer NOT NULL,
    subject bigint NOT NULL,
    seq integer NOT NULL,
    PRIMARY KEY (seal, position)
);

CREATE FUNCTION chain_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'chain_event is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER chain_event_refuses_change BEFORE UPDATE OR DELETE ON chain_event
    FOR EACH ROW EXECUTE FUNCTION chain_event_is_append_only();
DO $$ BEGIN
    EXECUTE 'CREATE TRIGGER chain_event_refuses_truncate BEFORE TRUNCATE ON chain_event FOR EACH STATEMENT EXECUTE FUNCTION chain_event_is_append_only()';
    FOR i IN 0..{PARTITIONS - 1} LOOP
        EXECUTE format('CREATE TRIGGER chain_event_refuses_truncate BEFORE TRUNCATE ON chain_event_%s FOR EACH STATEMENT EXECUTE FUNCTION chain_event_is_append_only()', i);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yukuaiban_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON chain_event FROM yukuaiban_app;
        FOR i IN 0..{PARTITIONS - 1} LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON chain_event_%s FROM yukuaiban_app', i);
        END LOOP;
    END IF;
END $$;
"""

BACKWARD = """
DROP TABLE chain_seal_leaf, chain_seal, chain_unsealed, chain_key, chain_payload, chain_event;
DROP FUNCTION chain_event_is_append_only;
DROP SEQUENCE chain_subject_seq;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
