-- Feeds: what each party of each agreement was told, entry by entry, and to whom it was delivered.
-- The entries are made from the ledger and can never be made again with the same numbers: they are
-- kept in backups with it. What they hold of a person is sealed under that person's key, and taken
-- out when the person leaves the scope or is forgotten; who was told is in ledger.access.

CREATE SCHEMA feed AUTHORIZATION jejak_service;
DO $$ BEGIN EXECUTE 'SET LOCAL ROLE jejak_service'; END $$;

CREATE TABLE feed.audience (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agreement text COLLATE "C" NOT NULL,
  agency text COLLATE "C" NOT NULL,
  head bigint NOT NULL DEFAULT 0,
  position bigint NOT NULL DEFAULT 0,
  terms text COLLATE "C",
  settled text COLLATE "C",
  UNIQUE (agreement, agency)
);
ALTER TABLE feed.audience SET (fillfactor = 50);
COMMENT ON TABLE feed.audience IS 'A party of an agreement, and the number of its last entry.';
COMMENT ON COLUMN feed.audience.terms IS 'Digest of the scope by which everybody present was last looked at: where the scope of now is another, nothing is told until they were.';
COMMENT ON COLUMN feed.audience.settled IS 'Digest of the scope, and of which units were open, when everybody in scope was last looked at; null while that is under way.';

CREATE TABLE feed.entry (
  audience integer NOT NULL REFERENCES feed.audience,
  id bigint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  owner text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  pseudonym text COLLATE "C" NOT NULL,
  change text COLLATE "C" NOT NULL CHECK (change IN ('upsert', 'corrected', 'withdrawn')),
  event text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  at timestamptz NOT NULL,
  fields text[] NOT NULL,
  data bytea,
  PRIMARY KEY (audience, id)
);
CREATE INDEX entry_subject ON feed.entry (audience, subject, id);
CREATE INDEX entry_owner ON feed.entry (owner) WHERE data IS NOT NULL;
COMMENT ON COLUMN feed.entry.subject IS 'The stream that it is about. It never leaves the house: the pseudonym does.';
COMMENT ON COLUMN feed.entry.owner IS 'Whose key seals the data.';
COMMENT ON COLUMN feed.entry.fields IS 'The names of the fields that the data holds.';

CREATE TABLE feed.present (
  audience integer NOT NULL REFERENCES feed.audience,
  subject text COLLATE "C" NOT NULL,
  pseudonym text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  entry bigint NOT NULL,
  digest bytea NOT NULL,
  PRIMARY KEY (audience, subject)
);
CREATE UNIQUE INDEX present_pseudonym ON feed.present (audience, pseudonym);
CREATE INDEX present_subject ON feed.present (subject);
COMMENT ON TABLE feed.present IS 'Who is in scope now, with the entry that last told of them.';
COMMENT ON COLUMN feed.present.digest IS 'Keyed digest of the record as it was last told: what is the same is not told again.';

CREATE TABLE feed.subscription (
  id uuid PRIMARY KEY,
  audience integer NOT NULL REFERENCES feed.audience,
  url bytea NOT NULL,
  secrets bytea NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'disabled')),
  why text COLLATE "C",
  delivered bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  refusals integer NOT NULL DEFAULT 0,
  troubles integer NOT NULL DEFAULT 0,
  troubled_since timestamptz,
  failing_since timestamptz,
  spurned integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  holder uuid,
  held_until timestamptz,
  version bigint NOT NULL DEFAULT 1,
  lines bigint NOT NULL DEFAULT 0,
  created_by text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE feed.subscription SET (fillfactor = 50);
CREATE INDEX subscription_audience ON feed.subscription (audience);
COMMENT ON COLUMN feed.subscription.attempts IS 'Of the next entry, and of those the refusals; troubles are the receiver''s, in a row.';
COMMENT ON COLUMN feed.subscription.failing_since IS 'Since when nothing was taken, be it trouble or refusals; the trouble since troubled_since.';
COMMENT ON COLUMN feed.subscription.spurned IS 'Entries that were refused and put aside since one was taken: each further one is tried less often.';
COMMENT ON COLUMN feed.subscription.lines IS 'Lines of its log: each counts its own.';
COMMENT ON COLUMN feed.subscription.version IS 'Goes up with each change that its sender is to hear of.';
COMMENT ON TABLE feed.subscription IS 'A webhook: where entries are sent, and up to which they were. Address and secrets are sealed under a key of the service.';

CREATE TABLE feed.delivery (
  subscription uuid NOT NULL REFERENCES feed.subscription,
  number bigint NOT NULL,
  entry bigint,
  what text COLLATE "C" NOT NULL,
  attempt integer NOT NULL,
  status integer,
  cause text COLLATE "C",
  milliseconds integer,
  actor text COLLATE "C",
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (subscription, number)
);
COMMENT ON TABLE feed.delivery IS 'Every attempt, and every change of a subscription; codes and numbers, never an answer''s words.';

CREATE TABLE feed.dead_letter (
  subscription uuid NOT NULL REFERENCES feed.subscription,
  entry bigint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  attempts integer NOT NULL,
  status integer,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  replaying boolean NOT NULL DEFAULT false,
  asked_by text COLLATE "C",
  PRIMARY KEY (subscription, entry)
);
CREATE INDEX dead_letter_subject ON feed.dead_letter (subscription, subject, entry);
COMMENT ON TABLE feed.dead_letter IS 'Entries that a receiver would not take, and those about the same subject that wait behind them.';
COMMENT ON COLUMN feed.dead_letter.asked_by IS 'Who of the agency had it sent once more.';

RESET ROLE;
