/** The product in one process on PGlite, with a PEMS without a limit. */
import type { Row } from "../engine.ts";
import { until } from "../person.ts";
import { freePort, startScript } from "../processes.ts";
import { allRecords, KEY, PASSWORD, populate, RIO } from "../site.ts";

const EDITS = 3_000;

export async function embedded(): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "vanguard-embedded-" });
  const sandbox = await startScript("pems/main.ts", {
    args: ["--memory", "--port", "0", "--api-key", KEY, "--rate-limit", "0"],
    ready: /^Ledger /,
  });
  const pems = sandbox.line.match(/http:\/\/[^/]+/)![0];
  const port = freePort();
  const product = await startScript("ops/start/main.ts", {
    env: {
      DATABASE_URL: "",
      DATA_DIR: folder,
      PORT: String(port),
      PEMS_WRITE_API_URL: `${pems}/api`,
      PEMS_WRITE_API_KEY: KEY,
      PEMS_API_RATE_LIMIT: "100000",
      ADMIN_PASSWORD: PASSWORD,
      LOG_LEVEL: "warn",
    },
    ready: /http:\/\//,
  });
  try {
    const origin = `http://127.0.0.1:${port}`;
    const { person, organizationId } = await populate(origin, RIO);
    const records = (await allRecords(person, organizationId)).slice(0, EDITS);
    await person.post("/api/pfa-data/save-draft", {
      organizationId,
      drafts: records.map(({ pfaId }) => ({ pfaId, changes: { model: "embedded" } })),
    });
    const from = performance.now();
    await person.post("/api/pfa-data/commit-drafts", { organizationId });
    const committed = performance.now();
    await until(
      () =>
        person.get<{ completed: number }>(`/api/pems/sync-status?organizationId=${organizationId}`),
      ({ completed }) => completed >= records.length,
      100,
    );
    const seconds = (performance.now() - committed) / 1000;
    return [[
      `PGlite, one process, PEMS without a limit: ${records.length} jobs`,
      ">= 500 jobs/s",
      `${(records.length / seconds).toFixed(0)} jobs/s (commit ${
        (committed - from).toFixed(0)
      } ms)`,
    ]];
  } finally {
    await product.stop();
    await sandbox.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
