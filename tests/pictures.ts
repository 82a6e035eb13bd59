/** `deno task pictures [names]`: takes the pictures of docs/images of a product in the middle of its work. */
import type { Browser, Page } from "playwright-core";
import { awake, launchChromium, signIn, visit } from "./browser/browser.ts";
import { call, commit, rio } from "./browser/decisions.ts";
import { findChromium } from "./chromium.ts";
import { rowOf, STEP } from "../load/bench/dashboard/made.ts";
import { openDatabase } from "../db/sql.ts";
import { freePort } from "../load/bench/processes.ts";
import { type Product, startProduct, withFolder } from "./product.ts";

interface Picture {
  /** Of the file: `name-light.png`, `name-dark.png`. */
  readonly name: string;
  readonly path: string;
  readonly who: "ana" | "olga";
  readonly height: number;
  /** What it waits for, and does, before the picture is taken. */
  readonly settle: (page: Page) => Promise<unknown>;
}

const visible = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** Seconds. */
const QUARTER = 900;

/** Nobody waits for a picture, and the machine may be busy. */
const PATIENCE_MS = 180_000;

/** One for each page that the documentation shows, but metrics: those need an hour of life before them. */
const PICTURES: ReadonlyArray<Picture> = [
  { name: "grid", path: "/grid", who: "ana", height: 820, settle: inGrid },
  {
    name: "timeline",
    path: "/timeline?q=crane&zoom=month&date=2026-08-01",
    who: "ana",
    height: 900,
    settle: visible(".t-grid:not([aria-busy]) .t-rows .lane .badge"),
  },
  { name: "deck", path: "/", who: "ana", height: 1260, settle: visible(".months canvas") },
  { name: "conflict", path: "/conflicts", who: "ana", height: 820, settle: inConflict },
  { name: "history", path: "/history", who: "olga", height: 820, settle: visible(".job") },
  { name: "bulk", path: "/?bulk=1&category=Cranes", who: "ana", height: 900, settle: inBulk },
  {
    name: "letters",
    path: "/dead-letters",
    who: "olga",
    height: 820,
    settle: visible("h1"),
  },
  { name: "audit", path: "/audit", who: "olga", height: 820, settle: visible(".entries > li") },
  { name: "system", path: "/system", who: "olga", height: 820, settle: inSystem },
  { name: "admin", path: "/admin?section=policy", who: "olga", height: 1000, settle: inPolicy },
  {
    name: "connection",
    path: "/admin?section=connection",
    who: "olga",
    height: 680,
    settle: visible(".state-good"),
  },
  { name: "people", path: "/admin?section=people", who: "olga", height: 1000, settle: inPeople },
];

async function inGrid(page: Page): Promise<void> {
  await page.locator(".sheet:not([aria-busy])").waitFor();
  await page.locator(".rows .badge-retrying").first().waitFor();
}

async function inConflict(page: Page): Promise<void> {
  await page.getByRole("link", { name: /^Decide/ }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radiogroup", { name: "Model" }).getByLabel(/^Mine/).check();
  await dialog.getByRole("radiogroup", { name: "Forecast end" }).getByLabel(/^PEMS/).check();
  await dialog.getByText("Every rule holds").waitFor();
}

async function inBulk(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Bulk change" });
  await dialog.getByLabel("Days later").fill("14");
  await dialog.getByLabel("Which dates").selectOption("end");
  await dialog.getByText(/records? change/).waitFor();
}

async function inSystem(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Look now" }).click();
  await page.getByText(/^All \d+ hold/).waitFor();
}

async function inPolicy(page: Page): Promise<void> {
  const field = page.getByRole("group", { name: "Forecast end", exact: true });
  await field.getByLabel("Use mine").check();
  await page.getByRole("button", { name: "Try it on past conflicts" }).click();
  await page.getByText(/^Of the last/).waitFor();
}

async function inPeople(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add a person…" }).click();
  const dialog = page.getByRole("dialog", { name: /^A new person in/ });
  await dialog.getByLabel("Username").fill("pia");
  await dialog.getByLabel("Name", { exact: true }).fill("Pia Planner");
  await dialog.getByRole("button", { name: "Planner", exact: true }).click();
  await dialog.getByLabel("Last day").fill("2027-03-31");
}

const executable = findChromium();
if (executable === undefined) throw new Error("Cannot take pictures: there is no Chromium here");
await withFolder(async (folder) => {
  const browser = await launchChromium(executable);
  const port = freePort();
  // What is to fail for good fails fast; what waits for its next attempt waits as long as this takes.
  const before = await startProduct(folder, port, { WRITE_SYNC_RETRY_DELAY: "50" });
  const ids = await past(browser, before);
  await before.stop();
  await busyMorning(folder);
  const product = await startProduct(folder, port, {
    WRITE_SYNC_RETRY_DELAY: "600000",
    PEMS_API_RATE_LIMIT: "1",
  });
  try {
    await present(browser, product, ids);
    for (const picture of PICTURES) {
      if (Deno.args.length > 0 && !Deno.args.includes(picture.name)) continue;
      for (const theme of ["light", "dark"] as const) {
        await take(browser, product, { ...picture, theme });
      }
      console.log(picture.name);
    }
  } finally {
    await product.faults({ latencyMs: 0, errorRate: 0 });
    await browser.close();
    await product.stop();
  }
});

type Records = {
  readonly records: ReadonlyArray<
    { readonly pfaId: string; readonly data: { isDiscontinued: boolean } }
  >;
};

/** What has happened by now: changes of two people in PEMS, conflicts, one failure. Returns what may still be edited. */
async function past(browser: Browser, product: Product): Promise<ReadonlyArray<string>> {
  const { page } = await visit(browser);
  await signIn(page, `${product.origin}/?org=RIO`, product.ana);
  const organizationId = await rio(page);
  const { records } = await call<Records>(page, {
    path: `/api/pfa-data?organizationId=${organizationId}&limit=500`,
  });
  const ids = records.filter(({ data }) => !data.isDiscontinued).map(({ pfaId }) => pfaId);
  const sent = [ids[0]!, ids[2]!, ids[3]!, ids[6]!];
  await commit(page, sent, { contract: "RIO-EQ-5512", dor: "PROJECT" });
  await seen(page, organizationId, "synced", sent.length);
  await commit(page, ids.slice(60, 84), { areaSilo: "Crude Unit 2 East" });
  await seen(page, organizationId, "synced", 24 + sent.length);
  const disputed = [ids[4]!, ids[9]!, ids[13]!];
  for (const pfaId of disputed) {
    await product.edit(pfaId, { model: "LR 1600", forecastEnd: "2028-03-31T00:00:00Z" });
  }
  await commit(page, disputed, { model: "LTM 1300-6.2", forecastEnd: "2028-01-15" });
  await seen(page, organizationId, "conflict", disputed.length);
  await product.faults({ errorRate: 100, scope: "writes" });
  await commit(page, [ids[7]!], { monthlyRate: 18_450.5 });
  await seen(page, organizationId, "failed", 1);
  await product.faults({ errorRate: 0, scope: "all" });
  // Where one fails for good, the next that arrives tells that it was no outage.
  await commit(page, [ids[8]!], { model: "HA20 RTJ HD" });
  await seen(page, organizationId, "synced", 25 + sent.length);
  await page.context().close();
  return ids;
}

/** The quarter of an hour before, as the dashboard draws it: nobody waits so long for a picture. */
async function busyMorning(folder: string): Promise<void> {
  const db = await openDatabase({ url: undefined, dataDir: folder });
  try {
    const now = Math.floor(Date.now() / 1000 / STEP) * STEP;
    const first = now - QUARTER;
    const rows = Array.from({ length: QUARTER / STEP }, (_, nth) => rowOf(nth, first));
    await db.owner`
      insert into metric_series (organization_id, step, at, counts, gauges, samples)
      select o.id, ${STEP}::int, to_timestamp((r ->> 'at')::int), r -> 'counts', r -> 'gauges', 1
      from organization o, jsonb_array_elements(${db.owner.json(rows as never)}) r
      where o.code = 'RIO'
      on conflict (organization_id, step, at) do nothing`;
  } finally {
    await db.close();
  }
}

/** What is going on: drafts, a line before a PEMS that takes one call a second, one change between two attempts. */
async function present(
  browser: Browser,
  product: Product,
  ids: ReadonlyArray<string>,
): Promise<void> {
  const { page } = await visit(browser);
  await signIn(page, `${product.origin}/?org=RIO`, product.ana);
  const organizationId = await rio(page);
  await product.faults({ errorRate: 100, scope: "writes" });
  await commit(page, [ids[10]!], { forecastEnd: "2028-02-15" });
  await seen(page, organizationId, "retrying", 1);
  await product.faults({ errorRate: 0, latencyMs: 3000 });
  const drafts = ids.slice(100, 400)
    .map((pfaId) => ({ pfaId, changes: { contract: "RIO-TA26-004" } }));
  await call(page, { path: "/api/pfa-data/save-draft", body: { organizationId, drafts } });
  await call(page, { path: "/api/pfa-data/commit-drafts", body: { organizationId } });
  await commit(page, [ids[11]!, ids[12]!], { contract: "RIO-TA26-004" });
  await seen(page, organizationId, "queued", 1);
  for (const at of [14, 15, 17]) {
    const draft = { pfaId: ids[at]!, changes: { model: "3246ES HD", forecastEnd: "2028-04-30" } };
    await call(page, { path: "/api/pfa-data/save-draft", body: { organizationId, ...draft } });
  }
  await call(page, {
    path: "/api/pfa-data/bulk",
    body: {
      organizationId,
      records: { category: ["Pumps"] },
      operation: { kind: "shift", pair: "forecast", days: 7 },
      changeReason: "Late delivery of pumps",
    },
  });
  await page.context().close();
}

/** Waits until so many records have the status, asking again and again. */
async function seen(page: Page, organizationId: string, status: string, least: number) {
  const path = `/api/pfa-data?organizationId=${organizationId}&syncStatus=${status}&limit=1`;
  for (;;) {
    const { total } = await call<{ total: number }>(page, { path });
    if (total >= least) return;
  }
}

async function take(
  browser: Browser,
  product: Product,
  { name, path, who, height, settle, theme }: Picture & { readonly theme: "light" | "dark" },
): Promise<void> {
  const { page } = await visit(browser, { theme, height, reducedMotion: true });
  page.setDefaultTimeout(PATIENCE_MS);
  const address = new URL(path, product.origin);
  address.searchParams.set("org", "RIO");
  await signIn(page, address.href, product[who]);
  await awake(page);
  await settle(page);
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  const file = new URL(`../docs/images/${name}-${theme}.png`, import.meta.url);
  await Deno.writeFile(file, await page.screenshot({ animations: "disabled" }));
  await page.context().close();
}
