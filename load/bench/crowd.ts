/** An app with very many records of one organization, on a database of its own, and a page of them in Chromium. */
import type { Page } from "playwright-core";
import { launchChromium, signIn, visit } from "../../tests/browser/browser.ts";
import { aConnection, anOrganization, mirrored } from "../../tests/builders.ts";
import { findChromium } from "../../tests/chromium.ts";
import { withPostgres } from "../../tests/database.ts";
import { freePort, type Running, startScript } from "./processes.ts";

export type Figure = readonly [figure: string, promised: string, measured: string];

const PASSWORD = "a password for measuring";
const CATEGORIES = ["Cranes", "Power Generation", "Welding", "Earthmoving", "Trucks", "Pumps"];

interface Crowd {
  readonly records: number;
  readonly path: string;
}

export interface Crowded {
  /** Of the database, as its owner. */
  readonly url: string;
  readonly origin: string;
  readonly organizationId: string;
  readonly app: Running;
  /** The administrator's. */
  readonly password: string;
}

/** One app process over so many records of organization BIG, without worker and PEMS. */
export const withCrowd = (
  records: number,
  work: (crowded: Crowded) => Promise<void>,
): Promise<void> =>
  withPostgres(async (db, url) => {
    const organizationId = await anOrganization(db, {
      code: "BIG",
      connectionId: await aConnection(db),
    });
    await fill(db, organizationId, records);
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
    try {
      const origin = `http://127.0.0.1:${port}`;
      await work({ url, origin, organizationId, app, password: PASSWORD });
    } finally {
      await app.stop();
    }
  });

/** Signs in where the path leads, and hands the page over with its address. Throws where there is no Chromium. */
export async function withRecords(
  { records, path }: Crowd,
  measure: (page: Page, address: string) => Promise<ReadonlyArray<Figure>>,
): Promise<ReadonlyArray<Figure>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error(`Cannot measure ${path}: there is no Chromium here`);
  const figures: Figure[] = [];
  await withCrowd(records, async ({ origin, password }) => {
    const browser = await launchChromium(chromium);
    try {
      const { page } = await visit(browser);
      const address = `${origin}${path}?org=BIG`;
      await signIn(page, address, { username: "admin", password });
      figures.push(...await measure(page, address));
    } finally {
      await browser.close();
    }
  });
  return figures;
}

type Database = Parameters<typeof mirrored>[0];

async function fill(db: Database, organizationId: string, count: number): Promise<void> {
  const portion = 5_000;
  const day = (nth: number) => new Date(Date.UTC(2026, 0, 1 + nth)).toISOString().slice(0, 10);
  for (let from = 0; from < count; from += portion) {
    const records = Object.fromEntries(
      Array.from({ length: portion }, (_, at) => [
        `PFA-${String(100_000 + from + at)}`,
        {
          category: CATEGORIES[(from + at) % CATEGORIES.length]!,
          description: `Equipment ${from + at} for the pipe rack, area ${at % 40}`,
          model: `M-${at % 700}`,
          originalStart: day(at % 600),
          originalEnd: day(at % 600 + 120 + at % 300),
          forecastStart: day(at % 600 + at % 40),
          forecastEnd: day(at % 600 + 150 + at % 310),
        },
      ]),
    );
    await mirrored(db, organizationId, records);
  }
  await db.owner`analyze`;
}

/** What the tab's script holds, in MB. */
export async function heap(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("Performance.enable");
  const { metrics } = await cdp.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize")!.value / 2 ** 20;
}

export interface Frames {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
  /** Tasks of the page's own that took longer than 50 ms: what a busy machine does is not among them. */
  readonly longTasks: number;
}

/** Scrolls the element down by so many pixels a frame, 300 times. */
export const scroll = (page: Page, selector: string, step: number): Promise<Frames> =>
  page.evaluate(async ([selector, step]) => {
    const sheet = document.querySelector(selector)!;
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
  }, [selector, step] as const);

export const told = ({ p50, p95, most, longTasks }: Frames): string =>
  `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, most ${
    most.toFixed(1)
  } ms; ${longTasks} tasks over 50 ms`;

/** From what the act does in the page until the frame after the next has begun. */
export async function painted<Argument>(
  page: Page,
  act: (argument: Argument) => void,
  argument?: Argument,
): Promise<number> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  const from = await page.evaluate(() => performance.now());
  await page.evaluate(act as (argument: unknown) => void, argument);
  return await page.evaluate(async (from) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    return performance.now() - from;
  }, from);
}

export const clicked = (page: Page, selector: string): Promise<number> =>
  painted(page, (selector) => document.querySelector<HTMLElement>(selector)!.click(), selector);
