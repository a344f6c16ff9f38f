-- Who does what comes due by the clock, and what came of the last look. All of it can be made
-- again: what was done is in the ledger.

DO $$ BEGIN EXECUTE 'SET LOCAL ROLE jejak_service'; END $$;

CREATE TABLE read_model.clock (
  name text PRIMARY KEY,
  holder uuid,
  label text,
  beat_at timestamptz,
  looked_at timestamptz,
  recorded bigint NOT NULL DEFAULT 0,
  left_over bigint NOT NULL DEFAULT 0,
  next_at timestamptz,
  error text
);
ALTER TABLE read_model.clock SET (fillfactor = 50);
COMMENT ON TABLE read_model.clock IS 'One process at a time does what comes due; whoever has not said for some seconds that it lives holds nothing any more.';
COMMENT ON COLUMN read_model.clock.error IS 'The class of what went wrong in the last look, never its words.';

RESET ROLE;
