-- The read-access ledger: who was shown which fields of whom, why, and when. Never a value.

CREATE FUNCTION ledger.subjects_of(body bytea) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT array_agg(subject) FROM jsonb_array_elements_text(convert_from(body, 'UTF8')::jsonb -> 'subjects') AS subject
$$;

CREATE TABLE ledger.access (
  number bigint PRIMARY KEY,
  body bytea NOT NULL,
  hash bytea NOT NULL GENERATED ALWAYS AS (sha256(body)) STORED,
  recorded_at timestamptz NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  actor text COLLATE "C" NOT NULL,
  unit text COLLATE "C",
  agency text COLLATE "C"
);
COMMENT ON TABLE ledger.access IS 'One row for each answer that showed somebody''s data, durable before the answer left.';
COMMENT ON COLUMN ledger.access.number IS 'Gap-free, in the order of commits, and apart from the positions of events.';
COMMENT ON COLUMN ledger.access.body IS 'RFC 8785 canonical JSON: ids, and names of fields. The columns after xid are read off it.';
CREATE INDEX access_recorded_at ON ledger.access (recorded_at, number);
CREATE INDEX access_actor ON ledger.access (actor, number);
CREATE INDEX access_unit ON ledger.access (unit, number) WHERE unit IS NOT NULL;
CREATE INDEX access_agency ON ledger.access (agency, number) WHERE agency IS NOT NULL;
-- "Who has seen my data": written at once, so that no reader pays for a list of those pending.
CREATE INDEX access_subjects ON ledger.access
  USING gin (ledger.subjects_of(body)) WITH (fastupdate = off);

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.access
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ledger.access ENABLE ALWAYS TRIGGER immutable;

-- The one way in. Number and time are given here, under a lock of its own: readers never wait for
-- writers of events, nor those for readers. What is not in this form fails the whole call.
CREATE FUNCTION ledger.record_access(bodies bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  newest record;
  at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(7316400922);
  SELECT a.number, a.recorded_at INTO newest FROM ledger.access AS a ORDER BY a.number DESC LIMIT 1;
  at := greatest(clock_timestamp(), newest.recorded_at);
  INSERT INTO ledger.access (number, body, recorded_at, actor, unit, agency)
  SELECT coalesce(newest.number, 0) + place, body, at,
         actor ->> 'id', actor ->> 'unit', actor ->> 'agency'
    FROM unnest(bodies) WITH ORDINALITY AS new (body, place)
   CROSS JOIN LATERAL (SELECT convert_from(body, 'UTF8')::jsonb -> 'actor' AS actor) AS who
   ORDER BY place;
  RETURN coalesce(newest.number, 0);
END $$;
COMMENT ON FUNCTION ledger.record_access IS 'Records bodies in their order; returns the number before the first of them.';
REVOKE ALL ON FUNCTION ledger.record_access FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.record_access TO jejak_service;
GRANT SELECT ON ledger.access TO jejak_service;

-- jejak_sealer puts these into the Merkle log, by hash: what they say is none of its business.
DO $$ BEGIN
  CREATE ROLE jejak_sealer NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA ledger TO jejak_sealer;
GRANT SELECT (number, recorded_at, hash) ON ledger.access TO jejak_sealer;
