/** Ranges, the clipboard and undo in a running GridLab. Each check leaves the records as it found them. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { signIn, violations, visit, type VisitOptions } from "./browser.ts";
import { badgeSays, cellOf, cursorOf, editableRecords, openGrid, reach } from "./planner.ts";
import type { Place } from "./screens.ts";

type Check = { readonly name: string; readonly check: (place: Place) => Promise<void> };

export const SPREADSHEET: ReadonlyArray<Check> = [
  { name: "a range is copied, pasted in one request and undone by keys alone", check: byKeys },
  { name: "a range is dragged, filled, cleared and undone by mouse", check: byMouse },
  { name: "cells that cannot take a paste are named, the others take it", check: misfits },
  { name: "records that break a rule fall back, the others of the paste are saved", check: rules },
  { name: "what PEMS changed since is not undone", check: moved },
  { name: "axe finds nothing on a selection and the list of keys", check: accessible },
  { name: "the status bar and the list of keys reflow at 320 pixels", check: reflow },
];

/** The grid, with the clipboard at hand and every saved request kept. */
export async function atGrid({ browser, origin, planner }: Place, options: VisitOptions = {}) {
  const { page, complaints } = await visit(browser, options);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, `${origin}/grid`, planner);
  await openGrid(page, `${origin}/grid`);
  const saved: Array<{ drafts?: ReadonlyArray<{ pfaId: string; changes: object }> }> = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/save-draft")) saved.push(request.postDataJSON());
  });
  return { page, complaints, saved };
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
async function paste(page: Page, text: string) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("Control+v");
}
const said = (page: Page) => page.locator(".status-bar [role=status]");
const hears = (page: Page, text: string | RegExp) => said(page).filter({ hasText: text }).waitFor();
const texts = (page: Page, pfaIds: ReadonlyArray<string>, name: string) =>
  Promise.all(pfaIds.map((pfaId) => cellOf(page, pfaId, name).textContent()));
/** Waits until the rows have no draft left. */
async function atRest(page: Page, pfaIds: ReadonlyArray<string>) {
  for (const pfaId of pfaIds) {
    await cellOf(page, pfaId, "sync").filter({ hasNotText: "Draft" }).waitFor();
  }
}

async function byKeys(place: Place): Promise<void> {
  const { page, saved } = await atGrid(place);
  await page.locator(".sheet [tabindex='0']").focus();
  await page.keyboard.press("Control+Home");
  const columnOf = (name: string) =>
    page.locator(`.head .n-${name}`).getAttribute("data-column").then(Number);
  for (let nth = await columnOf("manufacturer"); nth > 0; nth--) {
    await page.keyboard.press("ArrowRight");
  }
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) {
    await page.keyboard.press(`Shift+${key}`);
  }
  assert.equal(await page.locator(".rows [aria-selected=true]").count(), 6);
  await page.getByText("3 × 2 cells selected").waitFor();
  await page.keyboard.press("Control+c");
  const ids = await page.locator(".rows .row .n-pfaId").allTextContents();
  const rows = ids.slice(0, 3);
  const makers = await texts(page, rows, "manufacturer");
  const models = await texts(page, rows, "model");
  assert.equal(
    await clipboard(page),
    rows.map((_, n) => `${makers[n]}\t${models[n]}`).join("\r\n"),
  );

  // Shifted by one column: manufacturer becomes what the model says, in one request.
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowLeft");
  await paste(page, '"one, ""quoted"""\r\ntwo\r\nthree\r\n');
  await hears(page, "Paste: 3 cells changed.");
  assert.deepEqual(await texts(page, rows, "manufacturer"), ['one, "quoted"', "two", "three"]);
  for (const pfaId of rows) await badgeSays(page, pfaId, "Draft");
  assert.deepEqual(saved.map(({ drafts }) => drafts!.map(({ pfaId }) => pfaId)), [rows]);

  await page.keyboard.press("Control+z");
  await hears(page, "Undone: paste of 3 cells.");
  assert.deepEqual(await texts(page, rows, "manufacturer"), makers);
  await page.keyboard.press("Control+y");
  await hears(page, "Done again: paste of 3 cells.");
  assert.equal((await cursorOf(page))![2], 'one, "quoted"');
  await page.keyboard.press("Control+Shift+Z");
  await hears(page, "There is nothing to redo.");
  await page.keyboard.press("Control+z");
  await atRest(page, rows);
  await page.keyboard.press("Control+a");
  const all = await page.locator(".sheet").getAttribute("aria-rowcount");
  await page.getByText(`${(Number(all) - 1).toLocaleString("en-US")} × 24 cells`).waitFor();
  await page.context().close();
}

async function byMouse(place: Place): Promise<void> {
  const { page } = await atGrid(place);
  const [one, two, three] = await editableRecords(page, 3) as [string, string, string];
  const before = await texts(page, [one, two, three], "model");
  await cellOf(page, one, "model").hover();
  await page.mouse.down();
  await cellOf(page, two, "model").hover();
  await cellOf(page, three, "model").hover();
  await page.mouse.up();
  await page.keyboard.press("Control+d");
  await hears(page, /^Fill: /);
  assert.equal((await texts(page, [three], "model"))[0], before[0]);
  await page.keyboard.press("Delete");
  assert.deepEqual(await texts(page, [one, two, three], "model"), ["", "", ""]);
  await cellOf(page, one, "class").click();
  await cellOf(page, two, "class").click({ modifiers: ["Shift"] });
  await page.keyboard.press("Delete");
  await page.getByRole("paragraph").filter({ hasText: "Class must not be empty" }).waitFor();
  for (const _ of ["the clearing", "the fill"]) {
    await page.getByRole("button", { name: "Undo" }).click();
  }
  assert.deepEqual(await texts(page, [one, two, three], "model"), before);
  assert.equal(await page.getByRole("button", { name: "Undo" }).isDisabled(), true);
  await atRest(page, [one, two, three]);
  await page.context().close();
}

async function misfits(place: Place): Promise<void> {
  const { page } = await atGrid(place);
  const [one, two] = await editableRecords(page, 2) as [string, string];
  await reach(page, one, "dor");
  const before = await texts(page, [one, two], "dor");
  await paste(page, "beo\r\nneither");
  await page.getByRole("paragraph").filter({ hasText: `${two} DOR: One of BEO` }).waitFor();
  assert.equal((await texts(page, [one], "dor"))[0], "BEO");
  assert.equal(await cellOf(page, two, "dor").getAttribute("aria-invalid"), "true");
  assert.equal((await texts(page, [two], "dor"))[0], before[1]);
  if (before[0] !== "BEO") await page.keyboard.press("Control+z");
  await reach(page, one, "originalStart");
  await paste(page, "2020-01-01");
  await page.getByRole("paragraph").filter({ hasText: "The plan is fixed" }).waitFor();
  await atRest(page, [one]);
  await page.context().close();
}

async function rules(place: Place): Promise<void> {
  const { page, saved } = await atGrid(place);
  const [one, two] = await editableRecords(page, 2) as [string, string];
  await reach(page, one, "forecastEnd");
  const [, before] = await texts(page, [one, two], "forecastEnd");
  await paste(page, "12/31/2031\r\n1.1.1999");
  await badgeSays(page, one, "Draft");
  await page.getByRole("paragraph").filter({ hasText: `${two} was not changed` }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".refused").length === 1);
  assert.equal((await texts(page, [one], "forecastEnd"))[0], "2031-12-31");
  assert.ok((await texts(page, [two], "forecastEnd"))[0]!.startsWith(before!));
  assert.equal(saved.length, 2, "the records without fault went again");
  await cellOf(page, one, "forecastEnd").click();
  await page.keyboard.press("Control+z");
  await hears(page, `Undone: paste of 2 cells.`);
  await atRest(page, [one, two]);
  await page.context().close();
}

async function moved(place: Place): Promise<void> {
  const { page } = await atGrid(place);
  const other = await atGrid(place);
  const [one] = await editableRecords(page, 1) as [string];
  const cell = await reach(page, one, "model");
  const before = (await cell.textContent())!;
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  await badgeSays(page, one, "Draft");
  // The same planner in another tab: the socket brings it here.
  await reach(other.page, one, "model");
  await other.page.keyboard.type("second");
  await other.page.keyboard.press("Enter");
  await cell.filter({ hasText: "second" }).waitFor();
  await page.keyboard.press("Control+z");
  await hears(page, "1 cell changed since and stayed as they are.");
  assert.equal(await cell.textContent(), "second");
  await reach(page, one, "model");
  await page.keyboard.type(before);
  await page.keyboard.press("Enter");
  await atRest(page, [one]);
  for (const one of [page, other.page]) await one.context().close();
}

async function accessible(place: Place): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    const { page, complaints } = await atGrid(place, { theme, reducedMotion: true });
    await page.locator(".rows .row[data-at='1'] > .n-description").click();
    await page.locator(".rows .row[data-at='4'] > .n-category").click({ modifiers: ["Shift"] });
    assert.deepEqual(await violations(page), [], `selection, ${theme}`);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    assert.deepEqual(await violations(page), [], `list of keys, ${theme}`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.deepEqual((await cursorOf(page))!.slice(0, 2), [4, 4]);
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
}

async function reflow(place: Place): Promise<void> {
  const { page } = await atGrid(place, { width: 320, height: 640 });
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(await width(), 320);
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await page.getByRole("dialog").waitFor();
  assert.equal(await width(), 320);
  await page.context().close();
}
