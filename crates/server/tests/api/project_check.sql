SELECT 'table without row-level security: ' || oid::regclass FROM pg_class
  WHERE relkind IN ('r', 'p') AND relnamespace = 'promptclade'::regnamespace AND NOT relrowsecurity
UNION ALL SELECT 'view that goes round it: ' || oid::regclass FROM pg_class
  WHERE relkind IN ('v', 'm') AND relnamespace = 'promptclade'::regnamespace AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)
UNION ALL SELECT 'function that everybody may call: ' || oid::regprocedure FROM pg_proc
  WHERE pronamespace IN ('promptclade'::regnamespace, 'promptclade_private'::regnamespace) AND has_function_privilege('public', oid, 'execute')
UNION ALL SELECT 'function that looks names up in a path: ' || oid::regprocedure FROM pg_proc
  WHERE prosecdef AND pronamespace IN ('promptclade'::regnamespace, 'promptclade_private'::regnamespace)
    AND NOT coalesce(proconfig::text LIKE '%search_path%', false)
UNION ALL SELECT 'right of ' || grantee || ' to ' || privilege_type || ' ' || table_name FROM information_schema.table_privileges
  WHERE table_schema IN ('promptclade', 'promptclade_private')
    AND (grantee IN ('PUBLIC', 'anon', 'service_role') OR (grantee = 'authenticated' AND privilege_type NOT IN ('SELECT', 'DELETE')))
