-- Group commit: many requests in one statement, each with an outcome of its own.
-- Positions are given to a whole group at once; whoever inserts by another path is checked as before.

CREATE TYPE ledger.outcome AS (request integer, first bigint, moved_on text, answered boolean);
COMMENT ON TYPE ledger.outcome IS 'What became of one request: the position of its first page; or the stream that has moved on; or that its key was answered before.';

-- Pages, heads and answers come as columns, each row with the number of its request. A head is what
-- a stream that the request was decided on must still be. Pages of a request stand together.
-- Looked up in the tables with LATERAL and LIMIT, so that it is by index whatever the plan was made on.
-- A barrier is a commit for its own sake, behind all that was seen before.
CREATE FUNCTION ledger.append(
  streams text[], versions integer[], names text[], event_ids uuid[], pages bytea[],
  prev_hashes bytea[], requests integer[],
  head_streams text[], head_versions integer[], head_hashes bytea[], head_requests integer[],
  actors text[], keys text[], digests bytea[], answers text[], answer_requests integer[],
  barrier boolean
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

-- Whatever path pages come by: the order is one, gap-free, in time, and each continues its stream.
CREATE FUNCTION ledger.take_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7316400917);
  RETURN NULL;
END $$;
CREATE FUNCTION ledger.continues() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  odd record;
BEGIN
  SELECT page.stream, page.version INTO odd
    FROM added AS page
    LEFT JOIN LATERAL (SELECT e.position, e.recorded_at FROM ledger.event AS e
                        WHERE e.position = page.position - 1 LIMIT 1) AS earlier ON true
    LEFT JOIN LATERAL (SELECT e.version, e.hash FROM ledger.event AS e
                        WHERE e.stream = page.stream AND e.version = page.version - 1
                        LIMIT 1) AS previous ON true
   WHERE (earlier.position IS NULL AND page.position <> 1)
      OR page.recorded_at < earlier.recorded_at
      OR page.recorded_at > greatest(clock_timestamp(), now() + interval '1 minute',
                                     earlier.recorded_at + interval '1 second')
         -- where the clock was set back, time goes on in small steps
      OR page.xid <> pg_current_xact_id()
      OR (previous.version IS NULL AND page.version <> 1)
      OR page.prev_hash <> coalesce(previous.hash, decode(repeat('00', 32), 'hex'))
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'page % does not continue stream % or the ledger', odd.version, odd.stream
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'event_continues_its_stream';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER stamp ON ledger.event;
CREATE TRIGGER stamp BEFORE INSERT ON ledger.event
  FOR EACH ROW WHEN (NEW.position IS NULL) EXECUTE FUNCTION ledger.stamp();
CREATE TRIGGER take_turn BEFORE INSERT ON ledger.event
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.take_turn();
CREATE TRIGGER continues AFTER INSERT ON ledger.event REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.continues();
ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER stamp, ENABLE ALWAYS TRIGGER take_turn,
  ENABLE ALWAYS TRIGGER continues;
