-- The ledger: pages are inserted and read, and nothing else is ever done to them.

CREATE SCHEMA ledger;
CREATE SCHEMA keys;

CREATE TABLE ledger.store (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger.store IS 'The identity of this ledger: part of what every seal is bound to.';
INSERT INTO ledger.store DEFAULT VALUES;

CREATE TABLE ledger.event (
  position bigint PRIMARY KEY,
  stream text COLLATE "C" NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  name text COLLATE "C" NOT NULL,
  event_id uuid NOT NULL UNIQUE,
  page bytea NOT NULL,
  prev_hash bytea NOT NULL CHECK (length(prev_hash) = 32),
  hash bytea NOT NULL GENERATED ALWAYS AS (sha256(page)) STORED,
  metadata bytea,
  recorded_at timestamptz NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  UNIQUE (stream, version)
);
COMMENT ON COLUMN ledger.event.position IS 'Gap-free, in the order of commits: who has read n has seen all up to n.';
COMMENT ON COLUMN ledger.event.page IS 'RFC 8785 canonical JSON of the envelope and the sealed payload.';
COMMENT ON COLUMN ledger.event.metadata IS 'Kept for version 10 of the eventsourcing library.';
CREATE INDEX event_recorded_at ON ledger.event (recorded_at, position);

CREATE TABLE ledger.command (
  actor text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  answer jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (actor, key)
);
COMMENT ON TABLE ledger.command IS 'The first answer to each idempotency key. The digest is keyed: bodies hold names.';

CREATE TABLE keys.master_check (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  digest bytea NOT NULL
);
COMMENT ON TABLE keys.master_check IS 'Says whether a master key is the one that this store began with.';

CREATE TABLE keys.subject_key (
  key_id uuid PRIMARY KEY,
  subject text COLLATE "C" NOT NULL,
  data_class text NOT NULL CHECK (data_class IN ('personal', 'specific')),
  wrapped bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (subject, data_class)
);
COMMENT ON TABLE keys.subject_key IS 'One key per person and data class, wrapped by the master key, which is kept elsewhere.';

-- Position and time are given here, under the one lock that orders all writers, to every insert
-- by whatever path; a page that does not continue its stream is refused.
CREATE FUNCTION ledger.stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  newest record;
  previous record;
BEGIN
  PERFORM pg_advisory_xact_lock(7316400917);
  SELECT position, recorded_at INTO newest FROM ledger.event ORDER BY position DESC LIMIT 1;
  SELECT version, hash INTO previous FROM ledger.event
   WHERE stream = NEW.stream ORDER BY version DESC LIMIT 1;
  IF NEW.version <> coalesce(previous.version, 0) + 1
     OR NEW.prev_hash <> coalesce(previous.hash, decode(repeat('00', 32), 'hex')) THEN
    RAISE EXCEPTION 'page % does not continue stream %', NEW.version, NEW.stream
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'event_continues_its_stream';
  END IF;
  NEW.position := coalesce(newest.position, 0) + 1;
  NEW.recorded_at := greatest(clock_timestamp(), newest.recorded_at);
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON ledger.event
  FOR EACH ROW EXECUTE FUNCTION ledger.stamp();

CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.%: what is recorded is never changed or removed; record a correction',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.event
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.command
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.store
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER stamp, ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE ledger.command ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE ledger.store ENABLE ALWAYS TRIGGER immutable;

CREATE VIEW ledger.page AS
SELECT position, recorded_at, stream, version, name,
       body -> 'effective' ->> 'day' AS effective, body -> 'actor' ->> 'id' AS actor,
       body -> 'payload' AS payload, sealed.keys AS sealed_under,
       event_id, body ->> 'correlation_id' AS correlation_id, encode(hash, 'hex') AS hash
  FROM ledger.event
 CROSS JOIN LATERAL (SELECT convert_from(page, 'UTF8')::jsonb AS body) AS decoded
 CROSS JOIN LATERAL (SELECT jsonb_object_agg(box ->> 'key', (SELECT jsonb_agg(field)
                            FROM jsonb_object_keys(box -> 'fields') AS field)) AS keys
                       FROM jsonb_array_elements(body -> 'sealed') AS box) AS sealed;
COMMENT ON VIEW ledger.page IS 'For reading in psql: the open fields; of sealed ones the names and the key.';

-- jejak_service: what the service may do. It is never more than INSERT and SELECT here.
DO $$ BEGIN
  CREATE ROLE jejak_service NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  IF NOT pg_has_role(current_user, 'jejak_service', 'MEMBER') THEN
    EXECUTE format('GRANT jejak_service TO %I', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA ledger, keys TO jejak_service;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO jejak_service;
GRANT INSERT (stream, version, name, event_id, page, prev_hash, metadata)
  ON ledger.event TO jejak_service;
GRANT INSERT (actor, key, digest, answer) ON ledger.command TO jejak_service;
GRANT SELECT, INSERT (key_id, subject, data_class, wrapped)
  ON keys.subject_key TO jejak_service;
GRANT SELECT, INSERT (digest) ON keys.master_check TO jejak_service;
CREATE SCHEMA read_model AUTHORIZATION jejak_service;
