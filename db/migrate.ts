/** Numbered migrations: each runs once, whole or not at all, however many processes start together. */
import type { Sql } from "./sql.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

/** The repository's migrations in order. Throws on a gap or a double number. */
export async function readMigrations(): Promise<ReadonlyArray<Migration>> {
  const folder = new URL("./migrations/", import.meta.url);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\d{3}_\w+\.sql$/.test(name)) names.push(name);
  }
  const found = await Promise.all(
    names.sort().map(async (name) => ({
      number: Number(name.slice(0, 3)),
      name,
      text: await Deno.readTextFile(new URL(name, folder)),
    })),
  );
  const misplaced = found.find(({ number }, at) => number !== at + 1);
  if (misplaced) throw new Error(`Cannot migrate: ${misplaced.name} is out of sequence`);
  return found;
}

/**
 * Brings the database to the newest migration; returns the names it ran.
 * Throws when the database is ahead of this program, or an applied migration was edited since.
 */
export const migrate = (
  owner: Sql,
  migrations: ReadonlyArray<Migration>,
): Promise<ReadonlyArray<string>> =>
  owner.begin(async (tx) => {
    // One process migrates; the others wait here and then find nothing left to do.
    await tx`select pg_advisory_xact_lock(hashtext('vanguard.migrate'))`;
    await tx`
      create table if not exists schema_migration (
        number int primary key,
        name text not null,
        fingerprint text not null,
        applied_at timestamptz not null default now())`;
    const applied = new Map(
      (await tx<Array<{ number: number; fingerprint: string }>>`
        select number, fingerprint from schema_migration`)
        .map((row) => [row.number, row.fingerprint]),
    );
    const newest = Math.max(0, ...applied.keys());
    if (newest > migrations.length) {
      throw new Error(
        `Cannot use this database: it is at migration ${newest}, this program knows ${migrations.length}`,
      );
    }
    const ran: string[] = [];
    for (const { number, name, text } of migrations) {
      const fingerprint = await sha256(text);
      const before = applied.get(number);
      if (before !== undefined && before !== fingerprint) {
        throw new Error(`Cannot migrate: ${name} was changed after it had been applied`);
      }
      if (before !== undefined) continue;
      await tx.unsafe(text).simple();
      await tx`
        insert into schema_migration (number, name, fingerprint)
        values (${number}, ${name}, ${fingerprint})`;
      ran.push(name);
    }
    return ran;
  });

/** Whether every migration of this program is in the database; those of a newer one may be there as well. */
export async function isMigrated(
  owner: Sql,
  migrations: ReadonlyArray<Migration>,
): Promise<boolean> {
  const [known] = await owner`select to_regclass('schema_migration') is not null as there`;
  if (!known?.there) return false;
  const [row] = await owner`
    select count(*)::int as applied from schema_migration where number <= ${migrations.length}`;
  return row!.applied === migrations.length;
}

const sha256 = async (text: string) =>
  Array.from(
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
