/** A bench for what must not be told: an organization full of amounts, who may see them, and who may not. */
import { serveApp } from "../app/serve.ts";
import { notify } from "../db/notifications.ts";
import type { Database } from "../db/sql.ts";
import { configOf } from "../domain/config.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { cookieOf, testVault } from "./app_client.ts";
import { aMember, aPfa, aPlanner, committed, drafted, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import type { Place } from "./routes.ts";

/** Whatever else an amount is, it has these digits. */
export const MARK = "98765432";
export const RATE = `${MARK}.10`;
const OLDER = `${MARK}.25`;
export const WANTED = `1${MARK}.75`;

export interface Scene extends Place {
  /** Of the dead letter. */
  readonly modificationIds: ReadonlyArray<string>;
}

/** Records, versions, drafts, commits, a conflict, a dead letter, a trail and news, each full of amounts. */
async function aScene(db: Database): Promise<Scene> {
  const code = "MONEY";
  const tenant = await aPlanner(db, { code });
  const { organizationId, userId } = tenant;
  const purchase = { source: "Purchase", monthlyRate: null, category: "Generators" } as const;
  const records = (amount: string, version: number) => ({
    "PFA-1": { monthlyRate: amount, version },
    B: { ...purchase, purchasePrice: amount, version },
    C: { monthlyRate: amount, version, actualStart: "2026-02-01", actualEnd: "2026-07-01" },
    D: { ...purchase, purchasePrice: amount, version },
  });
  await mirrored(db, organizationId, records(OLDER, 1));
  await mirrored(db, organizationId, records(RATE, 2));
  const words = `The rate ${WANTED} exceeds the ${MARK} that was agreed; ${MARK}.10 USD at most`;
  // Without a word of money.
  const plain = `Limit 98,765,432.10 exceeded: ${WANTED}, or EUR${MARK}, or $${MARK}`;
  const { jobId, modifications } = await committed(db, tenant, {
    "PFA-1": { monthlyRate: WANTED },
    B: { purchasePrice: WANTED, model: "x" },
    C: { monthlyRate: WANTED },
  }, { changeReason: words });
  const [dead, conflicting, synced] = [...modifications.values()] as [string, string, string];
  const worker = db.worker;
  await worker`update pfa_modification set change_reason = ${words}`;
  await worker`
    update pfa_modification set sync_status = 'failed', sync_error = ${plain},
      write_id = gen_random_uuid() where id = ${dead}`;
  await worker`
    update pfa_write_queue set status = 'dead', retry_count = 3, last_error = ${plain}
    where modification_id = ${dead}`;
  await worker`
    insert into pfa_write_attempt (write_id, organization_id, pfa_id, nth, worker_id, sent_at,
      latency_ms, status, outcome, error)
    select write_id, organization_id, pfa_id, 1, gen_random_uuid(), now(), 3, 422, 'Buried', ${words}
    from pfa_modification where id = ${dead}`;
  const side = (amount: string) =>
    JSON.stringify(aPfa({ ...purchase, purchasePrice: amount, model: "y" }));
  const [conflict] = await worker`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason, write_id)
    values ('B', ${organizationId}, ${[conflicting]}, 1, 2, ${side(OLDER)}::text::jsonb,
      ${side(WANTED)}::text::jsonb, ${side(RATE)}::text::jsonb, 'fields', '{purchasePrice}',
      ${words}, gen_random_uuid())
    returning id`;
  await worker`update pfa_modification set sync_status = 'conflict' where id = ${conflicting}`;
  await worker`update pfa_write_queue set status = 'conflict' where modification_id = ${conflicting}`;
  await worker`select follow_heads(${organizationId}, ${["PFA-1", "B"]}, true)`;
  await worker`
    update pfa_modification set sync_status = 'synced', synced_at = now() where id = ${synced}`;
  await worker`update sync_job set reason = ${words}, error = ${plain}, finished_at = now()`;
  await worker`update organization set pause = 'administrator', paused_at = now(),
    pause_reason = ${words} where id = ${organizationId}`;
  const trail = {
    changes: { purchasePrice: { from: RATE, to: Number(WANTED) } },
    monthly_rate: RATE,
    restored: [{ field: "monthlyRate", from: Number(RATE), to: Number(WANTED) }],
    error: words,
    found: plain,
  };
  await worker`
    insert into audit_entry (organization_id, event_type, user_id, pfa_id, details)
    values (${organizationId}, 'COMMIT', ${userId}, 'B', ${JSON.stringify(trail)}::text::jsonb)`;
  await drafted(db, tenant, { D: { purchasePrice: WANTED } });
  return { organizationId, code, userId, jobId, conflictId: conflict!.id, modificationIds: [dead] };
}

/** Text in which an amount would show, whatever separates its digits; ids, which are random, are taken out. */
export const bare = (text: string) =>
  text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "")
    .replaceAll(/(?<=\d)[,.'  ](?=\d{3})/g, "");

interface Reader {
  readonly userId: string;
  ask(method: string, path: string, body?: unknown, type?: string): Promise<string>;
}

type Work = (bench: {
  readonly db: Database;
  readonly scene: Scene;
  readonly origin: string;
  /** Everything but ViewFinancials. */
  readonly blind: Reader & { readonly cookie: string };
  readonly seer: Reader;
}) => Promise<void>;

export const test = (name: string, work: Work) =>
  Deno.test(name, () =>
    withDatabase(async (db) => {
      const scene = await aScene(db);
      const served = await serveApp({
        db,
        config: configOf({ PORT: "0", LOG_LEVEL: "error" }),
        vault: await testVault(),
      });
      const reader = async (permissions: ReadonlyArray<string>) => {
        const { userId } = await aMember(db, scene.organizationId, { permissions });
        const person = { organizationId: scene.organizationId, userId };
        await drafted(db, person, { "PFA-1": { description: "a draft of one's own" } });
        await notify(db.worker, {
          ...person,
          userIds: [userId],
          administrators: false,
          kind: "failure",
          title: `The rate ${RATE} was refused`,
          body: `monthlyRate ${WANTED} exceeds ${MARK}`,
        });
        const cookie = await cookieOf(db, userId);
        const ask: Reader["ask"] = async (method, path, body, type = "application/json") => {
          const response = await fetch(served.url + path, {
            method,
            redirect: "manual",
            headers: { cookie, "content-type": type },
            ...(body === undefined
              ? {}
              : { body: typeof body === "string" ? body : JSON.stringify(body) }),
          });
          const headers = JSON.stringify([...response.headers]);
          return `${response.status} ${headers} ${await response.text()}`;
        };
        return { userId, cookie, ask };
      };
      try {
        await work({
          db,
          scene,
          origin: served.url,
          blind: await reader(PERMISSIONS.filter((name) => name !== "ViewFinancials")),
          seer: await reader(PERMISSIONS),
        });
      } finally {
        await served.stop();
      }
    }));
