/** Forecasts moved on the timeline: by mouse, by key and by form. */
import assert from "node:assert/strict";
import { type Bench, holds, signedIn } from "../decisions.ts";
import { AT, badgeSays, bar, carry, datesOf, lane, later, loaded, says } from "./lanes.ts";

/** Their forecasts begin in the half year from November 2026 on. */
const THREE = ["PFA-10002", "PFA-10003", "PFA-10005"] as const;

/** Several bars are carried at once, dropped, and arrive in PEMS. */
export async function together(bench: Bench): Promise<void> {
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

/** One end of a bar is carried, undone and done again. */
export async function resized(bench: Bench): Promise<void> {
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
export async function keyboard(bench: Bench): Promise<void> {
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

/** Dates are typed, refused, and saved as drafts. */
export async function form(bench: Bench): Promise<void> {
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
