/** GridLab with 50,000 records in Chromium: how soon it is there, how it scrolls, what it holds. */
import type { CDPSession, Page } from "playwright-core";
import { launchChromium, signIn, visit } from "../../tests/browser/browser.ts";
import { anOrganization, mirrored } from "../../tests/builders.ts";
import { findChromium } from "../../tests/chromium.ts";
import { withPostgres } from "../../tests/database.ts";
import { freePort, startScript } from "./processes.ts";

type Figure = readonly [figure: string, promised: string, measured: string];

const RECORDS = 50_000;
const PASSWORD = "a password for measuring";
const CATEGORIES = ["Cranes", "Power Generation", "Welding", "Earthmoving", "Trucks", "Pumps"];

/** Measures on a database of its own. Throws where there is no Chromium. */
export async function grid(): Promise<ReadonlyArray<Figure>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("Cannot measure the grid: there is no Chromium here");
  const figures: Figure[] = [];
  await withPostgres(async (db, url) => {
    const organizationId = await anOrganization(db, { code: "BIG" });
    await fill(db, organizationId);
    const port = freePort();
    const app = await startScript("app/main.ts", {
      env: {
        DATABASE_URL: url,
        PORT: String(port),
        CREDENTIALS_KEY: btoa("k".repeat(32)),
        ADMIN_PASSWORD: PASSWORD,
        LOG_LEVEL: "warn",
      },
      ready: /http:\/\//,
    });
    const browser = await launchChromium(chromium);
    try {
      const { page } = await visit(browser);
      const origin = `http://127.0.0.1:${port}`;
      await signIn(page, `${origin}/grid?org=BIG`, { username: "admin", password: PASSWORD });
      figures.push(...await measured(page, `${origin}/grid?org=BIG`));
    } finally {
      await browser.close();
      await app.stop();
    }
  });
  return figures;
}

type Database = Parameters<typeof mirrored>[0];

async function fill(db: Database, organizationId: string): Promise<void> {
  const portion = 5_000;
  for (let from = 0; from < RECORDS; from += portion) {
    const records = Object.fromEntries(
      Array.from({ length: portion }, (_, nth) => [
        `PFA-${String(100_000 + from + nth)}`,
        {
          category: CATEGORIES[(from + nth) % CATEGORIES.length]!,
          description: `Equipment ${from + nth} for the pipe rack, area ${nth % 40}`,
          model: `M-${nth % 700}`,
        },
      ]),
    );
    await mirrored(db, organizationId, records);
  }
  await db.owner`analyze`;
}

async function measured(page: Page, address: string): Promise<ReadonlyArray<Figure>> {
  const cdp = await page.context().newCDPSession(page);
  await page.goto(address);
  await page.locator(".rows .row").first().waitFor();
  const first = await page.evaluate(() => performance.now());
  await page.locator(".sheet:not([aria-busy])").waitFor();
  const all = await page.evaluate(() => performance.now());
  const held = await heap(cdp);
  const pasted = await paste(page);
  const file = await exported(page);
  const wheel = await scroll(page, 120);
  const jumps = await scroll(page, 80_000);
  const sorted = await clicked(page, ".head .n-model");
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  return [
    [`GridLab, ${RECORDS.toLocaleString("en-US")} records: rows to work with`, "< 1 s", ms(first)],
    ["all of them in the tab", "", ms(all)],
    ["scrolling as a wheel does, time between frames", "none over 50 ms", told(wheel)],
    ["jumping a hundred screens a frame", "", told(jumps)],
    ["sort by a column, until painted", "", ms(sorted)],
    ["5,000 cells pasted, until saved as drafts", "one request", pasted],
    ["memory of the tab's script", "", `${held.toFixed(0)} MB`],
    ["export as CSV, until the last byte", "", file],
  ];
}

async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("Performance.enable");
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 2 ** 20;
}

interface Frames {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
  /** Tasks of the page's own that took longer than 50 ms: what a busy machine does is not among them. */
  readonly longTasks: number;
}

/** Scrolls by so many pixels a frame, 300 times. */
const scroll = (page: Page, step: number): Promise<Frames> =>
  page.evaluate(async (step) => {
    const sheet = document.querySelector(".sheet")!;
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const gaps: number[] = [];
    let longTasks = 0;
    const observer = new PerformanceObserver((list) => longTasks += list.getEntries().length);
    observer.observe({ entryTypes: ["longtask"] });
    sheet.scrollTop = 0;
    await frame();
    let last = await frame();
    for (let nth = 0; nth < 300; nth++) {
      sheet.scrollTop = (sheet.scrollTop + step) % (sheet.scrollHeight - sheet.clientHeight);
      const now = await frame();
      gaps.push(now - last);
      last = now;
    }
    observer.disconnect();
    gaps.sort((a, b) => a - b);
    const at = (share: number) => gaps[Math.floor(share * (gaps.length - 1))]!;
    return { p50: at(0.5), p95: at(0.95), most: at(1), longTasks };
  }, step);

const told = ({ p50, p95, most, longTasks }: Frames): string =>
  `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, most ${
    most.toFixed(1)
  } ms; ${longTasks} tasks over 50 ms`;

/** From the click until the frame after the next has begun. */
async function clicked(page: Page, selector: string): Promise<number> {
  return await page.evaluate(async (selector) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    const from = performance.now();
    document.querySelector<HTMLElement>(selector)!.click();
    await frame();
    await frame();
    return performance.now() - from;
  }, selector);
}

/** 5,000 lines into a column, in one request. */
async function paste(page: Page): Promise<string> {
  await page.locator(".rows .row[data-at='0'] > .n-model").click();
  const saved = page.waitForResponse("**/api/pfa-data/save-draft");
  const shown = await page.evaluate(() => {
    const from = performance.now();
    const clipboardData = new DataTransfer();
    const lines = Array.from({ length: 5000 }, (_, nth) => `pasted ${nth}`);
    clipboardData.setData("text/plain", lines.join("\r\n"));
    document.activeElement!.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
    Object.assign(globalThis, { pastedAt: from });
    return performance.now() - from;
  });
  const status = (await saved).status();
  if (status !== 200) throw new Error(`Cannot paste: the server answered ${status}`);
  const all = await page.evaluate(() =>
    performance.now() - (globalThis as unknown as { pastedAt: number }).pastedAt
  );
  return `shown in ${shown.toFixed(0)} ms, saved in ${(all / 1000).toFixed(1)} s`;
}

async function exported(page: Page): Promise<string> {
  const { seconds, megabytes } = await page.evaluate(async () => {
    const { href } = document.querySelector<HTMLAnchorElement>("a[aria-label='Export CSV']")!;
    const from = performance.now();
    const file = await (await fetch(href)).arrayBuffer();
    return {
      seconds: (performance.now() - from) / 1000,
      megabytes: file.byteLength / 2 ** 20,
    };
  });
  return `${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s`;
}
