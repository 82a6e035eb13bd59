/** The product's database for a command at the console: opened, looked at, closed. */
import { isMigrated, readMigrations } from "../../db/migrate.ts";
import { type Database, openDatabase } from "../../db/sql.ts";
import type { Config } from "../../domain/config.ts";

/** Throws when an embedded database is in use, and when the database is not at this program's migration. */
export async function withProduct<A>(
  { databaseUrl, dataDir }: Config,
  work: (db: Database) => Promise<A>,
): Promise<A> {
  const db = await openDatabase({ url: databaseUrl, dataDir });
  try {
    if (!await isMigrated(db.owner, await readMigrations())) {
      throw new Error("Cannot use this database: run deno task migrate first");
    }
    return await work(db);
  } finally {
    await db.close();
  }
}
