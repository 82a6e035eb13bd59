/** GridLab's sheet and AG Grid Community side by side: one Chromium, the same rows and columns, in turns. */
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { launchChromium, visit } from "../../tests/browser/browser.ts";
import { findChromium } from "../../tests/chromium.ts";
import { bundled, styles } from "./page.ts";
import type { Bench, Made } from "./rival/rows.ts";

type Figure = readonly [figure: string, promised: string, measured: string];

const ENTRIES = { GridLab: "ours.tsx", "AG Grid": "theirs.ts" } as const;
type Name = keyof typeof ENTRIES;
const NAMES = Object.keys(ENTRIES) as ReadonlyArray<Name>;
const MOUNTS = 9;
const CHANGES = 11;

/** Throws where there is no Chromium. */
export async function rival(): Promise<ReadonlyArray<Figure>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("Cannot compare grids: there is no Chromium here");
  const scripts = await both();
  const server = serve(scripts);
  const browser = await launchChromium(chromium);
  try {
    const { page } = await visit(browser);
    const open = async (name: Name) => {
      await page.goto(`http://127.0.0.1:${server.addr.port}/${encodeURIComponent(name)}`);
      await page.waitForFunction(() => "bench" in globalThis);
    };
    const mounts = { GridLab: [] as number[], "AG Grid": [] as number[] };
    for (let nth = 0; nth < MOUNTS; nth++) {
      for (const name of NAMES) {
        await open(name);
        mounts[name].push(await mount(page, 10_000));
      }
    }
    const badges = { GridLab: "", "AG Grid": "" };
    const frames = { GridLab: "", "AG Grid": "" };
    for (const name of NAMES) {
      await open(name);
      await mount(page, 10_000);
      badges[name] = await change(page);
      await open(name);
      await mount(page, 50_000);
      frames[name] = `${await scroll(page, 120)}; jumping ${await scroll(page, 12_000)}`;
    }
    const told = (values: number[]) => `${median(values).toFixed(0)} ms, best ${best(values)}`;
    const size = (name: Name) =>
      `${(gzipSync(scripts[name], { level: 9 }).length / 1024).toFixed(1)} KB`;
    const row = (figure: string, promised: string, of: (name: Name) => string): Figure => [
      figure,
      promised,
      NAMES.map((name) => `${name} ${of(name)}`).join(" · "),
    ];
    return [
      row(
        `grids beside each other: 10,000 x 20 mounted until painted, median of ${MOUNTS} and best`,
        "at most half of AG Grid's",
        (name) => told(mounts[name]),
      ),
      row(
        `1,000 live badge changes, until in the DOM (until taken in, until painted), median of ${CHANGES} and best`,
        "< 2 ms",
        (name) => badges[name],
      ),
      row("50,000 x 20, p95 between frames", "<= 20 ms", (name) => frames[name]),
      row("script of the grid alone, gzip", "", size),
    ];
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
/** As it is where nothing else runs meanwhile. */
const best = (values: number[]) => Math.min(...values).toFixed(0);

/** Minified for production by the same bundler. */
const both = async (): Promise<{ readonly [name in Name]: Uint8Array<ArrayBuffer> }> => ({
  GridLab: await bundled(`load/bench/rival/${ENTRIES.GridLab}`),
  "AG Grid": await bundled(`load/bench/rival/${ENTRIES["AG Grid"]}`),
});

function serve(scripts: { readonly [name in Name]: Uint8Array<ArrayBuffer> }) {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async ({ url }) => {
    const path = decodeURIComponent(new URL(url).pathname.slice(1));
    const name = path.replace(/\.js$/, "") as Name;
    if (!(name in scripts)) return new Response(null, { status: 404 });
    if (path.endsWith(".js")) {
      return new Response(scripts[name], { headers: { "content-type": "text/javascript" } });
    }
    return new Response(
      `<!doctype html><html lang="en"><title>${name}</title><style>${await styles()}
        #grid { height: 820px; display: flex; flex-direction: column }
        #grid > * { flex: 1; min-height: 0 }</style>
        <div id="grid" class="island-grid"></div>
        <script type="module" src="/${encodeURIComponent(name)}.js"></script>`,
      { headers: { "content-type": "text/html; charset=utf-8" } },
    );
  });
}

interface Way {
  readonly way: string;
  readonly figures: number[][];
}

type Offered = { readonly bench: Bench; readonly makeRows: (count: number) => Made[] };

/** Ms from handing over the rows until a frame with the first screen of them has been painted. */
const mount = (page: Page, count: number): Promise<number> =>
  page.evaluate(async (count) => {
    const { bench, makeRows } = globalThis as unknown as Offered;
    const rows = makeRows(count);
    const element = document.querySelector<HTMLElement>("#grid")!;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    const from = performance.now();
    bench.mount(element, rows);
    const filled = () =>
      [...document.querySelectorAll(bench.row)].filter(({ textContent }) => textContent).length >=
        23;
    do {
      await frame();
      // A task after the frame's begin runs when the frame has been drawn.
      await new Promise<void>((drawn) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => drawn();
        port2.postMessage(undefined);
      });
      if (performance.now() - from > 10_000) throw new Error("Cannot see the rows");
    } while (!filled());
    return performance.now() - from;
  }, count);

/** Ms for 1,000 changes, by the grid's fastest way: until its call came back, until the DOM shows it, until painted. */
async function change(page: Page): Promise<string> {
  const found = await page.evaluate(async (changes) => {
    const { bench } = globalThis as unknown as Offered;
    const turn = () =>
      new Promise<void>((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done();
        port2.postMessage(undefined);
      });
    const shown = () => document.querySelector(bench.badge)!.textContent!.trim();
    const ways: Array<{ way: string; all: number[][] }> = [];
    for (const [way, set] of Object.entries(bench.badges)) {
      const all: number[][] = [];
      for (let nth = 0; nth < changes; nth++) {
        const before = shown();
        const from = performance.now();
        set(1000, /queued/i.test(before) ? "synced" : "queued");
        const taken = performance.now() - from;
        while (shown() === before) {
          await turn();
          if (performance.now() - from > 10_000) throw new Error("Cannot see the changes");
        }
        const there = performance.now() - from;
        await new Promise((resolve) => requestAnimationFrame(resolve));
        await turn();
        all.push([there, taken, performance.now() - from]);
      }
      ways.push({ way, all });
    }
    return ways;
  }, CHANGES);
  const [{ way, figures }] = found.map(({ way, all }) => ({
    way,
    figures: [0, 1, 2].map((of) => all.map((times) => times[of]!)),
  })).sort((a, b) => median(a.figures[0]!) - median(b.figures[0]!)) as [Way];
  const [there, taken, seen] = figures.map((times) => median(times).toFixed(1));
  const least = Math.min(...figures[0]!).toFixed(1);
  return `${there} ms, best ${least} (${taken}, ${seen}; ${way})`;
}

/** Scrolls by so many pixels a frame, 300 times. */
const scroll = (page: Page, step: number): Promise<string> =>
  page.evaluate(async (step) => {
    const sheet = (globalThis as unknown as Offered).bench.scroller();
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const gaps: number[] = [];
    sheet.scrollTop = 0;
    await frame();
    let last = await frame();
    for (let nth = 0; nth < 300; nth++) {
      sheet.scrollTop = (sheet.scrollTop + step) % (sheet.scrollHeight - sheet.clientHeight);
      const now = await frame();
      gaps.push(now - last);
      last = now;
    }
    gaps.sort((a, b) => a - b);
    return `${gaps[Math.floor(0.95 * 299)]!.toFixed(1)} ms`;
  }, step);
