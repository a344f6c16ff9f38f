-- Appends at half the cost under the lock: a group in which nobody is in anybody's way is one plain
-- insert, and whatever continues nothing is refused by the tables themselves. And nothing is written
-- that was sealed before a forgetting which its writer has not heard of.

-- Whoever sealed before a decision to forget was on record may have used a key that is destroyed by now.
-- ``heard`` is the position of the last such decision that the writers have let go of keys for. Asked under
-- the lock, by the index of those pages (migration 6): they are few. It plans as whoever calls it does.
CREATE FUNCTION ledger.ensure_heard(heard bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  forgotten bigint;
BEGIN
  SELECT e.position INTO forgotten FROM ledger.event AS e
   WHERE e.name LIKE '%.forgotten@%' ORDER BY e.position DESC LIMIT 1;
  IF forgotten > heard THEN
    RAISE EXCEPTION 'somebody was forgotten since' USING ERRCODE = 'JF001', DETAIL = forgotten;
  END IF;
END $$;
REVOKE ALL ON FUNCTION ledger.ensure_heard FROM PUBLIC;

-- All of a group or nothing. That pages continue their streams, `continues` sees to, and that a key is
-- answered once, the key of its table: so only heads that were decided on and not written to are
-- looked up here. Where one request cannot stand, the same group goes to ledger.append, which tells whose.
-- Returns the last position before the group. ``places``: which page is the first of each answer's request; 0 where it has none.
CREATE FUNCTION ledger.append_all(
  streams text[], versions integer[], names text[], event_ids uuid[], pages bytea[],
  prev_hashes bytea[],
  head_streams text[], head_versions integer[], head_hashes bytea[],
  actors text[], keys text[], digests bytea[], answers text[], places integer[],
  barrier boolean, heard bigint
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan -- as ledger.append, and for its reasons
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  newest record;
  stamped timestamptz;
  before bigint;
  odd text;
BEGIN
  PERFORM pg_advisory_xact_lock(7316400917);
  PERFORM ledger.ensure_heard(heard);
  SELECT e.position, e.recorded_at INTO newest FROM ledger.event AS e ORDER BY e.position DESC LIMIT 1;
  before := coalesce(newest.position, 0);
  -- Once for all: it would be another for each page, and their order be looked at page by page.
  stamped := greatest(clock_timestamp(), newest.recorded_at + interval '1 microsecond');
  IF head_streams <> '{}' THEN
    SELECT head.stream INTO odd
      FROM unnest(head_streams, head_versions, head_hashes) AS head (stream, version, hash)
      LEFT JOIN LATERAL (SELECT e.version, e.hash FROM ledger.event AS e
                          WHERE e.stream = head.stream ORDER BY e.version DESC LIMIT 1) AS last ON true
     WHERE head.version <> coalesce(last.version, 0)
        OR head.hash <> coalesce(last.hash, decode(repeat('00', 32), 'hex'))
     LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'stream % has moved on', odd USING ERRCODE = 'unique_violation';
    END IF;
  END IF;
  -- Sets in the list of columns go row by row: unnest with many arrays in FROM keeps a copy of each.
  INSERT INTO ledger.event (position, stream, version, name, event_id, page, prev_hash, recorded_at)
  SELECT before + generate_series(1, cardinality(streams)), unnest(streams), unnest(versions),
         unnest(names), unnest(event_ids), unnest(pages), unnest(prev_hashes),
         stamped;
  IF actors <> '{}' THEN
    INSERT INTO ledger.command (actor, key, digest, answer)
    SELECT given.actor, given.key, given.digest,
           given.answer::jsonb || jsonb_build_object('first', before + nullif(given.place, 0))
      FROM unnest(actors, keys, digests, answers, places)
        AS given (actor, key, digest, answer, place);
  END IF;
  IF barrier THEN
    PERFORM pg_logical_emit_message(true, 'jejak', 'barrier');
  END IF;
  RETURN before;
END $$;
REVOKE ALL ON FUNCTION ledger.append_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.append_all TO jejak_service;

-- The careful one, as it was in migration 3 but for `heard`: each request has an outcome of its own.
DROP FUNCTION ledger.append;
CREATE FUNCTION ledger.append(
  streams text[], versions integer[], names text[], event_ids uuid[], pages bytea[],
  prev_hashes bytea[], requests integer[],
  head_streams text[], head_versions integer[], head_hashes bytea[], head_requests integer[],
  actors text[], keys text[], digests bytea[], answers text[], answer_requests integer[],
  barrier boolean, heard bigint
) RETURNS SETOF ledger.outcome LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- One plan for all groups, and one that stays right while the table grows: to plan takes longer
-- than to write.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  newest record;
  stamped timestamptz;
  moved jsonb;
  repeated jsonb;
BEGIN
  PERFORM pg_advisory_xact_lock(7316400917);
  PERFORM ledger.ensure_heard(heard);
  SELECT coalesce(jsonb_object_agg(head.request, head.stream), '{}') INTO moved
    FROM unnest(head_streams, head_versions, head_hashes, head_requests)
      AS head (stream, version, hash, request)
    LEFT JOIN LATERAL (SELECT e.version, e.hash FROM ledger.event AS e
                        WHERE e.stream = head.stream ORDER BY e.version DESC LIMIT 1) AS last ON true
   WHERE head.version <> coalesce(last.version, 0)
      OR head.hash <> coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  SELECT coalesce(jsonb_object_agg(given.request, true), '{}') INTO repeated
    FROM unnest(actors, keys, answer_requests) AS given (actor, key, request)
   CROSS JOIN LATERAL (SELECT FROM ledger.command AS c
                        WHERE c.actor = given.actor AND c.key = given.key LIMIT 1) AS found;
  SELECT e.position, e.recorded_at INTO newest FROM ledger.event AS e ORDER BY e.position DESC LIMIT 1;
  -- Later than anything before, also where the clock was set back: what was known at an instant that
  -- is over does not change.
  stamped := greatest(clock_timestamp(), newest.recorded_at + interval '1 microsecond');

  RETURN QUERY
  WITH page AS (
    SELECT coalesce(newest.position, 0) + row_number() OVER (ORDER BY place) AS position, given.*
      FROM unnest(streams, versions, names, event_ids, pages, prev_hashes, requests)
        WITH ORDINALITY AS given (stream, version, name, event_id, page, prev_hash, request, place)
     WHERE NOT moved ? given.request::text AND NOT repeated ? given.request::text
  ), written AS (
    INSERT INTO ledger.event
      (position, stream, version, name, event_id, page, prev_hash, recorded_at)
    SELECT position, stream, version, name, event_id, page, prev_hash, stamped
      FROM page ORDER BY position
  ), place AS (
    SELECT page.request, min(page.position) AS first FROM page GROUP BY page.request
  ), answered AS (
    INSERT INTO ledger.command (actor, key, digest, answer)
    SELECT given.actor, given.key, given.digest,
           given.answer::jsonb || jsonb_build_object('first', place.first)
      FROM unnest(actors, keys, digests, answers, answer_requests)
        AS given (actor, key, digest, answer, request)
      LEFT JOIN place ON place.request = given.request
     WHERE NOT moved ? given.request::text AND NOT repeated ? given.request::text
  )
  SELECT told.request, place.first, moved ->> told.request::text, repeated ? told.request::text
    FROM (SELECT unnest(head_requests) AS request UNION SELECT unnest(answer_requests)) AS told
    LEFT JOIN place ON place.request = told.request;

  IF barrier THEN
    PERFORM pg_logical_emit_message(true, 'jejak', 'barrier');
  END IF;
END $$;
REVOKE ALL ON FUNCTION ledger.append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.append TO jejak_service;

-- A lock needs nobody's rights.
CREATE OR REPLACE FUNCTION ledger.take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(7316400917);
  RETURN NULL;
END $$;

-- What was added is one run of positions behind the last, at times in that order; so one look at the
-- page before it is enough for all, and one at the page that each continues.
CREATE OR REPLACE FUNCTION ledger.continues() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  run record;
  earlier timestamptz;
BEGIN
  SELECT count(*) AS pages, min(page.position) AS first, max(page.position) AS last,
         min(page.recorded_at) AS since, max(page.recorded_at) AS until,
         max(page.stream) FILTER (
           WHERE page.xid <> pg_current_xact_id()
              OR (previous.hash IS NULL AND page.version <> 1)
              OR page.prev_hash <> coalesce(previous.hash, decode(repeat('00', 32), 'hex'))
         ) AS odd
    INTO run
    FROM added AS page
    LEFT JOIN LATERAL (SELECT e.hash FROM ledger.event AS e
                        WHERE e.stream = page.stream AND e.version = page.version - 1
                        LIMIT 1) AS previous ON true;
  IF run.pages = 0 THEN
    RETURN NULL;
  END IF;
  SELECT e.recorded_at INTO earlier FROM ledger.event AS e WHERE e.position = run.first - 1;
  IF run.odd IS NOT NULL
     OR run.last - run.first + 1 <> run.pages -- positions are unique: so this is a gap
     OR (earlier IS NULL AND run.first <> 1)
     OR run.since < earlier
     OR run.until > greatest(clock_timestamp(), now() + interval '1 minute',
                             earlier + interval '1 second')
        -- where the clock was set back, time goes on in small steps
     OR (run.since <> run.until AND EXISTS (
           SELECT FROM (SELECT page.recorded_at,
                               lag(page.recorded_at) OVER (ORDER BY page.position) AS earlier
                          FROM added AS page) AS page
            WHERE page.recorded_at < page.earlier))
  THEN
    RAISE EXCEPTION 'pages % to % do not continue stream % or the ledger', run.first, run.last, run.odd
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'event_continues_its_stream';
  END IF;
  RETURN NULL;
END $$;

-- Times are in the order of positions, and positions have no gap: so an instant is found by halving,
-- and no append has to keep an index of times.
CREATE FUNCTION ledger.position_at(instant timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  low bigint := 0;
  high bigint;
  middle bigint;
  at timestamptz;
BEGIN
  SELECT e.position, e.recorded_at INTO high, at FROM ledger.event AS e ORDER BY e.position DESC LIMIT 1;
  IF NOT FOUND OR at <= instant THEN
    RETURN coalesce(high, 0);
  END IF;
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    SELECT e.recorded_at INTO at FROM ledger.event AS e WHERE e.position = middle;
    IF at <= instant THEN
      low := middle;
    ELSE
      high := middle - 1;
    END IF;
  END LOOP;
  RETURN low;
END $$;
COMMENT ON FUNCTION ledger.position_at IS 'The last position that was recorded by an instant: 0 before the first.';
REVOKE ALL ON FUNCTION ledger.position_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.position_at TO jejak_service;
DROP INDEX ledger.event_recorded_at;
