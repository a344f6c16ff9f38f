-- Keys have left this database (infrastructure/key_migrations). What an older edition kept here is
-- moved at the next opening by the owner, and the service has no right on it any more.

REVOKE ALL ON keys.subject_key, keys.master_check FROM jejak_service;
REVOKE USAGE ON SCHEMA keys FROM jejak_service;
COMMENT ON TABLE keys.subject_key IS 'Empty: keys are kept in a key store of their own. Backups of before still hold them.';

-- Who was forgotten is asked at every opening, and once a second while the service is open.
CREATE INDEX event_forgotten ON ledger.event (position) WHERE name LIKE '%.forgotten@%';
