-- Keys have left this database (infrastructure/key_migrations). What an older edition kept here is
-- moved at the next opening by the owner, and the service has no right on it any more.

REVOKE ALL ON keys.subject_key, keys.master_check FROM jejak_service;
REVOKE USAGE ON SCHEMA keys FROM jejak_service;
COMMENT ON TABLE keys.subject_key IS 'Empty: keys are kept in a key store of their own. Backups of before still hold them.';

-- Who was forgotten is asked at every opening, and once a second while the service is open.
CREATE INDEX event_forgotten ON ledger.event (position) WHERE name LIKE '%.forgotten@%';

-- Which documents a page names, so that one which nobody else names can be forgotten with it.
CREATE FUNCTION ledger.documents(page bytea) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(found[1])
    FROM regexp_matches(convert_from(page, 'UTF8'), '"sha256":"([0-9a-f]{64})"', 'g') AS found
$$;
CREATE INDEX event_documents ON ledger.event USING gin (ledger.documents(page))
  WITH (fastupdate = off) WHERE position('"sha256":"'::bytea IN page) > 0;
