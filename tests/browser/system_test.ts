/** The system page and the waterfall in the browser: who works, what is held, what the doctor finds, where time went. */
import assert from "node:assert/strict";
import { type Bench, commit, entry, holds, OURS, signedIn } from "./decisions.ts";
import { journeys } from "./journeys.ts";

const AT = "/system?org=RIO";
const SENT = "PFA-10002";

async function standing(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await page.getByText(/^1 worker at work; nothing on the wire\.$/).waitFor();
  await page.getByText("PEMS answers", { exact: false }).first().waitFor();
  await page.getByRole("heading", { name: "Rio Refinery Turnaround" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: /Port Arthur/ }).count(), 0);
  assert.equal(await page.getByText("in flight").count(), 0, "of all organizations: not for her");
  await page.getByText(/migrations applied$/).click();
  await page.getByRole("cell", { name: "001_accounts.sql" }).waitFor();
  await holds(page, "the system");
  await page.getByRole("button", { name: "Look now" }).press("Enter");
  await page.getByText(/^All 11 hold in RIO\./).waitFor();
  const one = page.getByRole("list", { name: "Invariants" }).getByText(
    "One lane, one write: holds",
  );
  await one.waitFor();
  await holds(page, "the doctor's findings");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Told without a reload: what is held while PEMS takes its time, and nothing after. */
async function live(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await page.getByText("Paused, as of").waitFor();
  await product.faults({ latencyMs: 8_000 });
  const ana = await signedIn(bench, { at: "/history?org=RIO" });
  await commit(ana.page, [SENT], OURS);
  await page.getByRole("button", { name: "Go on" }).press("Enter");
  await page.getByText("1 record on the wire").waitFor();
  await page.getByText("Holds 1 record").click();
  await page.getByRole("cell", { name: SENT }).waitFor();
  await holds(page, "a record that is held");
  await product.faults({ latencyMs: 0 });
  await page.getByText("nothing on the wire").waitFor({ timeout: 60_000 });
  assert.deepEqual(complaints, []);
  await ana.page.context().close();
  await page.context().close();
}

/** A hidden tab asks nothing; shown again it asks at once. */
async function hidden(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { who: bench.product.olga, at: AT });
  const asked = () => page.waitForRequest("**/api/admin/system?*");
  await asked();
  const hide = (state: string) =>
    page.evaluate((state) => {
      Object.defineProperty(document, "hidden", {
        configurable: true,
        get: () => state === "hidden",
      });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await hide("hidden");
  const silence = page.waitForRequest("**/api/admin/system?*", { timeout: 6_500 });
  await assert.rejects(silence, /Timeout/, "a hidden page asks for nothing");
  const again = asked();
  await hide("visible");
  await again;
  await page.context().close();
}

async function waterfall(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: "/history?org=RIO" });
  await page.locator(".job").filter({ hasText: "Ana Souza" }).getByRole("link").first().click();
  await entry(page, SENT).getByText("1 attempt").click();
  await entry(page, SENT)
    .getByText(/^In PEMS after .* s: .*until its place in the rate, PEMS answered in .* s, /)
    .waitFor();
  const bars = entry(page, SENT).getByRole("list", { name: "Where the time went, latest first" });
  const names = await bars.locator("li > span:first-child").allTextContents();
  assert.deepEqual(names.slice(0, 2), ["Settled", "Attempt 1"]);
  const widths = await bars.locator("rect").evaluateAll((rects) =>
    rects.map((rect) => rect.getBoundingClientRect().width)
  );
  assert.ok(widths[1]! > 200, "the attempt is what took the time");
  assert.ok(widths.every((width) => width > 1), "each part is seen");
  await holds(page, "a waterfall");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Who may not manage is told so, and is offered no link. */
async function refused(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: AT });
  await page.getByText("lacks the permission ManageSettings").waitFor();
  assert.equal(await page.locator(".keeping a[href^='/system']").count(), 0);
  await page.context().close();
  const { product, browser } = bench;
  const olga = await signedIn(bench, { who: product.olga, at: AT });
  const cookies = await olga.page.context().cookies();
  await olga.page.context().close();
  const context = await browser.newContext({ javaScriptEnabled: false });
  await context.addCookies(cookies);
  const plain = await context.newPage();
  await plain.goto(product.origin + AT);
  assert.match((await plain.locator("main").textContent())!, /1 worker at work/);
  await context.close();
}

journeys("the system is told as it stands, to who may know it", [
  standing,
  live,
  waterfall,
  hidden,
  refused,
]);
