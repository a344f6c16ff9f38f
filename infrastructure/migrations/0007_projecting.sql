-- How far each projection is, who folds it, and what it could not fold. All of it is the service's
-- own, in its own schema: it can be made again from the ledger.

DO $$ BEGIN EXECUTE 'SET LOCAL ROLE jejak_service'; END $$;

CREATE TABLE IF NOT EXISTS read_model.progress (
  projection text PRIMARY KEY,
  position bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE read_model.progress
  ADD COLUMN holder uuid,
  ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE read_model.progress SET (fillfactor = 50);
COMMENT ON COLUMN read_model.progress.holder IS 'The process that folds it, as long as its row in read_model.member is fresh.';
COMMENT ON COLUMN read_model.progress.epoch IS 'Counts the holders: who woke up late sees that it has moved on, and writes nothing.';

CREATE TABLE read_model.member (
  process uuid PRIMARY KEY,
  label text NOT NULL,
  projections text[] NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  beat_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE read_model.member IS 'Processes that fold projections, and which ones they know.';

CREATE TABLE read_model.dead_letter (
  projection text NOT NULL,
  key text COLLATE "C" NOT NULL,
  whole_stream boolean NOT NULL,
  position bigint NOT NULL,
  error text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (projection, key, whole_stream)
);
COMMENT ON TABLE read_model.dead_letter IS 'Pages that a projection could not fold: the key goes no further until it is folded anew. The class of the error, never its words.';
COMMENT ON COLUMN read_model.dead_letter.whole_stream IS 'The key is that of a stream: the page could not be woken, so it is not known which row it is about.';
DO $$ BEGIN
  IF to_regclass('read_model.stopped_key') IS NOT NULL THEN
    INSERT INTO read_model.dead_letter (projection, key, whole_stream, position, error)
    SELECT projection, key, false, position, error FROM read_model.stopped_key;
    DROP TABLE read_model.stopped_key;
  END IF;
END $$;

RESET ROLE;
