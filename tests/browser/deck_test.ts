/** CommandDeck in the browser: its figures, and bulk changes by mouse and by keyboard. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { BulkReport } from "../../app/bulk_shapes.ts";
import { addDays } from "../../domain/dates.ts";
import { DEMO_PASSWORD } from "../../ops/start/demo.ts";
import { type Bench, call, holds, rio, signedIn, toastSays } from "./decisions.ts";
import { badgeSays, openGrid } from "./planner.ts";
import { journeys } from "./journeys.ts";

const HOME = "/?org=RIO";
const LEAST = 500;
const RECORDS = 3500;

const bulkDialog = (page: Page) => page.getByRole("dialog", { name: "Bulk change" });
const drafts = (page: Page) => page.getByRole("region", { name: "Your drafts" });

/** The day until which the forecasts of at least 500 active records start. */
async function untilDay(page: Page): Promise<string> {
  const organizationId = await rio(page);
  const path =
    `/api/pfa-data?organizationId=${organizationId}&status=active&sort=forecastStart&limit=500`;
  const { records } = await call<{ records: ReadonlyArray<{ data: { forecastStart: string } }> }>(
    page,
    { path },
  );
  assert.equal(records.length, LEAST);
  return records.at(-1)!.data.forecastStart.slice(0, 10);
}

interface Asked {
  readonly to: string;
  readonly operation: object;
}

/** What the API says of the operation the dialog shows. */
const planOf = async (page: Page, { to, operation }: Asked): Promise<BulkReport> =>
  await call<BulkReport>(page, {
    path: "/api/pfa-data/bulk",
    body: {
      organizationId: await rio(page),
      records: { status: ["active"], startTo: to },
      operation,
      preview: true,
    },
  });

const words = new Intl.NumberFormat("en-US");
const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 });

/** The dialog tells the plan's own numbers, and names who is left alone. */
async function shows(page: Page, plan: BulkReport): Promise<void> {
  const preview = bulkDialog(page).getByRole("region", { name: "Preview" });
  await preview.getByText(`${words.format(plan.changed)} of ${words.format(plan.matched)} records`)
    .waitFor();
  const { forecast } = plan.effect!;
  await preview.getByRole("row", {
    name: new RegExp(`^Forecast ${money.format(forecast.before)} ${money.format(forecast.after)}`),
  }).waitFor();
  const group = plan.leftAlone.find(({ reason }) => reason === "rule");
  if (group === undefined) return;
  await preview.getByText("Would break a rule: Forecast end must not be before Forecast start")
    .waitFor();
  for (const { pfaId } of group.examples) {
    await preview.getByRole("link", { name: pfaId, exact: true }).waitFor();
  }
}

async function byMouse(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: HOME });
  const to = await untilDay(page);
  await page.getByRole("button", { name: "Bulk change…" }).click();
  const dialog = bulkDialog(page);
  await dialog.getByText("Narrow the records down").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Save drafts" }).isDisabled());
  await dialog.getByLabel("State").selectOption("active");
  await dialog.getByLabel("Forecast starts until").fill(to);
  await dialog.getByLabel("Days later").fill("30");
  await dialog.getByLabel("Which dates").selectOption("start");
  const plan = await planOf(page, {
    to,
    operation: { kind: "shift", pair: "forecast", ends: "start", days: 30 },
  });
  assert.ok(plan.matched >= LEAST, `${plan.matched} records`);
  assert.ok(plan.leftAlone.some(({ reason }) => reason === "rule"), "some would break a rule");
  await shows(page, plan);
  assert.match(page.url(), /[?&]bulk=1/);
  assert.match(page.url(), /state=active/);
  await holds(page, "bulk change");
  await dialog.getByRole("button", { name: `Save ${words.format(plan.changed)} drafts` }).click();
  await toastSays(page, `${words.format(plan.changed)} drafts saved`);
  const group = drafts(page).getByText(`${words.format(plan.changed)} records changed together`);
  await group.click();
  const [first] = plan.changes;
  const line = drafts(page).getByRole("listitem").filter({ hasText: first!.pfaId });
  const [start] = first!.fields;
  const day = (value: unknown) => String(value).slice(0, 10);
  await line.getByText(`${day(start!.from)} ${day(start!.to)}`).waitFor();
  assert.doesNotMatch(page.url(), /bulk|state/);
  await holds(page, "drafts under review");
  await line.getByRole("button", { name: `Discard the draft of ${first!.pfaId}` }).click();
  const left = plan.changed - 1;
  await drafts(page).getByText(`${words.format(left)} records changed together`).waitFor();
  await drafts(page).getByRole("button", { name: `Discard these ${left}` }).click();
  await drafts(page).getByRole("button", { name: "Yes, discard" }).click();
  await drafts(page).getByText("Nothing to review").waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Tabs until the focus is on what is wanted; going round means that it cannot be reached. */
async function tabTo(page: Page, label: RegExp): Promise<void> {
  for (let nth = 0; nth < 120; nth++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const now = document.activeElement as HTMLInputElement | null;
      const own = now?.getAttribute("aria-label") ?? now?.textContent;
      return now?.labels?.[0]?.querySelector("span")?.textContent ?? own ?? "";
    });
    if (label.test(name)) return;
  }
  assert.fail(`Tab never reaches ${label}`);
}

async function byKeyboard(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: HOME });
  const to = await untilDay(page);
  await tabTo(page, /^Bulk change/);
  await page.keyboard.press("Enter");
  await bulkDialog(page).waitFor();
  await tabTo(page, /^State$/);
  await page.keyboard.type("Act");
  await tabTo(page, /^Forecast starts until$/);
  const [year, month, date] = to.split("-");
  await page.keyboard.type(`${month}${date}${year}`);
  await tabTo(page, /^Days later/);
  await page.keyboard.type("-7");
  const plan = await planOf(page, {
    to,
    operation: { kind: "shift", pair: "forecast", days: -7 },
  });
  await shows(page, plan);
  assert.ok(plan.changed >= 400);
  await tabTo(page, /^Reason for change/);
  await page.keyboard.type("Early start");
  await tabTo(page, /^Save [\d,]+ drafts$/);
  await page.keyboard.press("Enter");
  await toastSays(page, `${words.format(plan.changed)} drafts saved`);
  await drafts(page).getByText("“Early start”").waitFor();
  await drafts(page).getByText(/about (\d+ min )?\d+ s to PEMS/).waitFor();
  await bulkDialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("Control+s");
  await toastSays(page, `${words.format(plan.changed)} changes queued`);
  await drafts(page).getByText("Nothing to review").waitFor();
  const [{ pfaId, fields }] = plan.changes as [BulkReport["changes"][number]];
  const expected = addDays(String(fields[0]!.from).slice(0, 10), -7);
  await page.goto(`${bench.product.origin}/grid?org=RIO&q=${pfaId}`);
  await badgeSays(page, pfaId, "Synced");
  const { data } = await bench.product.pems(pfaId);
  assert.equal(data["forecastStart"], `${expected}T00:00:00Z`);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function fromGridLab(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: "/grid?org=RIO&q=crane" });
  await openGrid(page, `${bench.product.origin}/grid?org=RIO&q=crane`);
  const ids = await page.locator(".rows .row .n-pfaId").allTextContents();
  await page.locator(".rows .row .n-pfaId").first().click();
  for (let nth = 0; nth < 2; nth++) await page.keyboard.press("Shift+ArrowDown");
  await page.getByRole("button", { name: "Bulk change" }).click();
  const dialog = bulkDialog(page);
  await dialog.getByText("3 records selected in GridLab").waitFor();
  await dialog.getByLabel("What to do").selectOption("Set fields");
  await dialog.getByRole("combobox", { name: "Field", exact: true }).selectOption("Contract");
  await dialog.getByLabel(/^New value/).fill("C-2026-11");
  await dialog.getByText(/of 3 records change/).waitFor();
  const changed = await dialog.locator(".bulk-changes tbody th").allTextContents();
  assert.ok(changed.length > 0 && changed.every((pfaId) => ids.slice(0, 3).includes(pfaId)));
  await dialog.getByRole("button", { name: "Choose by filters instead" }).click();
  assert.equal(await dialog.getByLabel("Search").inputValue(), "crane");
  await page.context().close();
}

/** A planner who may edit but not see money: no amount anywhere, on the page or in an answer. */
async function withoutMoney(bench: Bench): Promise<void> {
  const who = { username: "ben", password: DEMO_PASSWORD };
  const { page } = await signedIn(bench, { who, at: "/?org=PORTARTHUR" });
  const answers: string[] = [];
  page.on("response", async (response) => {
    if (response.url().includes("/api/pfa-data")) answers.push(await response.text());
  });
  await page.getByRole("button", { name: "Bulk change…" }).click();
  const dialog = bulkDialog(page);
  const kinds = await dialog.getByLabel("What to do").textContent();
  assert.doesNotMatch(kinds!, /rate|price/i);
  await dialog.getByLabel("State").selectOption("active");
  await dialog.getByLabel("Days later").fill("5");
  await dialog.getByText(/of [\d,]+ records change/).waitFor();
  await holds(page, "bulk change without money");
  const told = (await page.locator("body").textContent())!;
  assert.deepEqual(told.match(/\d{1,3}(,\d{3})+\.\d\d/g), null, "amounts");
  assert.deepEqual((await page.content()).match(/monthlyRate|purchasePrice/g), null);
  assert.equal(await page.locator(".tile").count(), 1, "records alone");
  assert.equal(await dialog.getByText("Cost of the records").count(), 0);
  assert.equal(await page.getByRole("heading", { name: "By month" }).count(), 0);
  assert.ok(answers.length > 0);
  for (const answer of answers) {
    assert.doesNotMatch(answer, /"(monthlyRate|purchasePrice)":\d|"before":|"plan":\d/);
  }
  await page.context().close();
}

/** Figures by month and by category, and the ways from them into GridLab. */
async function figures(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: HOME });
  await page.locator(".uplot").waitFor();
  await holds(page, "deck");
  await page.getByRole("button", { name: "View as table" }).click();
  const months = page.getByRole("region", { name: "Costs by month, as a table" });
  const told = await months.getByRole("row").count() - 1;
  const { months: answer } = await call<{ months: ReadonlyArray<{ month: string }> }>(page, {
    path: `/api/pfa-data/cost-months?organizationId=${await rio(page)}`,
  });
  assert.equal(told, answer.length);
  await holds(page, "months as a table");
  await page.getByRole("link", { name: /^Actual: / }).click();
  await page.locator(".rows .row").first().waitFor();
  assert.match(page.url(), /\/grid\?org=RIO&state=actualized/);
  await page.context().close();
}

/** PEMS has been read once, so that numbers stand still. */
async function whole(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: HOME });
  const path = `/api/pfa-data?organizationId=${await rio(page)}&limit=1`;
  await page.waitForFunction(
    async ({ path, all }) => {
      const { total } = await (await fetch(path)).json();
      return total === all;
    },
    { path, all: RECORDS },
    { polling: 250, timeout: 60_000 },
  );
  await page.context().close();
}

journeys("bulk changes and figures of CommandDeck, by mouse and by keyboard", [
  whole,
  figures,
  byMouse,
  fromGridLab,
  withoutMoney,
  byKeyboard,
]);
