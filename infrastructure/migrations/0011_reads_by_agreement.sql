-- The reads under an agreement: what left the house to its parties, and who looked at the same.

CREATE FUNCTION ledger.agreement_of(body bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT convert_from(body, 'UTF8')::jsonb ->> 'agreement'
$$;

CREATE INDEX access_agreement ON ledger.access (ledger.agreement_of(body), number)
  WHERE ledger.agreement_of(body) IS NOT NULL;

-- To read it off every record takes longer than any index: the planner is not to think otherwise.
ALTER FUNCTION ledger.subjects_of(bytea) COST 10000;
ALTER FUNCTION ledger.agreement_of(bytea) COST 10000;
