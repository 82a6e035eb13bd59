/** `deno task migrate`: brings the database to the newest migration; safe to run from several places at once. */
import { migrate, readMigrations } from "../../db/migrate.ts";
import { openDatabase } from "../../db/sql.ts";
import { configOf } from "../../domain/config.ts";

try {
  const { databaseUrl, dataDir } = configOf(Deno.env.toObject());
  const db = await openDatabase({ url: databaseUrl, dataDir });
  const ran = await migrate(db.owner, await readMigrations());
  console.log(ran.length === 0 ? "Nothing to migrate" : `Migrated: ${ran.join(", ")}`);
  await db.close();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
