/** A migrated database for one test: PGlite in memory, or a database of its own on a real Postgres. */
import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import { migrate, readMigrations } from "../db/migrate.ts";
import { type Database, openDatabase, type Sql } from "../db/sql.ts";
import { wire } from "../db/wire.ts";
import { missing, serverUrl, type Version } from "./postgres.ts";

export type Work = (db: Database) => Promise<void>;
/** `url` opens the same database once more, in another pool or process, as its owner. */
export type PostgresWork = (db: Database, url: string) => Promise<void>;

/** Owns the databases on a real Postgres: no superuser, as in production, so that privileges and policies bind. */
export const OWNER = "vanguard_owner";

let shared: Promise<Database> | undefined;

/** Runs the work on PGlite, emptied before; one instance serves the whole test file. Closing it does nothing. */
export async function withDatabase(work: Work): Promise<void> {
  const db = await (shared ??= openShared());
  await empty(db.owner);
  await work({ ...db, close: () => Promise.resolve() });
}

async function openShared(): Promise<Database> {
  return await openDatabase({ url: undefined, snapshot: await migratedSnapshot() });
}

Deno.test.afterAll(async () => {
  await (await shared)?.close();
});

export interface Which {
  /** 18 unless said. */
  readonly version?: Version;
  /** Without a table: for tests that migrate it themselves. */
  readonly empty?: boolean;
}

/** Runs the work on a new database of a real Postgres, dropped afterwards. Throws where there is no such Postgres. */
export async function withPostgres(
  work: PostgresWork,
  { version = 18, empty = false }: Which = {},
): Promise<void> {
  const server = await serverUrl(version);
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  try {
    await ensureOwner(admin);
    const template = empty ? "template0" : await migratedTemplate(admin, server);
    await admin`create database ${admin(name)} template ${admin(template)} owner ${admin(OWNER)}`;
    const url = urlOf(server, name);
    const db = await openDatabase({ url });
    try {
      await work(db, url);
    } finally {
      await db.close();
    }
  } finally {
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin.end();
  }
}

/** Registers the test on PGlite and on real Postgres: 18, and the others asked for. */
export function onEach(
  name: string,
  work: Work,
  { versions = [18] }: { readonly versions?: ReadonlyArray<Version> } = {},
): void {
  Deno.test(`${name} (PGlite)`, () => withDatabase(work));
  for (const version of versions) onPostgres(name, (db) => work(db), { version });
}

/** Registers the test on a real Postgres; where this machine has none it is skipped, and says so. */
export function onPostgres(
  name: string,
  work: PostgresWork,
  { version = 18, empty = false }: Which = {},
): void {
  const reason = missing(version);
  Deno.test({
    name: `${name} (Postgres ${version}${reason === undefined ? "" : `: ${reason}`})`,
    ignore: reason !== undefined,
    fn: () => withPostgres(work, { version, empty }),
  });
}

/** A server's URL to another database, as the owner. */
export function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.username = OWNER;
  url.pathname = database;
  return url.href;
}

/** Empties every table but the list of migrations; triggers that refuse it are left out for this transaction. */
const empty = (owner: Sql) =>
  owner.unsafe(`do $$ begin
    set local session_replication_role = replica;
    execute (
      select 'truncate ' || string_agg(format('%I.%I', n.nspname, c.relname), ', ') || ' restart identity'
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'schema_migration'
        and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%');
  end $$`);

/** A gzipped, migrated PGlite, made once for the migrations as they are and kept in `.cache`. */
export async function migratedSnapshot(): Promise<Blob> {
  const cache = new URL("../.cache/", import.meta.url);
  const file = new URL(`pglite-${await fingerprint()}.tar.gz`, cache);
  try {
    return new Blob([await Deno.readFile(file)]);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  const pglite = await PGlite.create();
  const owner = postgres({ socket: wire(pglite), user: "postgres", max: 1 } as object) as Sql;
  await migrate(owner, await readMigrations());
  await owner.end();
  const snapshot = await pglite.dumpDataDir("gzip");
  await pglite.close();
  // Test files run side by side: each writes a file of its own, and the last to rename it wins.
  const draft = new URL(`${crypto.randomUUID()}.tmp`, cache);
  await Deno.mkdir(cache, { recursive: true });
  await Deno.writeFile(draft, snapshot.stream());
  await Deno.rename(draft, file);
  return snapshot;
}

/** Makes the owner, once for the server, whoever else may be at it. */
export const ensureOwner = (admin: Sql) =>
  admin.unsafe(`do $$ begin
    perform pg_advisory_xact_lock(hashtext('tests.owner'));
    if not exists (select from pg_roles where rolname = '${OWNER}') then
      create role ${OWNER} login createrole;
    end if;
  end $$`);

/** The name of a migrated database on the server, made by whoever comes first. */
async function migratedTemplate(admin: Sql, server: string): Promise<string> {
  const name = `migrated_${await fingerprint()}`;
  await admin`select pg_advisory_lock(hashtext('tests.template'))`;
  try {
    const [made] = await admin`select from pg_database where datname = ${name} and datistemplate`;
    if (made) return name;
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin`create database ${admin(name)} owner ${admin(OWNER)}`;
    const db = postgres(urlOf(server, name), { max: 1, onnotice: () => {} });
    await migrate(db, await readMigrations());
    await db.end();
    await admin`alter database ${admin(name)} with is_template true allow_connections false`;
    return name;
  } finally {
    await admin`select pg_advisory_unlock(hashtext('tests.template'))`;
  }
}

async function fingerprint(): Promise<string> {
  const texts = (await readMigrations()).map(({ text }) => text);
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  );
  const bytes = new TextEncoder().encode([imports["@electric-sql/pglite"], ...texts].join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8).toHex();
}
