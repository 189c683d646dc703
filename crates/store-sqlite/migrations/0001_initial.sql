-- Format 1. Numbers that SQLite hands out stand for long names inside this file and never leave it.
-- Hashes are 16-byte blobs: `hex(hash)` shows them. Times are milliseconds since 1970-01-01 UTC.

-- Every run that wrote anything, answers included.
CREATE TABLE run_ids (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
);

-- One row for each run: what lists show. `summary` is the whole row as JSON.
CREATE TABLE runs (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  created INTEGER NOT NULL,
  summary TEXT NOT NULL
);
CREATE INDEX runs_by_age ON runs (created, no);

-- The journals of all runs. `id` is the run's number times 2^32 plus the entry's number, so that a run's entries lie
-- side by side in order and appending goes to the end of one tree.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX events_candidates ON events (id) WHERE kind = 'candidate_admitted';

-- Long texts, each once.
CREATE TABLE texts (
  no INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  body TEXT NOT NULL
);

-- Answers that were paid for, each once. `text` is the hash of the body in `texts`.
CREATE TABLE answers (
  no INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  run INTEGER NOT NULL,
  role TEXT NOT NULL,
  model TEXT NOT NULL,
  text BLOB NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  cost REAL,
  latency_ms INTEGER NOT NULL,
  finish TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX answers_by_run ON answers (run);

-- Data sets; `summary` is JSON, and NULL until the set is whole.
CREATE TABLE datasets (
  no INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  summary TEXT
);

-- Their examples. `id` is the set's number times 2^32 plus the example's position.
CREATE TABLE examples (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL
);

CREATE TABLE snapshots (
  run INTEGER NOT NULL,
  name TEXT NOT NULL,
  length INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run, name)
) WITHOUT ROWID;

-- For people with the `sqlite3` tool.
CREATE VIEW events_readable AS
SELECT runs.id AS run, events.id & 4294967295 AS seq, datetime(events.at / 1000, 'unixepoch') AS at, events.kind AS kind,
       events.body AS body
FROM events JOIN runs ON runs.no = events.id >> 32;

-- `hex` and not `unhex`, which the tool of many systems does not have yet.
CREATE VIEW trials AS
WITH named AS MATERIALIZED (SELECT no, lower(hex(hash)) AS name FROM texts)
SELECT runs.id AS run, events.id & 4294967295 AS seq, events.body ->> 'candidate' AS candidate,
       events.body ->> 'example' AS example, events.body ->> 'sample' AS sample, events.body ->> 'split' AS split,
       events.body ->> 'score' AS score, events.body ->> 'pass' AS pass, events.body ->> '$.error.message' AS error,
       texts.body AS answer
FROM events JOIN runs ON runs.no = events.id >> 32 LEFT JOIN named ON named.name = events.body ->> 'answer'
     LEFT JOIN texts ON texts.no = named.no
WHERE events.kind = 'trial_finished';

CREATE VIEW answers_readable AS
SELECT lower(hex(answers.key)) AS key, run_ids.id AS run, role, model, texts.body AS answer, input, output, cost,
       latency_ms, finish, datetime(answers.at / 1000, 'unixepoch') AS at
FROM answers JOIN run_ids ON run_ids.no = answers.run LEFT JOIN texts ON texts.hash = answers.text;
