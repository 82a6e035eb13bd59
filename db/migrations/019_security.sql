-- What runs with the owner's rights is called by whom it was granted to, and by nobody else. Those of triggers were
-- open to everybody: whoever could run a statement could hang one on a temporary table and count in another
-- organization's name. A trigger that is there needs no grant to fire.
do $$
declare
  name regprocedure;
begin
  for name in select oid from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace and proowner = current_user::regrole
  loop
    execute format('revoke execute on function %s from public', name);
  end loop;
end $$;
