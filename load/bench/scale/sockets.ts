/** A thousand sockets on one app process: what each costs in memory, and when each has heard of a badge. */
import { hear } from "../badges.ts";
import type { Row } from "../engine.ts";
import { residentMb } from "../processes.ts";
import { openSite } from "../site.ts";

const SOCKETS = 1_000;
const EDITS = 60;

export async function sockets(): Promise<Row[]> {
  const site = await openSite({ rateLimit: 10 });
  try {
    const app = site.processes[0]!;
    const before = await residentMb(app.pid);
    const heard = await hear(site, { sockets: SOCKETS, edits: EDITS });
    return [
      [
        `badges in each of ${SOCKETS} sockets of one app process`,
        "p95 < 250 ms",
        `p50 ${heard.p50.toFixed(0)} ms, p95 ${heard.p95.toFixed(0)} ms`,
      ],
      [
        "the app's memory for each socket",
        "",
        `${((await residentMb(app.pid) - before) * 1024 / SOCKETS).toFixed(0)} KiB, ${
          (await residentMb(app.pid)).toFixed(0)
        } MiB in all`,
      ],
    ];
  } finally {
    await site.stop();
  }
}
