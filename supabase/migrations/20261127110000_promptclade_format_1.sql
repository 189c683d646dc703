CREATE SCHEMA IF NOT EXISTS "promptclade";
-- Format 1. `"promptclade".` stands for the schema. Hashes are 16 bytes; times are milliseconds since 1970-01-01 UTC; `summary`, `body`, `node` and
-- `fold` are JSON as text, since what people write may hold characters that `jsonb` refuses: `body::json ->> 'event'` reads it.

-- One row for each run: what lists show, and how long its journal is. A run that is being imported is not visible yet.
CREATE TABLE "promptclade".runs (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  visible boolean NOT NULL,
  length bigint NOT NULL,
  status text NOT NULL DEFAULT '',
  created bigint NOT NULL DEFAULT 0,
  workspace text NOT NULL DEFAULT 'local',
  summary text NOT NULL DEFAULT ''
);
CREATE INDEX runs_by_age ON "promptclade".runs (created DESC, no DESC) WHERE visible;
CREATE INDEX runs_by_workspace ON "promptclade".runs (workspace, created DESC, no DESC) WHERE visible;

-- Who works on a run, until when. The holder prolongs it; whoever finds it expired may take the run over.
CREATE TABLE "promptclade".leases (
  run text PRIMARY KEY,
  holder text NOT NULL,
  expires timestamptz NOT NULL
);

-- The journals of all runs.
CREATE TABLE "promptclade".events (
  run bigint NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL,
  -- of a trial
  candidate bigint,
  example bigint,
  split text,
  body text NOT NULL,
  PRIMARY KEY (run, seq)
);
CREATE INDEX events_trials ON "promptclade".events (run, candidate, seq) WHERE candidate IS NOT NULL;
CREATE INDEX events_candidates ON "promptclade".events (run, seq) WHERE kind = 'candidate_admitted';

-- Long texts, each once. A text with a zero byte, which `text` cannot hold, is in `raw`.
CREATE TABLE "promptclade".texts (
  hash bytea PRIMARY KEY,
  body text,
  raw bytea,
  CHECK ((body IS NULL) <> (raw IS NULL))
);

-- Answers that were paid for, each once. `text` is the hash of the body in `texts`.
CREATE TABLE "promptclade".answers (
  key bytea PRIMARY KEY,
  run text NOT NULL,
  role text NOT NULL,
  model text NOT NULL,
  text bytea NOT NULL,
  input bigint NOT NULL,
  output bigint NOT NULL,
  cache_read bigint NOT NULL,
  cache_write bigint NOT NULL,
  cost double precision,
  latency_ms bigint NOT NULL,
  finish text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX answers_by_run ON "promptclade".answers (run, key);

-- Data sets; `summary` is NULL until the set is whole.
CREATE TABLE "promptclade".datasets (
  hash bytea PRIMARY KEY,
  summary text
);
CREATE TABLE "promptclade".examples (
  dataset bytea NOT NULL,
  id bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (dataset, id)
);

CREATE TABLE "promptclade".snapshots (
  run bigint NOT NULL REFERENCES "promptclade".runs (no) ON DELETE CASCADE,
  name text NOT NULL,
  length bigint NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (run, name)
);

-- People, workspaces and what they share: each is small, is written as a whole, and says in columns how it is found and whose it is.
CREATE TABLE "promptclade".records (
  kind text NOT NULL,
  id text NOT NULL,
  workspace text,
  "user" text,
  parent text,
  second text,
  revision bigint NOT NULL,
  created bigint NOT NULL,
  expires bigint,
  body text NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE UNIQUE INDEX records_second ON "promptclade".records (kind, second) WHERE second IS NOT NULL;
CREATE INDEX records_workspace ON "promptclade".records (kind, workspace, created, id) WHERE workspace IS NOT NULL;
CREATE INDEX records_user ON "promptclade".records (kind, "user", created, id) WHERE "user" IS NOT NULL;
CREATE INDEX records_parent ON "promptclade".records (kind, parent, created, id) WHERE parent IS NOT NULL;
CREATE INDEX records_expires ON "promptclade".records (expires) WHERE expires IS NOT NULL;

-- What was done stays as it was written, whoever connects.
CREATE FUNCTION "promptclade".never() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION 'it is never changed or removed';
END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON "promptclade".records FOR EACH ROW
WHEN (old.kind IN ('audit entry', 'version')) EXECUTE FUNCTION "promptclade".never();

-- The family tree: a projection of the journals, which can be dropped and read anew.
CREATE TABLE "promptclade".lineage_runs (
  run text PRIMARY KEY,
  format bigint NOT NULL,
  next bigint NOT NULL,
  fold text NOT NULL
);
CREATE TABLE "promptclade".lineage_nodes (
  run text NOT NULL,
  candidate bigint NOT NULL,
  generation bigint NOT NULL,
  fitness double precision,
  node text NOT NULL,
  memory text NOT NULL,
  PRIMARY KEY (run, candidate)
);
CREATE INDEX lineage_fittest ON "promptclade".lineage_nodes (run, fitness DESC, candidate) WHERE fitness IS NOT NULL;
CREATE INDEX lineage_generations ON "promptclade".lineage_nodes (run, generation);
CREATE TABLE "promptclade".lineage_edges (
  child_run text NOT NULL,
  child bigint NOT NULL,
  parent_run text NOT NULL,
  parent bigint NOT NULL,
  PRIMARY KEY (child_run, child, parent_run, parent)
);
CREATE INDEX lineage_children ON "promptclade".lineage_edges (parent_run, parent);
CREATE TABLE IF NOT EXISTS "promptclade".format (format bigint NOT NULL);
DELETE FROM "promptclade".format;
INSERT INTO "promptclade".format VALUES (1);
