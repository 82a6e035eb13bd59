/** Who may not see money sees none: on no page of planners, in no answer behind them. */
import assert from "node:assert/strict";
import { awake, signIn, visit } from "./browser.ts";
import { type Bench, call, rio, signedIn } from "./decisions.ts";
import { journeys } from "./journeys.ts";

const PAGES = ["/", "/grid", "/timeline", "/conflicts", "/history"];

interface Priced {
  readonly records: ReadonlyArray<{
    readonly data: { readonly monthlyRate: number | null; readonly purchasePrice: number | null };
  }>;
}

/** Amounts as the API writes them and as a page does. */
async function amounts(bench: Bench): Promise<ReadonlySet<string>> {
  const { page } = await signedIn(bench);
  const { records } = await call<Priced>(page, {
    path: `/api/pfa-data?organizationId=${await rio(page)}&limit=1000`,
  });
  await page.context().close();
  const found = records.flatMap(({ data }) => [data.monthlyRate, data.purchasePrice])
    // Round ones may be anything else as well.
    .filter((amount) => amount !== null && amount % 1 !== 0) as number[];
  assert.ok(found.length > 100);
  return new Set(found.flatMap((amount) => [
    String(amount),
    amount.toLocaleString("en-US", { minimumFractionDigits: 2 }),
  ]));
}

const told = (text: string, secrets: ReadonlySet<string>): ReadonlyArray<string> =>
  (text.match(/\d[\d,]*\.\d+/g) ?? []).filter((number) => secrets.has(number));

async function nowhere(bench: Bench): Promise<void> {
  const secrets = await amounts(bench);
  const { page } = await visit(bench.browser);
  const answers: Array<Promise<readonly [string, string]>> = [];
  page.on("response", (response) => {
    const url = response.url();
    if (url.includes("/assets/") || response.status() >= 300) return;
    answers.push(response.text().then((text) => [url, text] as const, () => [url, ""] as const));
  });
  await signIn(page, `${bench.product.origin}/?org=RIO`, bench.product.vic);
  for (const path of PAGES) {
    await page.goto(`${bench.product.origin}${path}?org=RIO`);
    await awake(page);
    if (path === "/grid") await page.locator(".sheet:not([aria-busy])").waitFor();
    if (path === "/timeline") await page.locator(".t-grid:not([aria-busy])").waitFor();
    const text = await page.locator("body").innerText();
    assert.deepEqual(told(text, secrets), [], `${path} shows`);
    if (path === "/") assert.equal(await page.locator(".tile").count(), 1, "records alone");
  }
  const all = await Promise.all(answers);
  assert.ok(all.some(([url, text]) => url.includes("/api/pfa-data") && text.includes("PFA-10002")));
  for (const [url, text] of all) {
    assert.deepEqual(told(text, secrets), [], `${url} tells`);
  }
  await page.context().close();
}

/** What vic may not do is not offered, or says what it needs. */
async function notOffered(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { who: bench.product.vic, at: "/grid?org=RIO" });
  await page.locator(".sheet:not([aria-busy])").waitFor();
  for (const name of ["Save & Sync", "Undo", "Redo", "Bulk change", "Import CSV"]) {
    assert.equal(await page.getByRole("button", { name }).count(), 0, name);
  }
  const cell = page.locator(".rows .row[data-at='0'] > .n-model");
  assert.equal(await cell.getAttribute("aria-readonly"), "true");
  assert.match((await cell.getAttribute("title"))!, /permission|may not/);
  await cell.dblclick();
  assert.equal(await page.locator(".editor").count(), 0);
  await page.goto(`${bench.product.origin}/timeline?org=RIO&q=PFA-10002`);
  await page.locator(".t-rows .lane").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Save & Sync" }).count(), 0);
  assert.equal(await page.locator("[data-grip=start]").count(), 0);
  await page.context().close();
}

journeys("who may not see money or edit is shown no money, and offered no edit", [
  nowhere,
  notOffered,
]);
