/** Four charts of the dashboard in Chromium, redrawn as every ten seconds do. */
import { launchChromium, visit } from "../../../tests/browser/browser.ts";
import { findChromium } from "../../../tests/chromium.ts";
import type { Figure } from "../crowd.ts";
import { bundled, styles } from "../page.ts";
import type { Bench } from "./plots.ts";

const POINTS = 3600;
const TICKS = 200;
/** The first find compilers cold. */
const WARM_UP = 20;

/** Throws where there is no Chromium. */
export async function redraw(): Promise<ReadonlyArray<Figure>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("Cannot measure plots: there is no Chromium here");
  const page = await served();
  const browser = await launchChromium(chromium);
  try {
    const ticks = await measured((await visit(browser)).page, page.address);
    const told = (of: (tick: Tick) => number): string => {
      const times = ticks.map(of).sort((a, b) => a - b);
      const at = (share: number) => times[Math.floor(share * (times.length - 1))]!.toFixed(1);
      return `p50 ${at(0.5)}, p95 ${at(0.95)}, best ${at(0)} ms`;
    };
    return [
      [
        `dashboard: 4 charts x ${POINTS.toLocaleString("en-US")} points redrawn, processor time`,
        "< 8 ms",
        told(({ spent }) => spent),
      ],
      ["the same by the clock", "", told(({ drawn }) => drawn)],
      ["taking the newest point in before that", "", told(({ taken }) => taken)],
    ];
  } finally {
    await browser.close();
    await page.stop();
  }
}

/** Ms. */
interface Tick {
  readonly taken: number;
  readonly drawn: number;
  /** By the page's thread alone: what a busy machine does meanwhile is not in it. */
  readonly spent: number;
}

type Page = Awaited<ReturnType<typeof visit>>["page"];
type Offered = { readonly bench: Bench };

async function measured(page: Page, address: string): Promise<ReadonlyArray<Tick>> {
  await page.goto(address);
  await page.waitForFunction(() => "bench" in globalThis);
  await page.evaluate(async (points) => {
    const { bench } = globalThis as unknown as Offered;
    await bench.mount(document.querySelector<HTMLElement>("#plots")!, points);
    if (document.querySelectorAll("canvas").length !== 4) throw new Error("Cannot see the plots");
  }, POINTS);
  const spentMs = await threadTime(page);
  const ticks: Tick[] = [];
  for (let nth = 0; nth < WARM_UP + TICKS; nth++) {
    const taken = await page.evaluate(async () => {
      const { bench } = globalThis as unknown as Offered;
      const ms = bench.take();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return ms;
    });
    const before = await spentMs();
    const drawn = await page.evaluate(() => (globalThis as unknown as Offered).bench.draw());
    const spent = await spentMs() - before;
    if (nth >= WARM_UP) ticks.push({ taken, drawn, spent });
  }
  const kept = await page.evaluate(() => (globalThis as unknown as Offered).bench.points);
  if (kept !== POINTS) throw new Error(`Cannot keep ${POINTS} points: there are ${kept}`);
  return ticks;
}

/** How long the page's thread has run scripts, by the processor's time. */
async function threadTime(page: Page): Promise<() => Promise<number>> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ScriptDuration")!.value * 1000;
  };
}

async function served() {
  const [script, style] = await Promise.all([
    bundled("load/bench/dashboard/plots.ts"),
    styles(),
  ]);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) =>
      url.endsWith(".js")
        ? new Response(script, { headers: { "content-type": "text/javascript" } })
        : new Response(
          `<!doctype html><html lang="en"><title>Plots</title><style>${style}</style>
        <div id="plots" class="metrics"></div>
        <script type="module" src="/plots.js"></script>`,
          { headers: { "content-type": "text/html; charset=utf-8" } },
        ),
  );
  return {
    address: `http://127.0.0.1:${server.addr.port}/`,
    stop: () => server.shutdown(),
  };
}
