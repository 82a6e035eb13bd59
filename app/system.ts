/** Routes of the system page: how it stands, and the doctor's look at what must always hold. */
import { Hono } from "hono";
import { examineTenant } from "../db/invariants.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { syncCounts } from "../db/status.ts";
import {
  findDatabase,
  findFooting,
  listLeases,
  listWorkers,
  type WorkerRow,
} from "../db/system.ts";
import { VERSION } from "../domain/version.ts";
import type { AppEnv, Membership } from "./env.ts";
import { type Guard, sessionOf } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { forbidden } from "./problem.ts";
import { body, GUARDED, parameters, told } from "./shape.ts";
import { AskDoctor, Examination, System } from "./system_shapes.ts";
import { tenantOf } from "./tenant.ts";

/** Leases of an organization that are shown. */
const LEASES = 100;
/** For one invariant of one organization, and for all of them. */
const PATIENCE_MS = 5_000;
const ALL_PATIENCE_MS = 30_000;

export const system = (app: Sql, guard: Guard, writeSync: boolean) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told("Administration", "Workers, leases, connections and versions as they stand", {
        200: System,
      }, GUARDED),
      parameters({ organizationId: "Required" }),
      guard.allow("query", "ManageSettings"),
      async (c) => {
        const tenant = tenantOf(c);
        const { user, organizations } = sessionOf(c);
        const everything = user.isAdmin;
        const seen = everything ? organizations : [c.get("organization")];
        const [database, workers, standing] = await Promise.all([
          findDatabase(app),
          asTenant(app, tenant, listWorkers),
          standings(app, { userId: user.id, writeSync, seen }),
        ]);
        const { version, migrations } = database;
        return c.json({
          at: new Date().toISOString(),
          everything,
          versions: {
            product: VERSION,
            deno: Deno.version.deno,
            postgres: version,
            schema: migrations[0]?.name ?? "",
          },
          migrations: migrations.map(({ appliedAt, ...migration }) => ({
            ...migration,
            appliedAt: appliedAt.toISOString(),
          })),
          workers: workers.map((worker) => workerOf(worker, everything)),
          organizations: standing,
        });
      },
    )
    .post(
      "/doctor",
      told("Administration", "Look at what must always hold, for a bounded time", {
        200: Examination,
      }, GUARDED),
      guard.allow("body", "ManageSettings"),
      body(AskDoctor),
      async (c) => {
        const { everything = false } = c.req.valid("json");
        const { user, organizations } = sessionOf(c);
        if (everything && !user.isAdmin) {
          throw forbidden("Only a system administrator may have every organization examined");
        }
        const seen = everything ? organizations : [c.get("organization")];
        return c.json(await examination(app, user.id, seen));
      },
    );

interface Standings {
  readonly userId: string;
  readonly writeSync: boolean;
  readonly seen: ReadonlyArray<Membership>;
}

/** One after another, each seeing its own organization alone: a page must not take every connection of the pool. */
async function standings(app: Sql, { userId, writeSync, seen }: Standings) {
  const standing: Array<typeof System.Type["organizations"][number]> = [];
  for (const { id, code, name, permissions } of seen) {
    const { footing, leases, status } = await asTenant(
      app,
      { organizationId: id, userId },
      async (tx) => ({
        footing: await findFooting(tx),
        leases: await listLeases(tx, LEASES),
        status: await syncCounts(tx, writeSync),
      }),
    );
    const mask = maskFor(permissions);
    const { oldestPendingAt, sealedThrough, pause, ...rest } = footing;
    standing.push({
      id,
      code,
      name,
      status: { ...status, reasons: status.reasons.map(mask.text) },
      ...rest,
      pause: pause && { ...pause, reason: pause.reason && mask.text(pause.reason) },
      oldestPendingAt: oldestPendingAt?.toISOString() ?? null,
      sealedThrough: sealedThrough?.toISOString() ?? null,
      leases: leases.map(({ since, until, ...lease }) => ({
        ...lease,
        since: since?.toISOString() ?? null,
        until: until.toISOString(),
      })),
    });
  }
  return standing;
}

const workerOf = ({ startedAt, lastSeenAt, inFlight, ...worker }: WorkerRow, all: boolean) => ({
  ...worker,
  startedAt: startedAt.toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
  inFlight: all ? inFlight : null,
});

/** Each invariant over all these organizations; those left when the time is up were not looked at. */
async function examination(
  app: Sql,
  userId: string,
  seen: ReadonlyArray<Membership>,
): Promise<typeof Examination.Type> {
  const begun = performance.now();
  const findings = new Map<string, typeof Examination.Type["findings"][number]>();
  const organizations: string[] = [];
  for (const { id: organizationId, code } of seen) {
    if (performance.now() - begun > ALL_PATIENCE_MS) break;
    organizations.push(code);
    for (const one of await examineTenant(app, { organizationId, userId }, PATIENCE_MS)) {
      const before = findings.get(one.invariant) ?? { broken: 0, violations: [] };
      findings.set(one.invariant, {
        invariant: one.invariant,
        broken: one.broken === null || before.broken === null ? null : before.broken + one.broken,
        violations: [
          ...before.violations,
          ...one.violations.map((violation) => ({ organization: code, ...violation })),
        ],
      });
    }
  }
  return {
    at: new Date().toISOString(),
    tookMs: Math.round(performance.now() - begun),
    organizations,
    findings: [...findings.values()],
  };
}
