-- Version 1 of the referrals' table kept the guardian under the youth's key, so that a guardian who is
-- forgotten alone could be read in it still. Version 2 is built beside it; what an older edition
-- left goes, with the pages of its file.

DO $$ BEGIN EXECUTE 'SET LOCAL ROLE jejak_service'; END $$;

DROP TABLE IF EXISTS read_model.referrals_v1;
DELETE FROM read_model.dead_letter WHERE projection = 'referrals_v1';
DELETE FROM read_model.progress WHERE projection = 'referrals_v1';

RESET ROLE;
