/** The product killed in the middle of its work, and started again on the same data. */
import assert from "node:assert/strict";
import { type Person, signIn, until } from "../load/bench/person.ts";
import { type Product, startProduct, withFolder } from "./product.ts";

const EDITS = 40;

Deno.test("kill -9 in the middle of a commit loses nothing and sends nothing twice", () =>
  withFolder(async (folder) => {
    const product = await startProduct(folder);
    await product.faults({ latencyMs: 200 });
    const ana = await signIn(product.origin, product.ana.username, product.ana.password);
    const { organizationId, versions } = await commitEdits(ana);
    await until(() => product.ledger(), ({ changes }) => changes.length >= 5);
    await product.kill();

    const again = await startProduct(folder, Number(new URL(product.origin).port));
    try {
      await allSynced(
        await signIn(again.origin, again.ana.username, again.ana.password),
        organizationId,
      );
      // The test asks PEMS faster than the product may.
      await again.faults({ rateLimit: 0 });
      const { changes } = await again.ledger();
      assert.equal(changes.length, EDITS);
      await eachOnce(again, versions);
    } finally {
      await again.stop();
    }
  }));

interface Records {
  readonly records: ReadonlyArray<
    { pfaId: string; version: number; data: Record<string, unknown> }
  >;
}

/** One new description for each of the first records, committed at once. */
async function commitEdits(ana: Person) {
  const { organizations } = await ana.get<{ organizations: { id: string; code: string }[] }>(
    "/api/auth/me",
  );
  const organizationId = organizations.find(({ code }) => code === "RIO")!.id;
  const { records } = await until(
    () => ana.get<Records>(`/api/pfa-data?organizationId=${organizationId}&limit=200`),
    ({ records }) => records.length === 200,
  );
  const chosen = records.filter(({ data }) => data["isDiscontinued"] === false).slice(0, EDITS);
  await ana.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: chosen.map(({ pfaId }) => ({ pfaId, changes: { description: `Kept, ${pfaId}` } })),
  });
  const { queuedCount } = await ana.post<{ queuedCount: number }>("/api/pfa-data/commit-drafts", {
    organizationId,
  });
  assert.equal(queuedCount, EDITS);
  return { organizationId, versions: new Map(chosen.map((row) => [row.pfaId, row.version])) };
}

const allSynced = (ana: Person, organizationId: string) =>
  until(
    () => ana.get<{ completed: number }>(`/api/pems/sync-status?organizationId=${organizationId}`),
    ({ completed }) => completed === EDITS,
  );

async function eachOnce(product: Product, versions: ReadonlyMap<string, number>) {
  for (const [pfaId, version] of versions) {
    const record = await product.pems(pfaId);
    assert.equal(record.version, version + 1, pfaId);
    assert.equal(record.data["description"], `Kept, ${pfaId}`);
  }
}
