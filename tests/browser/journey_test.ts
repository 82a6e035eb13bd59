/** The planner's journey: an edit in the browser reaches PEMS and stays there, in one process and in many. */
import assert from "node:assert/strict";
import { openSite } from "../../load/bench/site.ts";
import { inChromium } from "../chromium.ts";
import { withPostgres } from "../database.ts";
import { missing } from "../postgres.ts";
import { type Product, startProduct, withFolder } from "../product.ts";
import { launchChromium, signIn, violations, visit } from "./browser.ts";
import { editAndFollow } from "./followed.ts";

const RECORD = "PFA-10002";
const LATER = "2027-11-30";
/** Slow enough for a badge to be seen on its way. */
const LATENCY_MS = 300;

/** Signs in, makes the edit, and sees it through; nothing may complain meanwhile. */
async function journey(
  path: string,
  { origin, planner }: {
    readonly origin: string;
    readonly planner: { readonly username: string; readonly password: string };
  },
): Promise<void> {
  const browser = await launchChromium(path);
  try {
    const { page, complaints } = await visit(browser);
    await signIn(page, `${origin}/grid?org=RIO`, planner);
    await editAndFollow(page, { pfaId: RECORD, forecastEnd: LATER });
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
}

inChromium(
  "an edit in GridLab reaches PEMS, its badge turns green, and a restart keeps it",
  (path) =>
    withFolder(async (folder) => {
      const product = await startProduct(folder);
      const before = await product.pems(RECORD);
      await product.faults({ latencyMs: LATENCY_MS });
      await journey(path, { origin: product.origin, planner: product.ana });
      const after = await product.pems(RECORD);
      assert.equal(after.version, before.version + 1);
      assert.equal(after.data["forecastEnd"], `${LATER}T00:00:00Z`);
      await restartChangesNothing(product, folder);
    }),
);

/** The same data in a new process: the record is as PEMS has it, and PEMS hears nothing of it again. */
async function restartChangesNothing(product: Product, folder: string) {
  const told = await product.ledger();
  assert.equal(told.changes.length, 1);
  await product.stop();
  const again = await startProduct(folder, Number(new URL(product.origin).port));
  try {
    assert.equal((await again.pems(RECORD)).data["forecastEnd"], `${LATER}T00:00:00Z`);
    const { changes } = await again.ledger();
    assert.deepEqual(changes, told.changes);
  } finally {
    await again.stop();
  }
}

for (const version of [15, 18] as const) {
  inChromium(
    `one app and two workers on Postgres ${version} carry an edit to a PEMS of one's own`,
    (path) =>
      withPostgres(async (_, url) => {
        const site = await openSite({ rateLimit: 10, databaseUrl: url });
        try {
          const [before] = site.records.filter(({ pfaId }) => pfaId === RECORD);
          const since = new Date().toISOString();
          await site.faults({ latencyMs: LATENCY_MS });
          await journey(path, site);
          const { changes } = await site.ledger(since);
          assert.deepEqual(
            changes.map(({ pfaId, version, changes }) => ({ pfaId, version, changes })),
            [{ pfaId: RECORD, version: before!.version + 1, changes: { forecastEnd: LATER } }],
          );
        } finally {
          await site.stop();
        }
      }, { version }),
    missing(version),
  );
}
