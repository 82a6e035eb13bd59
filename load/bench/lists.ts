/** Lists over a long past: a million audit entries and 200,000 jobs, each answer measured at the HTTP door. */
import postgres from "postgres";
import { startPostgres } from "../../tests/postgres.ts";
import type { Row } from "./engine.ts";
import { fill, type Filled, NEVER, ORGANIZATIONS } from "./past.ts";
import { type Person, signIn } from "./person.ts";
import { freePort, startScript } from "./processes.ts";

const PASSWORD = "a password for measuring";
const PROMISED = "p95 < 100 ms";
const TIMES = 40;

export async function lists(): Promise<ReadonlyArray<Row>> {
  const server = await startPostgres(18, { durable: true });
  const port = freePort();
  const origin = `http://127.0.0.1:${port}`;
  const app = await startScript("app/main.ts", {
    env: {
      DATABASE_URL: server.url,
      PORT: String(port),
      CREDENTIALS_KEY: btoa("k".repeat(32)),
      ADMIN_PASSWORD: PASSWORD,
      LOG_LEVEL: "warn",
    },
    ready: /http:\/\//,
  });
  const owner = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const admin = await signIn(origin, "admin", PASSWORD);
    for (const code of ORGANIZATIONS) {
      await admin.post("/api/admin/organizations", { code, name: code });
    }
    console.log("Filling the past …");
    const filled = await fill(owner);
    const rows: Row[] = [];
    for (const [what, path] of questions(filled)) {
      const figure = await measure(admin, path);
      console.log(`${what}: ${figure}`);
      rows.push([what, path === "/api/auth/me" ? "" : PROMISED, figure]);
    }
    return rows;
  } finally {
    await owner.end();
    await app.stop();
    await server.stop();
  }
}

/** What is asked, and by which address; a cursor is taken from the page before. */
function questions(
  { organizationId, pfaId, rareUserId, userId, jobId, writeId, modificationId, day }: Filled,
): ReadonlyArray<readonly [what: string, path: string]> {
  const of = (path: string) => (filter = "") =>
    `${path}?${new URLSearchParams({ organizationId })}${filter && `&${filter}`}`;
  const audit = of("/api/audit");
  const jobs = of("/api/pems/sync-jobs");
  const conflicts = of("/api/pems/conflicts");
  const status = of("/api/pems/sync-status");
  const within = `from=${day}&to=${day}`;
  return [
    ["who I am: what any answer costs here", "/api/auth/me"],
    ["audit", audit()],
    ["audit, second page", `${audit()}&cursor=`],
    ["audit, a rare event", audit("eventType=ROLLBACK")],
    ["audit, an event that never was", audit("eventType=IMPORT")],
    ["audit, the most frequent event", audit("eventType=WRITE_RESULT")],
    ["audit, several events", audit("eventType=COMMIT,ROLLBACK,DEAD_LETTER")],
    ["audit, a record", audit(`pfaId=${pfaId}`)],
    ["audit, a record and an event", audit(`pfaId=${pfaId}&eventType=COMMIT`)],
    ["audit, a record that is not there", audit("pfaId=NONE-1")],
    ["audit, a busy user", audit(`userId=${userId}`)],
    ["audit, a user of long ago", audit(`userId=${rareUserId}`)],
    ["audit, a day", audit(within)],
    ["audit, a day, second page", `${audit(within)}&cursor=`],
    ["audit, a day, a user and an event", audit(`${within}&userId=${userId}&eventType=COMMIT`)],
    ["audit, a job of 1,000", audit(`correlationId=${jobId}`)],
    ["audit, a write", audit(`correlationId=${writeId}`)],
    ["audit, a modification", audit(`correlationId=${modificationId}`)],
    ["audit, the people in it", `${of("/api/audit/people")()}`],
    ["jobs", jobs()],
    ["jobs, second page", `${jobs()}&cursor=`],
    ["jobs, completed", jobs("status=completed")],
    ["jobs, failed", jobs("status=failed")],
    ["jobs, rollbacks", jobs("kind=rollback")],
    ["jobs, rollbacks that failed", jobs("kind=rollback&status=failed")],
    ["jobs, a day", jobs(within)],
    ["jobs, search by a reason seldom given", jobs("search=needle")],
    ["jobs, search by what never was", jobs("search=nothing-like-it")],
    ["jobs, search by a busy user", jobs("search=Person 9")],
    ["jobs, search by a user of no job", jobs(`search=Person ${NEVER}`)],
    ["jobs, search by a common word", jobs("search=forecast")],
    ["jobs, search by a record", jobs(`search=${pfaId.toLowerCase()}`)],
    ["conflicts", conflicts()],
    ["conflicts, unresolved", conflicts("status=unresolved")],
    ["conflicts, of a kind", conflicts("kind=delete")],
    ["conflicts, of a record", conflicts(`pfaId=${pfaId}`)],
    ["conflicts, second page", `${conflicts()}&cursor=`],
    ["dead letters", of("/api/pems/dead-letters")()],
    ["sync status", status()],
    ["sync status, a day", status(`startDate=${day}&endDate=${day}`)],
    ["sync status, synced", status("status=synced")],
    ["metrics, an hour", of("/api/pems/metrics")()],
  ];
}

async function measure(person: Person, path: string): Promise<string> {
  const asked = path.endsWith("cursor=") ? path + await cursorOf(person, path) : path;
  const times: number[] = [];
  await person.get(asked);
  for (let nth = 0; nth < TIMES; nth++) {
    const since = performance.now();
    await person.get(asked);
    times.push(performance.now() - since);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(share * times.length) - 1]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

async function cursorOf(person: Person, path: string): Promise<string> {
  const { nextCursor } = await person.get<{ nextCursor: string | null }>(
    path.slice(0, -"&cursor=".length),
  );
  if (nextCursor === null) throw new Error(`Cannot turn the page: ${path} has one`);
  return nextCursor;
}
