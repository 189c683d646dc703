-- Format 2: people, workspaces and what they share. A program of format 1 refuses the file; this one takes format 1 over
-- as it is, with every run in the workspace `local`.

ALTER TABLE runs ADD COLUMN workspace TEXT NOT NULL DEFAULT 'local';
CREATE INDEX runs_by_workspace ON runs (workspace, created, no);

-- Each is small, is written as a whole, and says in columns how it is found and whose it is. `body` is the whole as JSON;
-- secrets in it are hashes or sealed. `revision` is 1 when it is new and one more with every change.
CREATE TABLE records (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  workspace TEXT,
  user TEXT,
  parent TEXT,
  second TEXT,
  revision INTEGER NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX records_second ON records (kind, second) WHERE second IS NOT NULL;
CREATE INDEX records_workspace ON records (kind, workspace, created, id) WHERE workspace IS NOT NULL;
CREATE INDEX records_user ON records (kind, user, created, id) WHERE user IS NOT NULL;
CREATE INDEX records_parent ON records (kind, parent, created, id) WHERE parent IS NOT NULL;
CREATE INDEX records_expires ON records (expires) WHERE expires IS NOT NULL;

-- What was done stays as it was written, whoever opens the file.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON records WHEN old.kind IN ('audit entry', 'version')
BEGIN SELECT raise(ABORT, 'it is never changed'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON records WHEN old.kind IN ('audit entry', 'version')
BEGIN SELECT raise(ABORT, 'it is never removed'); END;

-- For people with the `sqlite3` tool.
CREATE VIEW members AS
SELECT members.workspace, users.body ->> 'login' AS login, members.body ->> 'role' AS role
FROM records AS members LEFT JOIN records AS users ON users.kind = 'user' AND users.id = members.user
WHERE members.kind = 'member';

CREATE VIEW audit AS
SELECT datetime(records.created / 1000, 'unixepoch') AS at, records.workspace, coalesce(users.body ->> 'login', records.user) AS by,
       records.body ->> 'action' AS action, records.body ->> 'target' AS target, records.body ->> 'before' AS before,
       records.body ->> 'after' AS after
FROM records LEFT JOIN records AS users ON users.kind = 'user' AND users.id = records.user
WHERE records.kind = 'audit entry' ORDER BY records.created, records.id;
