/** A database made ready for this program: migrated, and its organizations pointed at the environment's PEMS. */
import { VERSION } from "../domain/version.ts";
import { type Connection, ensureConnection, useDefaults } from "./connections.ts";
import { noteDeployment } from "./deployments.ts";
import { migrate, readMigrations } from "./migrate.ts";
import type { Database } from "./sql.ts";

/**
 * @param connection the PEMS of organizations without settings of their own; undefined: there is none
 * @returns the names of the migrations that ran
 */
export async function prepare(
  db: Database,
  connection: Connection | undefined,
): Promise<ReadonlyArray<string>> {
  const ran = await migrate(db.owner, await readMigrations());
  await noteDeployment(db.owner, VERSION);
  const id = connection === undefined ? null : await ensureConnection(db.auth, connection);
  await useDefaults(db.auth, id);
  return ran;
}
