/** The sync engine under test: organizations, people and a mirror over a small PEMS whose every request a test can bend. */
import { ensureConnection } from "../db/connections.ts";
import { applyMirror } from "../db/mirror.ts";
import { type Database, type Tenant } from "../db/sql.ts";
import { type Edits } from "../domain/delta.ts";
import type { Notice } from "../domain/event.ts";
import { wireRecord } from "../domain/pfa.ts";
import type { ModificationStatus, Priority } from "../domain/status.ts";
import { makeVault } from "../pems/credentials.ts";
import type { Faults } from "../pems/faults.ts";
import { generateRecords } from "../pems/generator.ts";
import { makeSandbox, type Sandbox } from "../pems/sandbox.ts";
import { memoryStore, type StoredRecord } from "../pems/store.ts";
import type { WorkerOptions } from "../worker/desk.ts";
import { type Reporting, startWorker } from "../worker/work.ts";
import { onPostgres, withDatabase } from "./database.ts";
import { commit } from "./engine_commit.ts";
import { listen, until } from "./engine_ears.ts";
import { makeWire, type Wire } from "./engine_wire.ts";

export const KEY = "key-of-the-tests";
/** What a worker complains of while a test troubles it is not the tests' output. */
export const SILENT: Reporting = { logLevel: "error", traced: false };
export const BASE_URL = "http://127.0.0.1/api";

export type Person = "ada" | "ben" | "cid" | "boss";

export interface Setup {
  readonly organizations?: ReadonlyArray<string>;
  /** Records of each organization. */
  readonly records?: number;
  readonly rateLimit?: number;
  readonly faults?: Partial<Faults>;
  /** Whether workers pull at start; otherwise read sync counts as under way elsewhere. */
  readonly reads?: boolean;
}

export interface Edit {
  readonly by: Person;
  /** New values by record. */
  readonly edits: { readonly [pfaId: string]: Edits };
  readonly organization?: string;
  readonly priority?: Priority;
  readonly reason?: string;
}

export interface Engine {
  readonly db: Database;
  readonly sandbox: Sandbox;
  readonly wire: Wire;
  readonly connectionId: string;
  readonly people: { readonly [person in Person]: string };
  /** What PEMS held at first. */
  readonly origin: ReadonlyArray<StoredRecord>;
  /** Every notice so far. */
  readonly notices: ReadonlyArray<Notice>;
  organizationId(code?: string): string;
  /** Commits the edits as one job; returns the modification of each record. */
  commit(edit: Edit): Promise<ReadonlyMap<string, string>>;
  /** Commits one edit of one record. */
  commitOne(by: Person, pfaId: string, edits: Edits, reason?: string): Promise<string>;
  discontinue(by: Person, pfaId: string): Promise<string>;
  /** Somebody in PEMS changes a record. */
  foreign(pfaId: string, changes: Edits): Promise<void>;
  options(changed?: Partial<WorkerOptions>): WorkerOptions;
  start(changed?: Partial<WorkerOptions>): Promise<{ stop(): Promise<void> }>;
  /** What the look finds, which is taken again at every notification and request until it finds something. */
  until<A>(what: string, look: () => Promise<A | false | undefined>): Promise<A>;
  status(modificationId: string): Promise<ModificationStatus>;
  untilStatus(modificationId: string, ...statuses: ModificationStatus[]): Promise<void>;
  /** Until nothing is queued, syncing or unknown. */
  untilAtRest(): Promise<void>;
}

/** The id of an organization's nth record, from 1. */
export const idOf = (nth: number, organization = "RIO") =>
  `${organization}-${String(nth).padStart(4, "0")}`;

/** Sets everything up, runs the work, and stops whatever workers it left running. */
export async function withEngine(
  db: Database,
  setup: Setup,
  work: (engine: Engine) => Promise<void>,
): Promise<void> {
  const { engine, close } = await makeEngine(db, setup);
  try {
    await work(engine);
  } finally {
    await close();
  }
}

/** Registers a test of the engine over PGlite. */
export const engineTest = (
  name: string,
  work: (engine: Engine) => Promise<void>,
  setup: Setup = {},
): void => Deno.test(name, () => withDatabase((db) => withEngine(db, setup, work)));

/** Registers a test of the engine over a real Postgres. */
export const enginePostgres = (
  name: string,
  work: (engine: Engine, url: string) => Promise<void>,
  setup: Setup = {},
): void => onPostgres(name, (db, url) => withEngine(db, setup, (engine) => work(engine, url)));

async function makeEngine(db: Database, setup: Setup) {
  const { organizations = ["RIO"], records = 20, rateLimit = 1000, reads = false } = setup;
  const origin = organizations.flatMap((code) => recordsOf(code, records));
  const store = memoryStore();
  await store.insert(origin);
  const sandbox = makeSandbox({ store, apiKey: KEY, faults: setup.faults ?? {} });
  const ears = await listen(db);
  const wire = makeWire(sandbox, ears.ring);
  const connectionId = await ensureConnection(db.auth, {
    baseUrl: BASE_URL,
    keyFingerprint: "tests",
    rateLimit,
  });
  const people = await addPeople(db);
  const ids = new Map<string, string>();
  for (const code of organizations) ids.set(code, await addOrganization(db, code, connectionId));
  await applyMirror(
    db.owner,
    origin.map(({ organizationCode, pfaId, ...remote }) => ({
      organizationId: ids.get(organizationCode)!,
      pfaId,
      remote,
      origin: "read_sync" as const,
    })),
  );
  if (!reads) {
    await db.owner`
      insert into sync_job (organization_id, kind, status, started_at)
      select id, 'read_sync', 'running', now() + interval '1 day' from organization`;
  }
  const vault = await makeVault([btoa("k".repeat(32))]);
  const running = new Set<{ stop(): Promise<void> }>();
  const organizationId = (code = organizations[0]!) => ids.get(code)!;
  const tenantOf = (by: Person, code?: string): Tenant => ({
    organizationId: organizationId(code),
    userId: people[by],
  });

  const engine: Engine = {
    db,
    sandbox,
    wire,
    connectionId,
    people,
    origin,
    notices: ears.notices,
    organizationId,
    commit: ({ by, edits, organization, priority, reason }) =>
      commit(db, tenantOf(by, organization), {
        priority: priority ?? "normal",
        reason: reason ?? null,
        wanted: new Map(Object.entries(edits)),
      }),
    commitOne: async (by, pfaId, edits, reason) => {
      const done = await engine.commit({
        by,
        edits: { [pfaId]: edits },
        organization: pfaId.slice(0, -5),
        ...(reason === undefined ? {} : { reason }),
      });
      return done.get(pfaId)!;
    },
    discontinue: async (by, pfaId) => {
      const done = await commit(db, tenantOf(by, pfaId.slice(0, -5)), {
        priority: "normal",
        reason: null,
        wanted: new Map([[pfaId, "DELETE"]]),
      });
      return done.get(pfaId)!;
    },
    foreign: async (pfaId, changes) => {
      const answer = await sandbox.fetch(
        new Request("http://127.0.0.1/sandbox/edit", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            organizationCode: pfaId.slice(0, -5),
            pfaId,
            changes: wireRecord(changes),
            modifiedBy: "erp@pems.example",
          }),
        }),
      );
      if (answer.status !== 200) throw new Error(await answer.text());
    },
    options: (changed = {}) => ({
      db,
      vault,
      defaultKey: KEY,
      timeoutMs: 2_000,
      writeSync: true,
      writeSchedule: "0 0 1 1 *",
      readSchedule: "0 0 1 1 *",
      batchSize: 100,
      retry: { maxRetries: 3, baseMs: 10 },
      lateWindowMs: 600_000,
      leaseMs: 3_000,
      probeMs: 100,
      fetch: wire.fetch,
      ...changed,
    }),
    start: async (changed) => {
      const worker = await startWorker(engine.options(changed), SILENT);
      const stop = async () => void (running.delete(once) && await worker.stop());
      const once = { stop };
      running.add(once);
      return once;
    },
    until: (what, look) => until(what, look, ears),
    status: async (id) => {
      const [row] = await db.owner<[{ sync_status: ModificationStatus }]>`
        select sync_status from pfa_modification where id = ${id}`;
      return row.sync_status;
    },
    untilStatus: async (id, ...statuses) => {
      await engine.until(
        `${id} is ${statuses}`,
        async () => statuses.includes(await engine.status(id)),
      );
    },
    untilAtRest: async () => {
      await engine.until("all is at rest", async () => {
        const [row] = await db.owner`
          select from pfa_modification where sync_status in ('queued', 'syncing', 'unknown') limit 1`;
        return row === undefined;
      });
    },
  };
  return {
    engine,
    close: async () => {
      wire.open();
      await Promise.all([...running].map((worker) => worker.stop()));
      sandbox.stop();
      await ears.close();
    },
  };
}

/** Rentals in normal form, under ids of the organization's own. */
function recordsOf(code: string, count: number): StoredRecord[] {
  return generateRecords().filter(({ record }) =>
    record.source === "Rental" && !record.isDiscontinued && record.actualStart === null
  ).slice(0, count).map((stored, nth) => ({
    ...stored,
    organizationCode: code,
    pfaId: idOf(nth + 1, code),
    updatedAt: new Date(Date.UTC(2026, 0, 1) + nth * 1000).toISOString(),
  }));
}

async function addPeople(db: Database) {
  const people: { [person in Person]?: string } = {};
  for (const name of ["ada", "ben", "cid", "boss"] as const) {
    const [row] = await db.owner<[{ id: string }]>`
      insert into app_user (username, display_name, email)
      values (${name}, ${name}, ${name === "ben" ? null : `${name}@planner.example`}) returning id`;
    people[name] = row.id;
  }
  return people as { readonly [person in Person]: string };
}

async function addOrganization(db: Database, code: string, connectionId: string) {
  const [row] = await db.owner<[{ id: string }]>`
    insert into organization (code, name, connection_id) values (${code}, ${code}, ${connectionId})
    returning id`;
  await db.owner`
    insert into membership (organization_id, user_id, permissions)
    select ${row.id}, id, case username when 'boss' then array['Read', 'ManageSettings']
      else array['Read', 'EditForecast', 'SaveDraft', 'Sync'] end
    from app_user`;
  return row.id;
}
