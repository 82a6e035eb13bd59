/** The metrics dashboard in the browser: what happens is drawn, told in words, and looked at more closely by anybody. */
import assert from "node:assert/strict";
import { type Bench, commit, holds, OURS, signedIn } from "./decisions.ts";
import { journeys } from "./journeys.ts";

const AT = "/metrics-dashboard?org=RIO&range=15m";
const SENT = ["PFA-10002", "PFA-10003", "PFA-10005"];

async function live(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await page.getByText("Nothing came to an end in this time").waitFor();
  await page.locator(".metric-plot canvas").nth(7).waitFor();
  const queue = page.getByRole("region", { name: "Queue depth" });
  await queue.getByText("queued: 0 all the time").waitFor();
  await commit(page, SENT, OURS);
  // Told by the socket: nobody reloads.
  await page.getByText("100 % of 3 changes synced").waitFor({ timeout: 90_000 });
  await page.getByText("None failed; the objective of 99.9 % allows 0.").waitFor();
  const latency = page.getByRole("region", { name: "Latency, commit to confirmed" });
  await latency.getByRole("button", { name: "View as table" }).press("Enter");
  await latency.getByRole("region", { name: /as a table$/ }).getByRole("cell", { name: / m?s$/ })
    .first().waitFor();
  await holds(page, "metrics");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function closer(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: AT });
  await page.getByText("Live, every 10 s").waitFor();
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await page.getByText("Paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Go on" }).press("Enter");
  await page.getByText("Live, every 10 s").waitFor();
  const plot = page.locator(".metric-plot .u-over").first();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.74, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.99, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.getByText("A time that stands still").waitFor();
  const spanOf = () => {
    const { searchParams } = new URL(page.url());
    return Date.parse(searchParams.get("to")!) - Date.parse(searchParams.get("from")!);
  };
  const dragged = spanOf();
  assert.ok(Math.abs(dragged - 225_000) < 15_000, `a quarter of 15 minutes, not ${dragged} ms`);
  await page.getByRole("button", { name: "Zoom out" }).press("Enter");
  await page.waitForURL((url) => !url.search.includes("range"));
  assert.ok(spanOf() > dragged * 1.5);
  await page.getByRole("link", { name: "Jobs of this time" }).click();
  await page.locator(".job").filter({ hasText: "Ana Souza" }).first().waitFor();
  await page.goBack();
  await page.getByText("A time that stands still").waitFor();
  await page.getByRole("link", { name: "1 hour" }).press("Enter");
  await page.getByText("Live, every 10 s").waitFor();
  assert.match(page.url(), /range=1h/);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

journeys("the dashboard draws what happens, live, and lets anybody look closer", [live, closer]);
