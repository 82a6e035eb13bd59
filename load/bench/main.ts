/** `deno task bench`: the figures of the README, measured on this machine in half an hour; `bench NAME`: one of them. */
import { badges } from "./badges.ts";
import { boot } from "./boot.ts";
import { dashboard } from "./dashboard.ts";
import { behind, coalesced, outage, paces, type Row, takeover } from "./engine.ts";
import { drain, idle, type Spread } from "./flow.ts";
import { grid } from "./grid.ts";
import { lists } from "./lists.ts";
import { lighthouse } from "./lighthouse.ts";
import { peers } from "./peers.ts";
import { rival } from "./rival.ts";
import { scale } from "./scale.ts";
import { openSite } from "./site.ts";
import { timeline } from "./timeline.ts";

/** `boot`, `flow`, `paces [calls]`, `behind`, `takeover`, `coalesced`, `badges`, `outage [minutes]`, `grid` or `rival` (a part of it), `timeline`, `dashboard`, `lighthouse`, `lists`, `scale [part]`, `peers [drain,idle,limited,backlog,kill] [scale]`; all when absent. */
const only = Deno.args[0];
const rows: Row[] = [];

if (only === undefined || only === "flow") {
  const site = await openSite({ rateLimit: 10, databaseUrl: Deno.env.get("BENCH_DATABASE_URL") });
  try {
    console.log("One edit at a time, idle …");
    const { edits, fromCommit, fromRequest } = await idle(site, 100);
    const told = ({ p50, p95 }: Spread) => `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
    rows.push(
      [
        `commit of one edit to PEMS receiving it, idle (${edits} edits)`,
        "median < 8 ms",
        told(fromCommit),
      ],
      ["the same from sending the HTTP request", "", told(fromRequest)],
    );
    console.log("1,000 edits at once, 10 calls/s …");
    const all = await drain(site, 1000);
    rows.push(
      ["commit request of 1,000 modifications", "< 1 s", `${all.commitMs.toFixed(0)} ms`],
      [
        "1,000 modifications at 10 calls/s, all synced",
        "100 to 104 s",
        `${all.syncedSeconds.toFixed(1)} s`,
      ],
      [
        "429 answers meanwhile",
        "0",
        `${all.tooManyRequests} (busiest second: ${all.busiestSecond} calls)`,
      ],
    );
  } finally {
    await site.stop();
  }
}
const ENGINE: { readonly [name: string]: () => Promise<ReadonlyArray<Row>> } = {
  paces: () => paces(Number(Deno.args[1] ?? 250)),
  behind,
  takeover,
  coalesced,
  badges,
  grid: async () => [...await grid(), ...await rival()],
  timeline,
  dashboard,
  lists,
  peers: () => peers((Deno.args[1] ?? "").split(",").filter(Boolean), Number(Deno.args[2] ?? 1)),
  lighthouse: () => lighthouse(Deno.args[1]),
  scale: () => scale(Deno.args[1]),
  outage: () => outage(Number(Deno.args[1] ?? 10)),
};
if (only === "rival") rows.push(...await rival());
for (const [name, measure] of Object.entries(ENGINE)) {
  if (only !== undefined && only !== name) continue;
  console.log(`${name} …`);
  rows.push(...await measure());
}
if (only === undefined || only === "boot") {
  console.log("Starting from a clean clone with empty caches …");
  const { coldSeconds, warmSeconds } = await boot();
  rows.push(
    ["npx -y deno task start to a usable page, cold", "< 30 s", `${coldSeconds.toFixed(1)} s`],
    ["the same, warm", "< 5 s", `${warmSeconds.toFixed(1)} s`],
  );
}

const machine = `${navigator.hardwareConcurrency} cores, ${
  (Deno.systemMemoryInfo().total / 2 ** 30).toFixed(0)
} GiB, Deno ${Deno.version.deno}`;
console.log(`\nMeasured on ${machine}\n`);
console.log("| figure | promised | measured |\n|---|---|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
