/** An export of all records, read as it comes, and what the app's memory does meanwhile. */
import type { Row } from "../engine.ts";
import { residentMb } from "../processes.ts";
import type { Bench } from "../scale.ts";

const EVERY_MS = 100;

/** Memory that grew with what is sent would grow again with the second. */
const EXPORTS = 2;

export async function exported(bench: Bench): Promise<Row[]> {
  const before = await residentMb(bench.app.pid);
  const told: string[] = [];
  let sent: Sent | undefined;
  for (let nth = 0; nth < EXPORTS; nth++) {
    sent = await exportOnce(bench);
    told.push(`${sent.seconds.toFixed(1)} s, at most ${sent.mostMb.toFixed(0)} MiB`);
  }
  return [[
    `export of ${sent!.records.toLocaleString("en")} records, ${
      (sent!.bytes / 1e6).toFixed(0)
    } MB, twice`,
    "constant memory",
    `the app's memory: ${before.toFixed(0)} MiB before; ${told.join("; ")}`,
  ]];
}

interface Sent {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly mostMb: number;
}

async function exportOnce({ origin, organizationId, person, app }: Bench): Promise<Sent> {
  let mostMb = 0;
  const looking = setInterval(async () => {
    mostMb = Math.max(mostMb, await residentMb(app.pid));
  }, EVERY_MS);
  try {
    const from = performance.now();
    const response = await fetch(
      `${origin}/api/pfa-data/export.csv?organizationId=${organizationId}`,
      { headers: person.headers },
    );
    let bytes = 0;
    let lines = 0;
    for await (const chunk of response.body!) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines++;
    }
    return { records: lines - 1, bytes, seconds: (performance.now() - from) / 1000, mostMb };
  } finally {
    clearInterval(looking);
  }
}
