-- The log over the ledger: an RFC 6962 Merkle tree whose leaves are events and access records, in
-- the order in which the sealer found them. Leaves, tiles and checkpoints are inserted and read.

CREATE TABLE ledger.leaf (
  index bigint PRIMARY KEY CHECK (index >= 0),
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('event', 'access')),
  number bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  UNIQUE (kind, number)
);
COMMENT ON TABLE ledger.leaf IS 'The order of the log. Within a kind it is the order of its numbers; an event has its position.';
COMMENT ON COLUMN ledger.leaf.hash IS 'SHA-256(0x00 || leaf data), RFC 6962 section 2.1.';

CREATE TABLE ledger.tile (
  level smallint CHECK (level BETWEEN 0 AND 7),
  number bigint CHECK (number >= 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  hashes bytea NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (level, number)
);
COMMENT ON TABLE ledger.tile IS 'Full tiles of 256 hashes (C2SP tlog-tiles); the right edge is computed from leaves and roots.';
ALTER TABLE ledger.tile ALTER COLUMN hashes SET STORAGE EXTERNAL; -- hashes do not compress

CREATE TABLE ledger.checkpoint (
  size bigint PRIMARY KEY CHECK (size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  note text NOT NULL,
  vkey text NOT NULL,
  issued_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ledger.checkpoint IS 'Signed tree heads (C2SP tlog-checkpoint). The key that signs is not in this database.';

CREATE TABLE ledger.cosignature (
  size bigint REFERENCES ledger.checkpoint,
  vkey text COLLATE "C" NOT NULL,
  line text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (size, vkey)
);
COMMENT ON TABLE ledger.cosignature IS 'What outside witnesses said of a checkpoint (C2SP tlog-cosignature).';

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.leaf
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.tile
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.cosignature
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.leaf ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE ledger.tile ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE ledger.checkpoint ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE ledger.cosignature ENABLE ALWAYS TRIGGER immutable;

-- The one place that says what a leaf is made of: RFC 8785 JSON, its keys in order.
CREATE FUNCTION ledger.leaf_data(kind text, number bigint, hash bytea, recorded_at timestamptz)
RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT convert_to(
    '{"hash":"' || encode(hash, 'hex') || '","kind":"' || kind || '","'
    || CASE kind WHEN 'event' THEN 'position' ELSE 'number' END || '":' || number
    || ',"recorded_at":"'
    || to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"}', 'UTF8')
$$;

-- jejak_sealer: sees hashes and times, and no page; adds to the log, and changes nothing in it.
DO $$ BEGIN
  CREATE ROLE jejak_sealer NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  IF NOT pg_has_role(current_user, 'jejak_sealer', 'MEMBER') THEN
    EXECUTE format('GRANT jejak_sealer TO %I', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA ledger TO jejak_sealer;
GRANT SELECT (id) ON ledger.store TO jejak_sealer;
GRANT SELECT (position, recorded_at, hash) ON ledger.event TO jejak_sealer;
GRANT SELECT, INSERT (index, kind, number, hash) ON ledger.leaf TO jejak_sealer;
GRANT SELECT, INSERT (level, number, root, hashes) ON ledger.tile TO jejak_sealer;
GRANT SELECT, INSERT (size, root, note, vkey) ON ledger.checkpoint TO jejak_sealer;
GRANT SELECT, INSERT (size, vkey, line) ON ledger.cosignature TO jejak_sealer;
GRANT SELECT ON ledger.leaf, ledger.tile, ledger.checkpoint, ledger.cosignature TO jejak_service;
