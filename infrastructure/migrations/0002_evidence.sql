-- Documents that bear events out: kept sealed, found by the SHA-256 of their bytes, never changed.

CREATE SCHEMA evidence;

CREATE TABLE evidence.document (
  sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
  media_type text NOT NULL,
  size integer NOT NULL CHECK (size > 0),
  key_id uuid NOT NULL,
  sealed bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE evidence.document IS 'One document, sealed under a key of its own (subject evidence/SHA-256), so that it can be forgotten alone.';
ALTER TABLE evidence.document ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE evidence.deposit (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sha256 bytea NOT NULL REFERENCES evidence.document,
  actor text COLLATE "C" NOT NULL,
  unit text COLLATE "C",
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE evidence.deposit IS 'Who brought a document, and for which unit: those may read it again.';
CREATE UNIQUE INDEX deposit_once ON evidence.deposit (sha256, actor, coalesce(unit, ''));

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.document
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.deposit
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE evidence.document ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE evidence.deposit ENABLE ALWAYS TRIGGER immutable;

GRANT USAGE ON SCHEMA evidence TO jejak_service;
GRANT SELECT, INSERT (sha256, media_type, size, key_id, sealed)
  ON evidence.document TO jejak_service;
GRANT SELECT, INSERT (sha256, actor, unit) ON evidence.deposit TO jejak_service;
