/** Dead letters by the hundred in the browser: replayed by a canary, aborted in the middle, corrected, given up. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Bench, call, entry, holds, rio, signedIn, toastSays } from "./decisions.ts";
import { journeys } from "./journeys.ts";

const AT = "/dead-letters?org=RIO";
const LETTERS = 500;

/** The first records that may be edited, committed with a change that PEMS refuses, all of the same. */
async function dying(bench: Bench, page: Page, most: number): Promise<ReadonlyArray<string>> {
  const organizationId = await rio(page);
  await bench.product.faults({ refusing: true });
  const { records } = await call<{ records: ReadonlyArray<{ pfaId: string }> }>(page, {
    path: `/api/pfa-data?organizationId=${organizationId}&status=active&limit=${most}`,
  });
  const drafts = records.map(({ pfaId }, nth) => ({
    pfaId,
    changes: { contract: `C-${crypto.randomUUID().slice(0, 8)}-${nth}` },
  }));
  await call(page, { path: "/api/pfa-data/save-draft", body: { organizationId, drafts } });
  await call(page, { path: "/api/pfa-data/commit-drafts", body: { organizationId } });
  return records.map(({ pfaId }) => pfaId);
}

const dead = (page: Page, count: number) =>
  page.getByText(`${count} change${count === 1 ? "" : "s"} failed for good`)
    .waitFor({ timeout: 90_000 });

const replayOf = (page: Page) =>
  page.getByRole("region", { name: "Retry of dead letters" }).first();

/** Opens the plan of the whole group. */
async function planned(page: Page, count: number) {
  await page.getByRole("button", { name: `Retry all ${count}…` }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: `Retry all ${count}?` });
  await dialog.getByText("Nothing follows before PEMS has it").waitFor();
  return dialog;
}

async function refusedAgain(bench: Bench): Promise<void> {
  const ana = await signedIn(bench, { at: "/history?org=RIO" });
  await dying(bench, ana.page, LETTERS);
  await ana.page.context().close();
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at: AT });
  await dead(page, LETTERS);
  await holds(page, "a group of 500");
  const dialog = await planned(page, LETTERS);
  await dialog.getByText("Then the other 489").waitFor();
  await dialog.getByText("If all goes well, about").waitFor();
  await holds(page, "the plan");
  await dialog.getByRole("button", { name: "Start with the canary" }).press("Enter");
  await toastSays(page, "500 changes planned: the canary goes first");
  await replayOf(page).getByText(/^Stopped: PFA-\d+ failed again: PEMS answered 422/).waitFor();
  await replayOf(page).getByText("499 were not sent and stay dead letters").waitFor();
  await holds(page, "a replay that stopped");
  await dead(page, LETTERS);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function abortedInTheMiddle(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await product.faults({ refusing: false, latencyMs: 400 });
  const dialog = await planned(page, LETTERS);
  await dialog.getByLabel(/^Why now/).fill("The cost centre is open");
  await dialog.getByLabel(/^Why now/).press("Enter");
  const replay = page.getByRole("region", { name: "Retry of dead letters" })
    .filter({ hasText: "The cost centre is open" });
  await replay.getByText(/on the way, \d+ to come/).waitFor();
  await holds(page, "a replay under way");
  await replay.getByRole("button", { name: "Pause" }).press("Enter");
  await replay.getByText(/^Paused\./).waitFor();
  await replay.getByRole("button", { name: "Go on" }).press("Enter");
  await replay.getByRole("button", { name: "Pause" }).waitFor();
  await replay.getByRole("button", { name: "Abort" }).press("Enter");
  await replay.getByText(/^Aborted\./).waitFor();
  await product.faults({ latencyMs: 0 });
  // What was on the way arrives.
  await replay.getByText(/^Aborted\. \d+ of 500 are in PEMS\. \d+ were not sent/)
    .waitFor({ timeout: 90_000 });
  const said = (await replay.getByRole("status").textContent())!;
  const [synced, left] = [/(\d+) of 500/, /(\d+) were not sent/].map((one) =>
    Number(said.match(one)![1])
  );
  assert.equal(synced! + left!, LETTERS, "every letter is accounted for");
  await dead(page, left!);
  await replay.getByRole("link", { name: "Retry of dead letters" }).click();
  await page.getByRole("heading", { name: "Retry of dead letters" }).waitFor();
  await page.getByText(/^Aborted\. \d+ of 500/).waitFor();
  await holds(page, "an aborted replay in Sync History");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** The rest goes while the browser is closed. */
async function replayedByCanary(bench: Bench): Promise<void> {
  const { product } = bench;
  const before = await signedIn(bench, { who: product.olga, at: AT });
  const left = Number(
    (await before.page.getByRole("button", { name: /^Retry all/ }).textContent())!
      .match(/\d+/)![0],
  );
  const dialog = await planned(before.page, left);
  await dialog.getByRole("button", { name: "Start with the canary" }).click();
  await toastSays(before.page, "planned: the canary goes first");
  await before.page.context().close();
  await product.faults({ latencyMs: 0 });
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await replayOf(page).getByText(`Done. All ${left} are in PEMS.`).waitFor({ timeout: 90_000 });
  await page.getByText("Nothing has failed for good").waitFor();
  await holds(page, "a replay that is done");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function corrected(bench: Bench): Promise<void> {
  const { product } = bench;
  const ana = await signedIn(bench, { at: "/history?org=RIO" });
  const [first, second, third] = await dying(bench, ana.page, 3);
  await ana.page.context().close();
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await dead(page, 3);
  await product.faults({ refusing: false });
  await page.getByRole("link", { name: "The changes" }).press("Enter");
  await page.getByRole("button", { name: `Correct ${first}…` }).click();
  const dialog = page.getByRole("dialog", { name: `Correct ${first}` });
  await dialog.getByText("The cost centre is closed").waitFor();
  await holds(page, "a correction");
  await dialog.getByLabel(/^Contract/).fill("C-RIGHT");
  await dialog.getByLabel(/^Contract/).press("Enter");
  await toastSays(page, `The corrected change of ${first} is on its way`);
  await dead(page, 2);
  await page.reload();
  await entry(page, second!).waitFor();
  assert.match(page.url(), /group=/, "the open group is in the address");
  await page.getByRole("button", { name: "Discard all 2…" }).click();
  const give = page.getByRole("dialog", { name: "Give up for good?" });
  await give.getByLabel("Why?").fill("Nobody needs them");
  await give.getByLabel("Why?").press("Enter");
  await page.getByRole("region", { name: "Dead letters given up" })
    .getByText("Done. 2 of 2 changes given up.").waitFor();
  await page.getByText("Nothing has failed for good").waitFor();
  const contracts = await Promise.all(
    [first!, third!].map(async (id) => (await product.pems(id)).data["contract"]),
  );
  assert.equal(contracts[0], "C-RIGHT");
  assert.notEqual(contracts[1], "C-RIGHT");
  assert.deepEqual(complaints, []);
  await page.context().close();
}

journeys(
  "500 dead letters replayed by canary, aborted in the middle, corrected and given up",
  [refusedAgain, abortedInTheMiddle, replayedByCanary, corrected],
  { PEMS_API_RATE_LIMIT: "200", WRITE_SYNC_RETRY_DELAY: "50" },
);
