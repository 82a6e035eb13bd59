/** This product's engine among its peers: its own tables, commits and worker process. */
import postgres from "postgres";
import { asTenant, openDatabase } from "../../../db/sql.ts";
import { enqueue } from "../../../db/enqueue.ts";
import { prepare } from "../../../db/prepare.ts";
import { fingerprint } from "../../../pems/credentials.ts";
import { aMember, anOrganization, drafted, mirrored } from "../../../tests/builders.ts";
import { startScript } from "../processes.ts";
import { common, type Contender, type Ground } from "./contender.ts";

const KEY = "stub-key";
/** Beyond what any machine sends. */
const UNLIMITED = 100_000;
/** Modifications committed at once; a commit takes 5,000 at most on the API. */
const COMMIT = 5_000;

export async function openVanguard(
  { databaseUrl, stub, rate = UNLIMITED }: Ground,
): Promise<Contender> {
  const db = await openDatabase({ url: databaseUrl });
  const baseUrl = `${stub}/api`;
  await prepare(db, { baseUrl, keyFingerprint: await fingerprint(KEY), rateLimit: rate });
  const [connection] = await db.auth<[{ id: string }]>`select id from pems_connection`;
  const organizationId = await anOrganization(db, { code: "BENCH", connectionId: connection.id });
  const tenant = await aMember(db, organizationId, { username: "bench" });
  await mirrored(db, organizationId, { "PFA-0": {} });
  await drafted(db, tenant, { "PFA-0": { model: "LR 1300" } });
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  /** Its columns but those that are made of others. */
  const columnsOf = async (table: string) => {
    const rows = await sql<Array<{ name: string }>>`
      select column_name as name from information_schema.columns
      where table_name = ${table} and is_generated = 'NEVER'`;
    return rows.map(({ name }) => name);
  };
  const mirror = await columnsOf("pfa_mirror");
  const modification = await columnsOf("pfa_modification");
  let made = 0;
  /** Records and drafts like the first. */
  const copies = (count: number) =>
    sql.begin(async (tx) => {
      const [from, to] = [made + 1, made + count];
      await tx`
        insert into pfa_mirror (${tx(mirror)})
        select ${tx(mirror)} from (
          select (jsonb_populate_record(m, jsonb_build_object('pfa_id', 'PFA-' || n))).*
          from pfa_mirror m, generate_series(${from}::int, ${to}::int) n
          where m.pfa_id = 'PFA-0') copy`;
      const rows = await tx<Array<{ id: string }>>`
        insert into pfa_modification (${tx(modification)})
        select ${tx(modification)} from (
          select (jsonb_populate_record(m, jsonb_build_object('pfa_id', 'PFA-' || n,
            'id', gen_random_uuid()))).*
          from pfa_modification m, generate_series(${from}::int, ${to}::int) n
          where m.pfa_id = 'PFA-0' and m.sync_status = 'draft') copy
        returning id`;
      made = to;
      return rows.map(({ id }) => id);
    });
  const commit = (modificationIds: ReadonlyArray<string>) =>
    asTenant(
      db.app,
      tenant,
      (tx) => enqueue(tx, { ...tenant, modificationIds, priority: "normal", maxRetries: 3 }),
      "lookups",
    );
  return {
    name: "PFA Vanguard Sync",
    fill: async (count) => {
      for (let left = count; left > 0; left -= COMMIT) {
        await commit(await copies(Math.min(left, COMMIT)));
      }
    },
    add: async () => {
      const ids = await copies(1);
      const begun = performance.timeOrigin + performance.now();
      await commit(ids);
      return { pfaId: `PFA-${made}`, begun };
    },
    start: () =>
      startScript("worker/main.ts", {
        env: {
          DATABASE_URL: databaseUrl,
          PEMS_WRITE_API_URL: baseUrl,
          PEMS_WRITE_API_KEY: KEY,
          PEMS_API_RATE_LIMIT: String(rate),
          WRITE_SYNC_BATCH_SIZE: "1000",
          // The stub knows no lists.
          READ_SYNC_SCHEDULE: "0 0 1 1 *",
          CREDENTIALS_KEY: btoa("a key of thirty-two bytes, fixed"),
          LOG_LEVEL: "warn",
        },
        ready: /ready/,
      }),
    pending: async () => Number((await sql`select count(*) from pfa_write_queue`)[0]!["count"]),
    ...common(sql, { databaseUrl }),
    close: async () => {
      await sql.end();
      await db.close();
    },
  };
}
