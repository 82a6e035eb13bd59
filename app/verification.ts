/** Routes that verify the organization's chain: each call walks on for about a second, and tells how far it is. */
import { Hono } from "hono";
import { beginWalk, type Walk, walkOn } from "../db/chain_verify.ts";
import { listChains } from "../db/chain_walk.ts";
import { asTenant, type Sql, type Tenant, type Tx } from "../db/sql.ts";
import { sealedThrough } from "../db/trail.ts";
import {
  keepVerdict,
  keepWalk,
  lockWalk,
  readVerification,
  type Verification as VerificationRow,
} from "../db/verification.ts";
import { tellFault } from "../domain/chain.ts";
import { Verification, Verify } from "./audit_shapes.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { body, GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

/** Links or entries of one transaction: some 50 ms, for which the embedded database does nothing else. */
const PAGE = 2_000;
const MOST_MS = 1_000;

export const verification = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>()
    .get(
      "/verify",
      told(
        "Audit",
        "What the last verification of the chain found",
        { 200: Verification },
        GUARDED,
      ),
      parameters({ organizationId: "Required" }),
      allow("query", "ManageSettings"),
      async (c) => c.json(await asTenant(app, tenantOf(c), tell)),
    )
    .post(
      "/verify",
      told(
        "Audit",
        "Walk the chain on for a second; to be repeated until no walk is under way",
        { 200: Verification },
        GUARDED,
      ),
      allow("body", "ManageSettings"),
      body(Verify),
      async (c) => {
        const tenant = tenantOf(c);
        const { code } = c.get("organization");
        const until = performance.now() + MOST_MS;
        let anew = c.req.valid("json").anew === true;
        let more = true;
        while (more && performance.now() < until) {
          more = await asTenant(app, tenant, (tx) => step(tx, { tenant, code, anew }), "anew");
          anew = false;
        }
        return c.json(await asTenant(app, tenant, tell));
      },
    );

interface Step {
  readonly tenant: Tenant;
  readonly code: string;
  readonly anew: boolean;
}

/** One page further; whether there is more to do here: not while another request walks, which goes on by itself. */
async function step(tx: Tx, { tenant, code, anew }: Step): Promise<boolean> {
  const kept = await lockWalk(tx);
  if (kept === undefined) return false;
  const begins = kept === null || anew;
  const walk = begins ? await begin(tx, code) : kept;
  const next = { ...walk, ...await walkOn(tx, walk, PAGE) };
  if (!next.done) {
    await keepWalk(tx, next, begins);
    return true;
  }
  await keepVerdict(tx, tenant.userId, {
    intact: next.after.nth,
    links: next.chain.head.nth,
    through: next.through,
    expired: next.expired,
    unsealed: next.unsealed,
    fault: next.fault,
  });
  return false;
}

async function begin(tx: Tx, code: string): Promise<Walk & { readonly through: string | null }> {
  const [chain] = await listChains(tx, code);
  const through = await sealedThrough(tx);
  return { ...beginWalk(chain!), through: through?.toISOString() ?? null };
}

async function tell(tx: Tx) {
  const [through, kept] = [await sealedThrough(tx), await readVerification(tx)];
  return {
    sealedThrough: through?.toISOString() ?? null,
    walk: kept.walk && kept.begunAt && {
      begunAt: kept.begunAt.toISOString(),
      done: kept.walk.after.nth + kept.walk.entries,
      of: 2 * kept.walk.chain.head.nth,
    },
    verdict: verdictOf(kept),
  };
}

function verdictOf({ verdict, verifiedAt, verifiedBy }: VerificationRow) {
  if (verdict === null || verifiedAt === null) return null;
  const { fault, begunAt, ...counts } = verdict;
  return {
    ...counts,
    begunAt: new Date(begunAt).toISOString(),
    verifiedAt: verifiedAt.toISOString(),
    verifiedBy,
    fault: fault && {
      link: fault.nth ?? null,
      entryId: fault.entryId ?? null,
      words: tellFault(fault),
    },
  };
}
