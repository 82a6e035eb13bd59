/** QA's load scenarios, a few seconds of each: they can be played, and PEMS's ledger and the tables agree afterwards. */
import assert from "node:assert/strict";
import { openSite, type Site } from "../load/bench/site.ts";
import { findK6 } from "../load/k6.ts";
import { type Stage, stageOf } from "../load/people.ts";
import { play, sizeOf } from "../load/run.ts";
import { SCENARIOS } from "../load/sizes.ts";
import { table } from "../load/verdict.ts";

const k6 = await findK6();
const reason = k6 === undefined ? ": neither k6 nor a Go that builds it" : "";

/** One for all, since starting it takes longer than any of them. */
let opened: Promise<{ readonly site: Site; readonly stage: Stage }> | undefined;

const open = () =>
  opened ??= openSite({ rateLimit: sizeOf("steady", "smoke").rateLimit })
    .then((site) => ({ site, stage: stageOf(site) }));

Deno.test.afterAll(async () => {
  await (await opened)?.site.stop();
});

for (const name of Object.keys(SCENARIOS)) {
  Deno.test({
    name: `load ${name}: everything is answered, and PEMS and the tables agree${reason}`,
    ignore: k6 === undefined,
    fn: async () => {
      const { site, stage } = await open();
      const size = sizeOf(name, "smoke");
      const figures = await play({ k6: k6!, stage, site, name, size, judged: false });
      assert.ok(figures.figures.length >= 8, "k6, the books and PEMS have told their figures");
      assert.ok(figures.good, table(figures));
    },
  });
}
