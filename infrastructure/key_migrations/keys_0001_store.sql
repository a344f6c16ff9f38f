-- The key store: in a database of its own, apart from the ledger and from the ledger's backups.
-- Keys are made, read and destroyed here, and never changed.

CREATE SCHEMA IF NOT EXISTS keys;

CREATE TABLE keys.master (
  generation integer PRIMARY KEY CHECK (generation > 0),
  store uuid NOT NULL,
  digest bytea NOT NULL,
  begun_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE keys.master IS 'One row per master key that there has been, recognised by a keyed digest; the newest wraps.';

CREATE TABLE keys.handover (
  generation integer PRIMARY KEY REFERENCES keys.master,
  sealed bytea NOT NULL
);
COMMENT ON TABLE keys.handover IS 'While a rotation is under way: the new wrapping key, under the one before it.';

CREATE TABLE keys.secret (
  purpose text COLLATE "C" PRIMARY KEY,
  generation integer NOT NULL REFERENCES keys.master,
  wrapped bytea NOT NULL
);
COMMENT ON TABLE keys.secret IS 'What is keyed and must outlive a rotation: blind index, idempotency, tokens, import.';

CREATE TABLE keys.sealing_key (
  key_id uuid PRIMARY KEY,
  subject text COLLATE "C" NOT NULL,
  data_class text NOT NULL CHECK (data_class IN ('personal', 'specific')),
  generation integer NOT NULL REFERENCES keys.master,
  wrapped bytea NOT NULL,
  UNIQUE (subject, data_class)
);
COMMENT ON TABLE keys.sealing_key IS 'One key per subject and data class, wrapped by the master key, which is kept elsewhere.';
CREATE INDEX sealing_key_generation ON keys.sealing_key (generation);

CREATE TABLE keys.tombstone (
  subject text COLLATE "C" PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  event_id uuid NOT NULL,
  stream text COLLATE "C" NOT NULL,
  told jsonb NOT NULL,
  key_ids uuid[] NOT NULL,
  destroyed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE keys.tombstone IS 'Whose keys were destroyed, by which event, and which keys: no key is ever made for them again.';
CREATE INDEX tombstone_key_ids ON keys.tombstone USING gin (key_ids);

CREATE TABLE keys.scrubbed (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tombstone bigint NOT NULL,
  generation integer NOT NULL,
  scrubbed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE keys.scrubbed IS 'Up to which tombstone and master key the tables of keys were written anew, so that the disk holds nothing of before.';

-- Makers share this lock, whoever destroys or begins a rotation has it alone: so a maker sees
-- every tombstone and every generation that was there before its key.
CREATE FUNCTION keys.enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7316400930);
  RETURN NULL;
END $$;
CREATE TRIGGER enter BEFORE INSERT ON keys.sealing_key
  FOR EACH STATEMENT EXECUTE FUNCTION keys.enter();

CREATE FUNCTION keys.admit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM keys.tombstone WHERE subject = NEW.subject) THEN
    RETURN NULL;
  END IF;
  IF NEW.generation <> (SELECT max(generation) FROM keys.master) THEN
    RAISE EXCEPTION 'a newer master key has begun' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'wrapped_by_the_newest';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER admit BEFORE INSERT ON keys.sealing_key
  FOR EACH ROW EXECUTE FUNCTION keys.admit();

-- A key leaves with a tombstone, or comes back in the same transaction under a newer master key.
CREATE FUNCTION keys.leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM keys.tombstone WHERE subject = OLD.subject AND OLD.key_id = ANY(key_ids))
     AND NOT EXISTS (SELECT FROM keys.sealing_key WHERE key_id = OLD.key_id) THEN
    RAISE EXCEPTION 'a key is destroyed with a tombstone only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER leave AFTER DELETE ON keys.sealing_key
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keys.leave();

CREATE FUNCTION keys.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.%: keys and tombstones are made, and never changed',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER unchanged BEFORE UPDATE OR TRUNCATE ON keys.sealing_key
  FOR EACH STATEMENT EXECUTE FUNCTION keys.refuse();
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON keys.tombstone
  FOR EACH STATEMENT EXECUTE FUNCTION keys.refuse();
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON keys.master
  FOR EACH STATEMENT EXECUTE FUNCTION keys.refuse();

-- jejak_keys: makes keys, reads them, destroys them. It has no right on the ledger.
DO $$ BEGIN
  CREATE ROLE jejak_keys NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  IF NOT pg_has_role(current_user, 'jejak_keys', 'MEMBER') THEN
    EXECUTE format('GRANT jejak_keys TO %I', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA keys TO jejak_keys;
GRANT SELECT ON keys.master, keys.handover, keys.secret, keys.sealing_key, keys.tombstone,
  keys.scrubbed TO jejak_keys;
GRANT INSERT (generation, store, digest) ON keys.master TO jejak_keys;
GRANT INSERT, DELETE ON keys.handover, keys.secret, keys.sealing_key TO jejak_keys;
GRANT INSERT (subject, event_id, stream, told, key_ids) ON keys.tombstone TO jejak_keys;
