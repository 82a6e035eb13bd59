/** The timeline in the browser: bars moved together by mouse and by key, dates by form, and who may see what. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { awake } from "./browser.ts";
import { type Bench, holds, signedIn } from "./decisions.ts";
import { journeys } from "./journeys.ts";

/** Their forecasts begin in the half year from November 2026 on. */
const THREE = ["PFA-10002", "PFA-10003", "PFA-10005"] as const;
const AT = "/timeline?org=RIO&q=PFA-100&zoom=month&date=2026-11-01";
/** Of a day, at the zoom of months. */
const PIXELS = 4;

/** Waits until every record is there. */
async function loaded(page: Page): Promise<void> {
  await awake(page);
  await page.locator(".t-grid:not([aria-busy])").waitFor();
  await page.locator(".t-rows .lane").first().waitFor();
}

const lane = (page: Page, pfaId: string): Locator =>
  page.locator(`.t-rows .lane:has(.t-name b:text-is("${pfaId}"))`);

const bar = (page: Page, pfaId: string): Locator => lane(page, pfaId).locator(".forecast");

const badgeSays = (page: Page, pfaId: string, word: string): Promise<void> =>
  lane(page, pfaId).locator(".badge").filter({ hasText: word }).waitFor();

const says = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator(".status-bar [role=status]").filter({ hasText: text }).waitFor();

/** What the row shows as its forecast: start and end, YYYY-MM-DD. */
async function datesOf(page: Page, pfaId: string): Promise<readonly [string, string]> {
  const texts = await lane(page, pfaId).locator(".t-dates > span").allTextContents();
  const [start, end] = texts.map((text) =>
    new Date(`${text.match(/\w+ \d+, \d+/)![0]} UTC`).toISOString().slice(0, 10)
  );
  return [start!, end!];
}

const later = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** Takes the bar, or one of its ends, and carries it so many days; the button stays pressed. */
async function carry(page: Page, held: Locator, days: number): Promise<void> {
  const box = (await held.boundingBox())!;
  const pane = (await page.locator(".t-heads .t-dates").boundingBox())!;
  const x = Math.max(box.x, pane.x + pane.width) + Math.min(box.width / 2, 60);
  const y = box.y + box.height / 2;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + days * PIXELS / 2, y + 2, { steps: 3 });
  await page.mouse.move(x + days * PIXELS, y + 2, { steps: 3 });
}

async function together(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await loaded(page);
  const before = await Promise.all(THREE.map((pfaId) => datesOf(page, pfaId)));
  // Not its middle, which lies beyond the screen.
  const position = { x: 30, y: 9 };
  await bar(page, THREE[0]).click({ position });
  for (const pfaId of THREE.slice(1)) {
    await bar(page, pfaId).click({ position, modifiers: ["Control"] });
  }
  assert.equal(await page.locator(".lane[aria-selected=true]").count(), 3);
  await carry(page, bar(page, THREE[0]), 10);
  await page.locator(".drag-note").filter({ hasText: "+10 days · 3 records" }).waitFor();
  await page.locator(".drag-note").filter({ hasText: "Same cost" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".drag-note").waitFor({ state: "detached" });
  await page.mouse.up();
  await says(page, "Cancelled");
  assert.deepEqual(await Promise.all(THREE.map((pfaId) => datesOf(page, pfaId))), before);
  assert.equal(await page.locator(".badge-draft").count(), 0);
  await carry(page, bar(page, THREE[0]), 10);
  await page.mouse.up();
  await says(page, "3 records moved 10 days later");
  for (const [nth, pfaId] of THREE.entries()) {
    await badgeSays(page, pfaId, "Draft");
    const [start, end] = before[nth]!;
    assert.deepEqual(await datesOf(page, pfaId), [later(start, 10), later(end, 10)]);
  }
  await holds(page, "drafts on the timeline");
  await page.keyboard.press("Control+s");
  for (const [nth, pfaId] of THREE.entries()) {
    await badgeSays(page, pfaId, "Synced");
    const { data } = await bench.product.pems(pfaId);
    const [start, end] = before[nth]!;
    assert.equal(data["forecastStart"], `${later(start, 10)}T00:00:00Z`);
    assert.equal(data["forecastEnd"], `${later(end, 10)}T00:00:00Z`);
  }
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function resized(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await loaded(page);
  const pfaId = "PFA-10006";
  const [start, end] = await datesOf(page, pfaId);
  await carry(page, lane(page, pfaId).locator(".end-grip.end"), -6);
  await page.locator(".drag-note").filter({ hasText: /−6 days.*Cost -/ }).waitFor();
  await page.mouse.up();
  await badgeSays(page, pfaId, "Draft");
  assert.deepEqual(await datesOf(page, pfaId), [start, later(end, -6)]);
  await page.keyboard.press("Control+z");
  await lane(page, pfaId).locator(".badge-draft").waitFor({ state: "detached" });
  assert.deepEqual(await datesOf(page, pfaId), [start, end]);
  await page.keyboard.press("Control+y");
  await badgeSays(page, pfaId, "Draft");
  assert.deepEqual(await datesOf(page, pfaId), [start, later(end, -6)]);
  await page.keyboard.press("Control+z");
  await lane(page, pfaId).locator(".badge-draft").waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Everything the mouse does, with no mouse. */
async function keyboard(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await loaded(page);
  const two = ["PFA-10002", "PFA-10003"] as const;
  const before = await Promise.all(two.map((pfaId) => datesOf(page, pfaId)));
  assert.equal(await page.locator(".t-grid [tabindex='0']").count(), 1, "one tab stop");
  await page.locator(".t-grid [tabindex='0']").focus();
  await page.keyboard.press("ArrowDown");
  assert.match(
    (await page.locator(":focus").getAttribute("aria-label"))!,
    /^PFA-10002, .*, forecast \w+ \d+, \d{4} to .*, plan .*, (Synced|Unchanged)$/,
  );
  await page.keyboard.press("Shift+ArrowDown");
  assert.equal(await page.locator(".lane[aria-selected=true]").count(), 2);
  await page.keyboard.press("Alt+Shift+ArrowRight");
  await says(page, "2 records moved 7 days later");
  await page.keyboard.press("Alt+ArrowLeft");
  await says(page, "2 records moved 1 day earlier");
  await page.keyboard.press("Control+Alt+ArrowRight");
  await says(page, "2 records end moved 1 day later");
  await page.keyboard.press("Control+Alt+Shift+ArrowRight");
  await says(page, "2 records start moved 1 day later");
  for (const [nth, pfaId] of two.entries()) {
    const [start, end] = before[nth]!;
    assert.deepEqual(await datesOf(page, pfaId), [later(start, 7), later(end, 7)]);
    await badgeSays(page, pfaId, "Draft");
  }
  for (let nth = 0; nth < 4; nth++) await page.keyboard.press("Control+z");
  await says(page, "Undone: 2 records moved 7 days later");
  await page.locator(".badge-draft").first().waitFor({ state: "detached" });
  assert.deepEqual(await Promise.all(two.map((pfaId) => datesOf(page, pfaId))), before);
  await page.keyboard.press("Alt+Enter");
  const story = page.getByRole("dialog", { name: /^Sync of PFA-/ });
  await story.waitFor();
  await page.keyboard.press("Escape");
  await story.waitFor({ state: "hidden" });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await holds(page, "the list of keys");
  await page.keyboard.press("Escape");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function form(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await loaded(page);
  const pfaId = "PFA-10005";
  const before = await datesOf(page, pfaId);
  await lane(page, pfaId).locator(".t-name").click();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: `Forecast of ${pfaId}` });
  assert.equal(await dialog.getByLabel("Start").inputValue(), before[0]);
  await dialog.getByLabel("End").fill(later(before[0], -3));
  await page.keyboard.press("Enter");
  await dialog.getByRole("alert").filter({ hasText: /^Forecast end .* must not be before/ })
    .waitFor();
  assert.equal(await dialog.getByLabel("End").getAttribute("aria-invalid"), "true");
  await holds(page, "a refused date");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(await datesOf(page, pfaId), before);
  await page.keyboard.press("Enter");
  await dialog.getByLabel("End").fill(later(before[1], 30));
  await dialog.getByText(/^The forecast costs .* more\.$/).waitFor();
  await page.keyboard.press("Enter");
  await badgeSays(page, pfaId, "Draft");
  assert.deepEqual(await datesOf(page, pfaId), [before[0], later(before[1], 30)]);
  await page.keyboard.press("Control+z");
  await lane(page, pfaId).locator(".badge-draft").waitFor({ state: "detached" });
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Enter");
  const several = page.getByRole("dialog", { name: "Forecast of 2 records" });
  await several.getByLabel("Move by days").fill("-2");
  await several.getByRole("button", { name: "Save as drafts" }).click();
  await badgeSays(page, pfaId, "Draft");
  assert.deepEqual(await datesOf(page, pfaId), [later(before[0], -2), later(before[1], -2)]);
  await page.keyboard.press("Control+z");
  await lane(page, pfaId).locator(".badge-draft").waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** What is looked at is in the URL, and stays where the pointer is while zooming. */
async function looking(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await loaded(page);
  await page.getByRole("button", { name: "Quarter" }).click();
  await page.waitForURL(/zoom=quarter/);
  const axis = (await page.locator(".plane").boundingBox())!;
  const flag = async () => (await page.locator(".today-line").boundingBox())!.x;
  await page.getByRole("button", { name: "Today" }).click();
  const x = await flag();
  await page.mouse.move(x, axis.y + 120);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await page.waitForURL(/zoom=month/);
  assert.ok(Math.abs(await flag() - x) <= PIXELS, "today stays under the pointer");
  const address = page.url();
  await page.reload();
  await loaded(page);
  assert.equal(page.url(), address);
  assert.ok(Math.abs(await flag() - x) <= PIXELS, "the date of the URL is at the left edge again");
  await page.getByLabel("Group by").selectOption("category");
  await page.locator(".lane.heading").first().waitFor();
  await holds(page, "groups");
  await page.locator(".t-grid [tabindex='0']").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.locator(":focus").getAttribute("aria-expanded"), "false");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator(":focus").getAttribute("aria-expanded"), "true");
  await page.getByRole("button", { name: "As a table" }).click();
  await page.getByRole("dialog", { name: "Cost per month" }).locator("tbody tr").first().waitFor();
  await holds(page, "costs as a table");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** What is discontinued stays, and says why. */
async function held(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: "/timeline?org=RIO&state=discontinued" });
  await loaded(page);
  await page.locator(".t-rows .lane").first().locator(".t-name").click();
  await page.keyboard.press("Enter");
  await says(page, "A discontinued record is not changed");
  await page.keyboard.press("Alt+ArrowRight");
  await says(page, /stays: A discontinued record is not changed/);
  assert.equal(await page.locator(".badge-draft, [role=dialog]:visible").count(), 0);
  await page.context().close();
}

/** Without ViewFinancials there is no money in the page, nor any name of it. */
async function moneyless(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, {
    who: bench.product.vic,
    at: "/timeline?org=RIO",
  });
  await loaded(page);
  const html = await page.evaluate(() => document.documentElement.outerHTML);
  assert.doesNotMatch(html, /cost|monthly ?rate|purchase ?price|money/i);
  assert.equal(await page.locator(".strip, .end-grip").count(), 0);
  await page.getByText(/Read only: you do not have the permission/).first().waitFor();
  await holds(page, "a timeline to look at");
  const ben = { username: "ben", password: bench.product.vic.password };
  const other = await signedIn(bench, { who: ben, at: "/timeline?org=PORTARTHUR" });
  await loaded(other.page);
  const grip = other.page.locator(".t-rows .lane:not(.held) .end-grip.end");
  await other.page.getByRole("button", { name: "Fit" }).click();
  await grip.first().waitFor();
  await grip.first().hover();
  await other.page.mouse.down();
  const box = (await grip.first().boundingBox())!;
  await other.page.mouse.move(box.x + 30, box.y, { steps: 4 });
  const note = (await other.page.locator(".drag-note").textContent())!;
  assert.match(note, /\+\d+ days$/);
  await other.page.keyboard.press("Escape");
  await other.page.mouse.up();
  assert.deepEqual([...complaints, ...other.complaints], []);
  await page.context().close();
  await other.page.context().close();
}

journeys("forecasts move on the timeline by mouse, key and form, for who may move them", [
  together,
  resized,
  keyboard,
  form,
  looking,
  held,
  moneyless,
]);
