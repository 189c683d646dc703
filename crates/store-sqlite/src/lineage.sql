-- The family tree and where trials are: projections of the journals, made and dropped by its role alone and no part of the file's format.
-- An id is a run's number times 2^32 plus the candidate's; `node` and `fold` are JSON, `memory` is what reading on needs.
CREATE TABLE lineage_format (format INTEGER NOT NULL);
CREATE TABLE lineage_runs (run INTEGER PRIMARY KEY, next INTEGER NOT NULL, fold TEXT NOT NULL);
CREATE TABLE lineage_nodes (id INTEGER PRIMARY KEY, node TEXT NOT NULL, memory TEXT NOT NULL);
CREATE TABLE lineage_edges (child INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY (child, parent)) WITHOUT ROWID;
CREATE INDEX lineage_children ON lineage_edges (parent, child);

-- Where the trials of each candidate are: `candidate` is as above, `entry` the number in the run's journal. Filled by who asks.
CREATE TABLE trial_index_runs (run INTEGER PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE trial_index (candidate INTEGER NOT NULL, entry INTEGER NOT NULL, example INTEGER NOT NULL, split TEXT NOT NULL,
                          PRIMARY KEY (candidate, entry)) WITHOUT ROWID;
CREATE INDEX trial_index_examples ON trial_index (candidate, example, entry, split);

-- For people with the `sqlite3` tool.
CREATE VIEW lineage_readable AS
SELECT node ->> 'id' AS id, node ->> 'generation' AS generation, node ->> 'operator' AS operator, node ->> 'model' AS model,
       node ->> 'status' AS status, node ->> 'reason' AS reason, node ->> '$.score.mean' AS score, node ->> '$.score.low' AS low,
       node ->> '$.score.high' AS high, node ->> '$.score.trials' AS trials, node ->> 'cost' AS cost,
       node ->> 'relation' AS relation, node ->> 'parents' AS parents
FROM lineage_nodes;
