/** The timeline looked at: zoom, groups and costs, by who may move nothing, or see no money. */
import assert from "node:assert/strict";
import { type Bench, holds, signedIn } from "../decisions.ts";
import { AT, loaded, PIXELS, says } from "./lanes.ts";

/** What is looked at is in the URL, and stays where the pointer is while zooming. */
export async function looking(bench: Bench): Promise<void> {
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
export async function held(bench: Bench): Promise<void> {
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
export async function moneyless(bench: Bench): Promise<void> {
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
