/** A readable dump of the schema from the catalog; run by itself it renews db/schema.sql. */
import type { Sql } from "../db/sql.ts";
import { withDatabase } from "./database.ts";

export const RENEW = "deno run -A tests/schema.ts";
export const FILE = new URL("../db/schema.sql", import.meta.url);

const HEAD = `-- The schema as the migrations leave it. Made by: ${RENEW}\n`;

/** Tables, functions and what belongs to them, in order of names. Partitions are left out: months come and go. */
export async function describeSchema(owner: Sql): Promise<string> {
  const tables = await rows(owner, TABLES);
  const functions = await rows(owner, FUNCTIONS);
  const others = await rows(owner, SEQUENCES);
  return [HEAD, ...others, ...functions, ...tables].join("\n");
}

const rows = async (owner: Sql, text: string) =>
  (await owner.unsafe<Array<{ text: string }>>(text)).map((row) => `${row.text}\n`);

const GRANTEES = "('vanguard_app', 'vanguard_worker', 'vanguard_auth', '-')";

/** The rights of an ACL, one line for each role. */
const grants = (acl: string, on: string) => `
  (select string_agg(format('grant %s on %s to %s;', rights, ${on}, grantee), e'\\n' order by grantee)
  from (
    select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee,
      string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) as rights
    from aclexplode(${acl}) a
    where a.grantee::regrole::text in ${GRANTEES}
    group by 1
  ) granted)`;

const SEQUENCES = `
  select concat_ws(e'\\n', format('create sequence %s;', c.oid::regclass),
    ${grants("c.relacl", "'sequence ' || c.oid::regclass")}) as text
  from pg_class c
  where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))
  order by c.relname`;

const FUNCTIONS = `
  select concat_ws(e'\\n',
    replace(pg_get_functiondef(p.oid), 'public.', '') || ';',
    case when p.proacl is null then null else
      format('revoke execute on function %s from public;', p.oid::regprocedure) end,
    ${grants("p.proacl", "'function ' || p.oid::regprocedure")}) as text
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace
  order by p.proname, p.oid::regprocedure::text`;

const COLUMNS = `
  select string_agg('  ' || concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then 'not null' end,
    case when a.attidentity = 'a' then 'generated always as identity' end,
    case when a.attgenerated = 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
      when d.adbin is not null then 'default ' || pg_get_expr(d.adbin, d.adrelid) end), e',\\n'
    order by a.attnum)
  from pg_attribute a
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

const CONSTRAINTS = `
  select string_agg(format('  constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), e',\\n'
    order by k.contype, k.conname)
  from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c')`;

const INDEXES = `
  select string_agg(replace(pg_get_indexdef(i.indexrelid), 'public.', '') || ';', e'\\n'
    order by i.indexrelid::regclass::text)
  from pg_index i
  where i.indrelid = c.oid
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))`;

const POLICIES = `
  select string_agg(format('create policy %I on %s for %s to %s%s%s;', p.polname, c.oid::regclass,
    case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
      else 'delete' end,
    (select string_agg(r::regrole::text, ', ' order by r::regrole::text) from unnest(p.polroles) r),
    ' using (' || pg_get_expr(p.polqual, c.oid) || ')',
    ' with check (' || pg_get_expr(p.polwithcheck, c.oid) || ')'), e'\\n' order by p.polname)
  from pg_policy p where p.polrelid = c.oid`;

const TRIGGERS = `
  select string_agg(replace(pg_get_triggerdef(t.oid), 'public.', '') || ';', e'\\n' order by t.tgname)
  from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal`;

const COLUMN_GRANTS = `
  select string_agg(format('grant %s (%s) on %s to %s;', rights, columns, c.oid::regclass, grantee), e'\\n'
    order by grantee, rights)
  from (
    select x.grantee::regrole::text as grantee, lower(x.privilege_type) as rights,
      string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
    from pg_attribute a, aclexplode(a.attacl) x
    where a.attrelid = c.oid
    group by 1, 2
  ) granted`;

const TABLES = `
  select concat_ws(e'\\n',
    format('create table %s (', c.oid::regclass), concat_ws(e',\\n', (${COLUMNS}), (${CONSTRAINTS})),
    ')' || coalesce(' partition by ' || pg_get_partkeydef(c.oid), '')
      || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') || ';',
    (${INDEXES}),
    case when c.relrowsecurity then format('alter table %s enable row level security;', c.oid::regclass) end,
    (${POLICIES}), (${TRIGGERS}), ${
  grants("c.relacl", "c.oid::regclass::text")
}, (${COLUMN_GRANTS})) as text
  from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition
  order by c.relname`;

if (import.meta.main) {
  await withDatabase(async (db) => await Deno.writeTextFile(FILE, await describeSchema(db.owner)));
  Deno.exit(0);
}
