#!/usr/bin/env bash
# What row-level security costs a statement: the same one as the owner of the tables and as a person who sees half of the rows.
# cargo xtask services run postgres -- bench/row_level_security.sh
set -euo pipefail
cd "$(dirname "$0")/.."
psql() { "$PROMPTCLADE_TEST_POSTGRES_PROGRAMS/psql" -q -v ON_ERROR_STOP=1 "$@"; }
server=$PROMPTCLADE_TEST_POSTGRES_URL
database=${server%/*}/speed
psql -f crates/server/tests/api/project.sql "$server" > /dev/null
psql -c 'CREATE DATABASE speed OWNER promptclade_owner' "$server"
for migration in supabase/migrations/*.sql; do psql -f "$migration" "${database/postgres@/promptclade_owner@}"; done
psql "$database" <<'SQL'
INSERT INTO promptclade.runs (id, visible, length, workspace) SELECT 'run' || n, true, 300, 'w' || n % 20 FROM generate_series(1, 1000) n;
INSERT INTO promptclade.events (run, seq, at, kind, body) SELECT no, s, 0, 'trial', repeat('x', 200) FROM promptclade.runs, generate_series(0, 299) s;
INSERT INTO promptclade.records (kind, id, "user", revision, created, body)
  VALUES ('user', 'me', NULL, 1, 0, '{"disabled": false, "instance_admin": false}'), ('identity', 'i s', 'me', 1, 0, '{}');
INSERT INTO promptclade.records (kind, id, workspace, "user", revision, created, body)
  SELECT 'member', 'w' || n || '/me', 'w' || n, 'me', 1, 0, '{"role": "viewer"}' FROM generate_series(0, 9) n;
INSERT INTO promptclade.records (kind, id, workspace, "user", revision, created, body)
  SELECT 'comment', 'c' || n, 'w' || n % 20, 'me', 1, 0, '{}' FROM generate_series(1, 50000) n;
ANALYZE;
SQL
person="SET LOCAL role authenticated; SELECT set_config('request.jwt.claims', '{\"iss\": \"i\", \"sub\": \"s\"}', true)"
median() {
  for _ in 1 2 3 4 5; do
    psql -At "$database" -c BEGIN -c "$1" -c '\timing on' -c "$2" -c COMMIT | grep Time | head -1
  done | sort -t' ' -k2 -n | sed -n 's/Time: //; 3p'
}
for statement in \
  'SELECT count(*) FROM promptclade.events' \
  'SELECT count(*) FROM promptclade.events WHERE run = 500' \
  'SELECT count(*) FROM promptclade.runs' \
  "SELECT count(*) FROM promptclade.records WHERE kind = 'comment'"; do
  echo "$statement: owner $(median 'SELECT 1' "$statement"), person $(median "$person" "$statement")"
done
