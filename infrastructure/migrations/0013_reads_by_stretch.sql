-- Whose data were shown where in the book: by stretches of it, so that somebody's newest reads are
-- found without all that they ever had. An index of subjects alone is in no order of numbers.

CREATE FUNCTION ledger.places_of(number bigint, body bytea) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 SET search_path = pg_catalog, pg_temp AS $$
  SELECT array_agg((number >> 19) || ' ' || subject)
    FROM jsonb_array_elements_text(convert_from(body, 'UTF8')::jsonb -> 'subjects') AS subject
$$;
COMMENT ON FUNCTION ledger.places_of IS 'A stretch of 524,288 records and a subject, with a space between, for each subject of a record.';

CREATE INDEX access_places ON ledger.access
  USING gin (ledger.places_of(number, body)) WITH (fastupdate = off);
DROP INDEX ledger.access_subjects;
DROP FUNCTION ledger.subjects_of(bytea);
