/** CommandDeck and GridLab before Lighthouse: the product with its demo data, signed in, as on a slow phone. */
import { chromium } from "playwright-core";
import { signIn } from "../../tests/browser/browser.ts";
import { findChromium } from "../../tests/chromium.ts";
import { type Product, startProduct, withFolder } from "../../tests/product.ts";
import { freePort } from "./processes.ts";

type Figure = readonly [figure: string, promised: string, measured: string];

/** Run, not imported: in the lock file it would be 150 packages that nobody else needs. */
const LIGHTHOUSE = "npm:lighthouse@13.5.0";
const PAGES = { CommandDeck: "/?org=RIO", GridLab: "/grid?org=RIO" } as const;
const RUNS = 3;

interface Report {
  readonly categories: {
    readonly [name in "accessibility" | "performance"]: { readonly score: number | null };
  };
  readonly audits: { readonly [name: string]: { readonly displayValue?: string } };
  readonly runtimeError?: { readonly message: string };
}

/** @param folder where to leave the whole reports; undefined: nowhere. Throws where there is no Chromium. */
export async function lighthouse(folder?: string): Promise<ReadonlyArray<Figure>> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("Cannot run Lighthouse: no Chromium here");
  const figures: Figure[] = [];
  await withFolder(async (data) => {
    const product = await startProduct(`${data}/product`);
    const browser = await openBrowser(executablePath, `${data}/browser`);
    try {
      await enter(browser.port, product);
      for (const [name, path] of Object.entries(PAGES)) {
        const reports: Report[] = [];
        for (let nth = 1; nth <= RUNS; nth++) {
          const kept = folder && `${folder}/${name}-${nth}.json`;
          await forget(browser.port);
          reports.push(await report(product.origin + path, browser.port, kept));
        }
        figures.push(...told(name, reports));
      }
    } finally {
      await browser.stop();
      await product.stop();
    }
  });
  return figures;
}

async function openBrowser(executablePath: string, profile: string) {
  const port = freePort();
  const child = new Deno.Command(executablePath, {
    args: [
      ...["--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking"],
      ...[`--user-data-dir=${profile}`, `--remote-debugging-port=${port}`, "about:blank"],
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  void child.stdout.cancel();
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).values();
  for await (const line of lines) if (line.includes("DevTools listening")) break;
  const stop = async () => {
    child.kill();
    await child.status;
  };
  return { port, stop };
}

/** Signs in, and lets go of the browser: Lighthouse's tab has the cookie too, and must not be watched by two. */
async function enter(port: number, { origin, ana }: Product): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  await signIn(await browser.contexts()[0]!.newPage(), origin, ana);
  await browser.close();
}

/** As on a first visit: nothing is in the browser's cache, but the cookie stays. */
async function forget(port: number): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const [context] = browser.contexts();
  const page = context!.pages()[0] ?? await context!.newPage();
  await page.goto("about:blank");
  const cdp = await context!.newCDPSession(page);
  await cdp.send("Network.clearBrowserCache");
  await browser.close();
}

async function report(address: string, port: number, kept?: string): Promise<Report> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--no-config", LIGHTHOUSE, address],
      ...[`--port=${port}`, "--disable-storage-reset", "--output=json", "--quiet"],
      "--only-categories=accessibility,performance",
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`Cannot run Lighthouse: ${text.decode(stderr)}`);
  if (kept !== undefined) await Deno.writeFile(kept, stdout);
  const made: Report = JSON.parse(text.decode(stdout));
  if (made.runtimeError) throw new Error(`Cannot measure: ${made.runtimeError.message}`);
  return made;
}

const TIMES = {
  "first-contentful-paint": "FCP",
  "largest-contentful-paint": "LCP",
  "total-blocking-time": "TBT",
  "cumulative-layout-shift": "CLS",
} as const;

/** Of accessibility the worst run, of performance the middle one, since other processes slow some. */
function told(name: string, reports: ReadonlyArray<Report>): ReadonlyArray<Figure> {
  const score = (report: Report, of: keyof Report["categories"]) =>
    Math.round((report.categories[of].score ?? 0) * 100);
  const by = (of: keyof Report["categories"]) =>
    reports.toSorted((a, b) => score(a, of) - score(b, of));
  const middle = by("performance")[Math.floor(reports.length / 2)]!;
  const times = Object.entries(TIMES).map(([audit, short]) =>
    `${short} ${middle.audits[audit]?.displayValue}`
  );
  return [
    [
      `Lighthouse, mobile: ${name}, accessibility`,
      "100",
      String(score(by("accessibility")[0]!, "accessibility")),
    ],
    [
      `Lighthouse, mobile: ${name}, performance, median of ${reports.length}`,
      ">= 95",
      `${score(middle, "performance")} (${times.join(", ")})`,
    ],
  ];
}
