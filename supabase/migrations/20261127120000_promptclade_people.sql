-- Row-level security: who signs in at the Supabase project sees through PostgREST (supabase-js, SQL as `authenticated`) what the API of Promptclade
-- shows them, and writes no more than their role permits there. It stands on the tables of format 1, in the schema `promptclade`.
--
-- Promptclade itself comes as the owner of the tables, whom policies do not concern. Everybody else gets nothing that is not named here:
-- every table has row-level security, and a table without a policy shows nothing. Secrets are never shown, not even sealed or hashed: rows that
-- hold some (people, sessions, tokens, invitations, links, keys, webhooks) have no policy; the API shows of them what may be seen.

CREATE SCHEMA promptclade_private;

-- Who asks: the account that belongs to issuer and subject of their token. Roles come from memberships alone; no other claim is looked at.
CREATE FUNCTION promptclade_private.me() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT person.id
  FROM (SELECT nullif(current_setting('request.jwt.claims', true), '')::json AS said) AS claims
  JOIN promptclade.records AS known ON known.kind = 'identity' AND known.id = (said ->> 'iss') || ' ' || (said ->> 'sub')
  JOIN promptclade.records AS person ON person.kind = 'user' AND person.id = known."user"
  WHERE NOT (person.body::json ->> 'disabled')::boolean
$$;

-- The workspaces in which they are at least that: `viewer`, `user` or `admin`.
CREATE FUNCTION promptclade_private.workspaces(minimum text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT workspace FROM promptclade.records
  WHERE kind = 'member' AND "user" = (SELECT promptclade_private.me())
    AND array_position('{viewer,user,admin}'::text[], body::json ->> 'role') >= array_position('{viewer,user,admin}'::text[], minimum)
$$;

-- Whether they keep the installation, and so read every audit log.
CREATE FUNCTION promptclade_private.keeps() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce((SELECT (body::json ->> 'instance_admin')::boolean FROM promptclade.records
    WHERE kind = 'user' AND id = promptclade_private.me()), false)
$$;

-- People: oneself and those one shares a workspace with, as far as the API shows them.
CREATE FUNCTION promptclade.people() RETURNS TABLE (id text, login text, name text, me boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT person.id, person.body::json ->> 'login', person.body::json ->> 'name', person.id = promptclade_private.me()
  FROM promptclade.records AS person
  WHERE person.kind = 'user' AND (person.id = promptclade_private.me() OR person.id IN (
    SELECT other."user" FROM promptclade.records AS other
    WHERE other.kind = 'member' AND other.workspace IN (SELECT promptclade_private.workspaces('viewer'))))
  ORDER BY 2
$$;

ALTER TABLE promptclade.format ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.leases ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.texts ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.datasets ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.examples ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.records ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.lineage_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.lineage_nodes ENABLE ROW LEVEL SECURITY;
ALTER TABLE promptclade.lineage_edges ENABLE ROW LEVEL SECURITY;

-- Runs, their journals, snapshots and family trees: for members. In a policy another table is seen through its own policies.
CREATE POLICY members_read ON promptclade.runs FOR SELECT TO authenticated
  USING (visible AND workspace IN (SELECT promptclade_private.workspaces('viewer')));
CREATE POLICY members_read ON promptclade.events FOR SELECT TO authenticated
  USING (run IN (SELECT no FROM promptclade.runs));
CREATE POLICY members_read ON promptclade.snapshots FOR SELECT TO authenticated
  USING (run IN (SELECT no FROM promptclade.runs));
CREATE POLICY members_read ON promptclade.lineage_nodes FOR SELECT TO authenticated
  USING (run IN (SELECT id FROM promptclade.runs));
CREATE POLICY members_read ON promptclade.lineage_edges FOR SELECT TO authenticated
  USING (child_run IN (SELECT id FROM promptclade.runs) AND parent_run IN (SELECT id FROM promptclade.runs));

-- Workspaces, members, comments, what a workspace keeps, and its audit log.
CREATE POLICY members_read ON promptclade.records FOR SELECT TO authenticated
  USING (kind IN ('workspace', 'member', 'comment', 'item', 'version')
    AND workspace IN (SELECT promptclade_private.workspaces('viewer')));
CREATE POLICY admins_read ON promptclade.records FOR SELECT TO authenticated
  USING (kind = 'audit entry' AND (workspace IN (SELECT promptclade_private.workspaces('admin'))
    OR (workspace IS NOT NULL AND (SELECT promptclade_private.keeps()))));
CREATE POLICY own_read ON promptclade.records FOR SELECT TO authenticated
  USING (kind = 'identity' AND "user" = (SELECT promptclade_private.me()));

-- What may be written. The trigger below completes each row, refuses what the API would refuse, and writes the audit log.
CREATE POLICY members_comment ON promptclade.records FOR INSERT TO authenticated
  WITH CHECK (kind = 'comment' AND "user" = (SELECT promptclade_private.me())
    AND workspace IN (SELECT promptclade_private.workspaces('viewer')));
CREATE POLICY members_take_comments_back ON promptclade.records FOR DELETE TO authenticated
  USING (kind = 'comment' AND (workspace IN (SELECT promptclade_private.workspaces('admin'))
    OR ("user" = (SELECT promptclade_private.me()) AND workspace IN (SELECT promptclade_private.workspaces('viewer')))));
CREATE POLICY admins_change ON promptclade.records FOR UPDATE TO authenticated
  USING (kind IN ('workspace', 'member') AND workspace IN (SELECT promptclade_private.workspaces('admin')));
CREATE POLICY admins_remove_and_members_leave ON promptclade.records FOR DELETE TO authenticated
  USING (kind = 'member' AND (workspace IN (SELECT promptclade_private.workspaces('admin'))
    OR "user" = (SELECT promptclade_private.me())));
CREATE POLICY users_take ON promptclade.snapshots FOR INSERT TO authenticated
  WITH CHECK (run IN (SELECT no FROM promptclade.runs WHERE workspace IN (SELECT promptclade_private.workspaces('user'))));

-- An entry of the audit log, as Promptclade writes them.
CREATE FUNCTION promptclade_private.note(place text, deed text, target text, before json, after json) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  WITH entry AS (
    SELECT substr(replace(gen_random_uuid()::text, '-', ''), 1, 16) AS id, promptclade_private.me() AS me,
      (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at)
  INSERT INTO promptclade.records (kind, id, workspace, "user", revision, created, body)
  SELECT 'audit entry', id, place, me, 1, at, json_strip_nulls(json_build_object('id', id, 'at', at, 'workspace', place,
    'by', me, 'action', deed, 'target', target, 'before', before, 'after', after))::text
  FROM entry
$$;

-- Whether somebody can come in, so that a workspace is not left to them alone who cannot: with a password, or as somebody whom a provider knows.
-- The person at a machine cannot over the network.
CREATE FUNCTION promptclade_private.comes_in(somebody text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT somebody <> 'local' AND EXISTS (
    SELECT FROM promptclade.records AS person
    WHERE person.kind = 'user' AND person.id = somebody AND NOT (person.body::json ->> 'disabled')::boolean
      AND (person.body::json ->> 'password' IS NOT NULL OR EXISTS (
        SELECT FROM promptclade.records AS known WHERE known.kind = 'identity' AND known."user" = somebody)))
$$;

-- A text of a body as the API takes it: a string, without white space (Unicode's White_Space) before and behind it; NULL where it is none.
CREATE FUNCTION promptclade_private.words(body json, name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
  SELECT CASE json_typeof(body -> name) WHEN 'string' THEN btrim(body ->> name,
    E' \t\n\u000B\f\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000') END
$$;

CREATE FUNCTION promptclade_private.written_by_somebody() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  me text := promptclade_private.me();
  moment bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  words text;
  old_role text;
  new_role text;
  stays text;
BEGIN
  IF me IS NULL THEN
    RAISE EXCEPTION 'this account of the project has none at Promptclade; sign in there once' USING ERRCODE = '42501';
  END IF;

  IF TG_OP = 'INSERT' THEN
    IF NEW.kind IS DISTINCT FROM 'comment' THEN
      RAISE EXCEPTION 'only comments are added here; the API adds the rest' USING ERRCODE = '42501';
    END IF;
    words := promptclade_private.words(NEW.body::json, 'text');
    IF coalesce(char_length(words), 0) NOT BETWEEN 1 AND 10000 THEN
      RAISE EXCEPTION 'a comment has 1 to 10000 characters in `text` of its body' USING ERRCODE = '22023';
    END IF;
    -- of a run that is not there, or not to be seen, the workspace stays unknown, and the policy refuses
    NEW.workspace := (SELECT workspace FROM promptclade.runs WHERE id = NEW.parent AND visible);
    NEW.id := substr(replace(gen_random_uuid()::text, '-', ''), 1, 16);
    NEW."user" := me;
    NEW.second := NULL;
    NEW.expires := NULL;
    NEW.revision := 1;
    NEW.created := moment;
    NEW.body := json_build_object('id', NEW.id, 'workspace', NEW.workspace, 'run', NEW.parent, 'by', me, 'at', moment,
      'text', words)::text;
    RETURN NEW;
  END IF;

  IF OLD.kind = 'comment' THEN
    RETURN OLD;
  END IF;

  IF OLD.kind = 'workspace' THEN
    words := promptclade_private.words(NEW.body::json, 'name');
    -- none of the characters that show nothing: Unicode's categories Cc and Cf
    IF coalesce(char_length(words), 0) NOT BETWEEN 1 AND 100 OR words ~ E'[\u0001-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F'
        '\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U000E0000-\U000E007F]' THEN
      RAISE EXCEPTION 'a workspace has a name of 1 to 100 characters on one line' USING ERRCODE = '22023';
    END IF;
    -- the rest is changed by the API, which tells the runs that go on
    IF (NEW.body::jsonb - 'name') IS DISTINCT FROM (OLD.body::jsonb - 'name') THEN
      RAISE EXCEPTION 'only the name of a workspace is changed here; the API changes the rest' USING ERRCODE = '42501';
    END IF;
    -- made anew from what was there: JSON that repeats a name would be read one way here and another way there
    NEW.body := jsonb_set(OLD.body::jsonb, '{name}', to_jsonb(words))::text;
    PERFORM promptclade_private.note(OLD.workspace, 'workspace.change', OLD.workspace, OLD.body::json, NEW.body::json);
  ELSE
    old_role := OLD.body::json ->> 'role';
    IF TG_OP = 'UPDATE' THEN
      new_role := NEW.body::json ->> 'role';
      IF array_position('{viewer,user,admin}'::text[], new_role) IS NULL THEN
        RAISE EXCEPTION 'a role is `viewer`, `user` or `admin`' USING ERRCODE = '22023';
      END IF;
      IF (NEW.body::jsonb - 'role') IS DISTINCT FROM (OLD.body::jsonb - 'role') THEN
        RAISE EXCEPTION 'only the role of a member is changed here; the API changes the rest' USING ERRCODE = '42501';
      END IF;
      NEW.body := jsonb_set(OLD.body::jsonb, '{role}', to_jsonb(new_role))::text;
    END IF;
    IF old_role = 'admin' AND new_role IS DISTINCT FROM 'admin' THEN
      -- of two admins who take the role from one another at once only one goes through: the one who stays is rewritten, and so is the one
      -- whom a server relies on that shuts somebody out
      UPDATE promptclade.records SET revision = revision + 1
      WHERE kind = 'member' AND id = (SELECT id FROM promptclade.records WHERE kind = 'member' AND workspace = OLD.workspace
        AND body::json ->> 'role' = 'admin' AND id <> OLD.id AND promptclade_private.comes_in("user") ORDER BY created, id LIMIT 1)
      RETURNING id INTO stays;
      IF stays IS NULL THEN
        RAISE EXCEPTION 'workspace `%` would have no admin left who can sign in; make somebody else one first', OLD.workspace
          USING ERRCODE = '23514';
      END IF;
    END IF;
    PERFORM promptclade_private.note(OLD.workspace, CASE TG_OP WHEN 'UPDATE' THEN 'member.role' ELSE 'member.remove' END,
      OLD."user", to_json(old_role), to_json(new_role));
  END IF;

  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;
-- for everybody whom policies concern: a role of the team's that inherits from `authenticated` too, the owner and `service_role` not
CREATE TRIGGER written_by_somebody BEFORE INSERT OR UPDATE OR DELETE ON promptclade.records FOR EACH ROW
WHEN (row_security_active('promptclade.records'::regclass::oid)) EXECUTE FUNCTION promptclade_private.written_by_somebody();

CREATE FUNCTION promptclade_private.taken_by_somebody() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF char_length(NEW.name) > 100 OR NEW.name !~ '^[[:alnum:]._-]+$' OR NEW.name ~ '^(c[0-9]+|seed|best)$' THEN
    RAISE EXCEPTION '`%` is no name for a snapshot: use letters, digits, `.`, `_` and `-`, and no name of a candidate', NEW.name
      USING ERRCODE = '22023';
  END IF;
  NEW.length := (SELECT length FROM promptclade.runs WHERE no = NEW.run);
  NEW.at := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER taken_by_somebody BEFORE INSERT ON promptclade.snapshots FOR EACH ROW
WHEN (row_security_active('promptclade.snapshots'::regclass::oid)) EXECUTE FUNCTION promptclade_private.taken_by_somebody();

-- What `authenticated` may ask for at all; `anon` and `service_role` nothing.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA promptclade, promptclade_private FROM PUBLIC;
GRANT USAGE ON SCHEMA promptclade, promptclade_private TO authenticated;
GRANT SELECT ON promptclade.runs, promptclade.events, promptclade.snapshots, promptclade.records, promptclade.lineage_nodes,
  promptclade.lineage_edges TO authenticated;
GRANT INSERT (kind, parent, body), UPDATE (body), DELETE ON promptclade.records TO authenticated;
GRANT INSERT (run, name) ON promptclade.snapshots TO authenticated;
GRANT EXECUTE ON FUNCTION promptclade.people(), promptclade_private.me(), promptclade_private.workspaces(text),
  promptclade_private.keeps() TO authenticated;
