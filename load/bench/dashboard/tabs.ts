/** Ten open tabs of the dashboard: what they add to what app and Postgres spend anyway. */
import postgres from "postgres";
import type { Browser } from "playwright-core";
import { launchChromium, signIn, visit } from "../../../tests/browser/browser.ts";
import { findChromium } from "../../../tests/chromium.ts";
import { spentBy } from "../../processor.ts";
import type { Figure } from "../crowd.ts";
import { openSite, PASSWORD, type Site } from "../site.ts";
import { rowOf, STEP } from "./made.ts";

const TABS = 10;
const SECONDS = 60;
const CORES = navigator.hardwareConcurrency;

/** Throws where there is no Chromium. */
export async function tabs(): Promise<ReadonlyArray<Figure>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("Cannot open tabs: there is no Chromium here");
  const site = await openSite({ rateLimit: 10 });
  const browser = await launchChromium(chromium);
  try {
    await busyHour(site);
    const address = `${site.origin}/metrics-dashboard?org=RIO`;
    const { page } = await visit(browser);
    await signIn(page, address, { username: "admin", password: PASSWORD });
    await page.goto("about:blank");
    const context = page.context();
    const without = await spending(site, () => Promise.resolve());
    const loaded = await spending(site, () => opened(context, address));
    const open = await spending(site, () => Promise.resolve());
    const canvases = await Promise.all(
      context.pages().slice(1).map((tab) => tab.locator(".metric-plot canvas").count()),
    );
    if (canvases.some((count) => count < 4)) throw new Error("Cannot see the plots of every tab");
    return [
      [
        `${TABS} dashboards opened and left open for ${SECONDS} s: processor time of app and Postgres`,
        "< 1 % of the machine",
        difference(loaded, without),
      ],
      ["the same when they are open already", "< 1 %", difference(open, without)],
    ];
  } finally {
    await browser.close();
    await site.stop();
  }
}

type Context = ReturnType<Browser["contexts"]>[number];

async function opened(context: Context, address: string): Promise<void> {
  for (let nth = 0; nth < TABS; nth++) {
    const tab = await context.newPage();
    await tab.goto(address);
    await tab.getByText("Live, every 10 s").waitFor();
  }
}

/** An hour of points, so that a page has what to load. */
async function busyHour({ databaseUrl, organizationId }: Site): Promise<void> {
  const owner = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const now = Math.floor(Date.now() / 1000 / STEP) * STEP;
  const rows = Array.from({ length: 360 }, (_, nth) => rowOf(nth, now - 3600));
  await owner`
    insert into metric_series (organization_id, step, at, counts, gauges, samples)
    select ${organizationId}, ${STEP}, to_timestamp((r ->> 'at')::int), r -> 'counts', r -> 'gauges', 1
    from jsonb_array_elements(${owner.json(rows as never)}) r
    on conflict (organization_id, step, at) do update
    set counts = excluded.counts, gauges = excluded.gauges, samples = 1`;
  await owner.end();
}

/** Seconds of processor time. */
interface Spending {
  readonly app: number;
  readonly postgres: number;
}

/** Over a minute that begins with what is done. */
async function spending(site: Site, begin: () => Promise<void>): Promise<Spending> {
  const before = await spentBy(site);
  const until = performance.now() + SECONDS * 1000;
  await begin();
  await new Promise((wait) => setTimeout(wait, until - performance.now()));
  const after = await spentBy(site);
  if (before === undefined || after === undefined) {
    throw new Error("Cannot read processor time: this system does not tell");
  }
  return { app: after.app - before.app, postgres: after.postgres - before.postgres };
}

function difference(more: Spending, less: Spending): string {
  const added = { app: more.app - less.app, postgres: more.postgres - less.postgres };
  const percent = (seconds: number) => (100 * seconds / SECONDS / CORES).toFixed(2);
  return `${percent(added.app + added.postgres)} % more (app ${percent(added.app)}, Postgres ${
    percent(added.postgres)
  }; without them ${percent(less.app + less.postgres)} %)`;
}
