/** Lanes for tests of commits: many records, edits of them, neighbours on one connection. */
import type { Database, Tenant } from "../db/sql.ts";
import { aConnection, aMember, anOrganization } from "./builders.ts";

export const records = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`PFA-${nth}`, {}]));
export const edits = (count: number, model: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, nth) => [`PFA-${nth}`, { model }]));

export const lane = async (db: Database, pfaId: string) => {
  const [row] = await db.worker`
    select pending, priority, turn::int, paused, connection_id as connection
    from pfa_lane where pfa_id = ${pfaId}`;
  return { ...row };
};

/** Two organizations on one connection. */
export async function neighbours(
  db: Database,
): Promise<{ connection: string; one: Tenant; two: Tenant }> {
  const connection = await aConnection(db);
  const at = async () => await aMember(db, await anOrganization(db, { connectionId: connection }));
  return { connection, one: await at(), two: await at() };
}
