-- The roles of a Supabase project that policies speak of, and one who owns what Promptclade keeps. Tests run side by side.
SELECT pg_advisory_lock(7);
SELECT format('CREATE ROLE %s', line) FROM (VALUES
  ('anon NOLOGIN NOINHERIT'), ('authenticated NOLOGIN NOINHERIT'), ('service_role NOLOGIN NOINHERIT BYPASSRLS'),
  ('authenticator LOGIN NOINHERIT'), ('promptclade_owner LOGIN')) AS wanted (line)
WHERE split_part(line, ' ', 1) NOT IN (SELECT rolname FROM pg_roles) \gexec
GRANT anon, authenticated, service_role TO authenticator;
SELECT pg_advisory_unlock(7);
