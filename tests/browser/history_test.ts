/** The story of what was sent, in the browser: badges, jobs, dead letters, rollbacks, notifications. */
import assert from "node:assert/strict";
import {
  type Bench,
  call,
  commit,
  entry,
  holds,
  OURS,
  rio,
  signedIn,
  THEIRS,
  toastSays,
} from "./decisions.ts";
import { badgeSays, cellOf, openGrid } from "./planner.ts";
import { journeys } from "./journeys.ts";

const SENT = "PFA-10002";
const DEAD = ["PFA-10003", "PFA-10005"] as const;
/** One for each that dies: what gets through in between. */
const ALIVE = ["PFA-10001", "PFA-10004"] as const;

/** A badge's popover tells the story of the write; its record has versions, which who may not go back to may still see. */
async function badge(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: "/grid?org=RIO" });
  await openGrid(page, `${bench.product.origin}/grid?org=RIO`);
  await commit(page, [SENT], OURS);
  await badgeSays(page, SENT, "Synced");
  await cellOf(page, SENT, "sync").click();
  const story = page.getByRole("dialog", { name: `Sync of ${SENT}` });
  await story.getByText("Ana Souza committed it").waitFor();
  await story.getByText(/^Attempt 1: PEMS answered 200 in \d+ ms, done/).waitFor();
  await story.getByText(/^In PEMS since/).waitFor();
  await holds(page, "a badge's story");
  await story.getByRole("link", { name: "History" }).focus();
  await page.keyboard.press("Enter");
  const history = page.getByRole("dialog", { name: `History of ${SENT}` });
  await history.getByText("now").waitFor();
  await history.getByRole("radio").nth(1).check();
  await history.getByText("LTM 1300-6.2").waitFor();
  await history.getByText("Going back needs the permission ManageSettings").waitFor();
  await holds(page, "versions");
  await page.keyboard.press("Escape");
  await history.waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function rollBack(bench: Bench): Promise<void> {
  const at = `/grid?org=RIO&record=${SENT}`;
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at });
  const dialog = page.getByRole("dialog", { name: `History of ${SENT}` });
  await dialog.getByRole("radio").nth(1).check();
  await dialog.getByText("LTM 1300-6.2").waitFor();
  await dialog.getByLabel("Why?").fill("The wrong crane");
  await holds(page, "a rollback");
  await dialog.getByLabel("Why?").press("Enter");
  await dialog.getByText("Synced", { exact: true }).waitFor();
  assert.notEqual((await bench.product.pems(SENT)).data["model"], OURS.model);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function jobs(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: "/history?org=RIO" });
  const { product } = bench;
  const line = page.locator(".job").filter({ hasText: "Ana Souza" });
  await line.filter({ hasText: "1 in PEMS" }).waitFor();
  await holds(page, "Sync History");
  await page.getByLabel("Kind").selectOption("rollback");
  await page.locator(".job").filter({ hasText: "The wrong crane" }).waitFor();
  await line.waitFor({ state: "detached" });
  assert.match(page.url(), /kind=rollback/);
  await page.reload();
  assert.equal(await page.getByLabel("Kind").inputValue(), "rollback");
  await page.getByLabel("Kind").selectOption("");
  await page.getByLabel("Search").fill("no such reason");
  await page.keyboard.press("Enter");
  await page.getByText("No job matches").waitFor();
  await page.getByLabel("Search").fill(SENT);
  await page.keyboard.press("Enter");
  await line.getByRole("link").first().click();
  await entry(page, SENT).getByText("in PEMS", { exact: true }).waitFor();
  await entry(page, SENT).getByText("1 attempt").click();
  await entry(page, SENT).getByText(/^Attempt 1: PEMS answered 200/).waitFor();
  await holds(page, "a job");
  assert.ok(await page.getByRole("button", { name: "Roll back" }).isDisabled());
  await page.getByText("Rolling back needs the permission ManageSettings").waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
  const olga = await signedIn(bench, {
    who: product.olga,
    at: new URL(page.url()).pathname + new URL(page.url()).search,
  });
  await olga.page.getByRole("button", { name: "Roll back…" }).click();
  const undo = olga.page.getByRole("dialog", { name: "Roll this job back" });
  await undo.getByText("changed since by others").first().waitFor();
  await holds(olga.page, "the rollback of a job");
  await olga.page.context().close();
}

interface Found {
  readonly records: ReadonlyArray<
    { readonly pfaId: string; readonly data: { readonly isDiscontinued: boolean } }
  >;
}

/** A whole job goes back, as a new job, and PEMS has what it had. */
async function jobBack(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page } = await signedIn(bench, { at: "/history?org=RIO" });
  const organizationId = await rio(page);
  const { records } = await call<Found>(page, {
    path: `/api/pfa-data?organizationId=${organizationId}&limit=60`,
  });
  const two = records.filter(({ data }) => !data.isDiscontinued).slice(-2)
    .map(({ pfaId }) => pfaId);
  const models = async () =>
    (await Promise.all(two.map((pfaId) => product.pems(pfaId)))).map(({ data }) => data["model"]);
  const before = await models();
  const drafts = two.map((pfaId) => ({ pfaId, changes: { model: OURS.model } }));
  await call(page, { path: "/api/pfa-data/save-draft", body: { organizationId, drafts } });
  const { jobId } = await call<{ jobId: string }>(page, {
    path: "/api/pfa-data/commit-drafts",
    body: { organizationId },
  });
  await page.goto(`${product.origin}/history?org=RIO&job=${jobId}`);
  for (const pfaId of two) await entry(page, pfaId).getByText("in PEMS", { exact: true }).waitFor();
  assert.deepEqual(await models(), [OURS.model, OURS.model]);
  await page.context().close();

  const olga = await signedIn(bench, { who: product.olga, at: `/history?org=RIO&job=${jobId}` });
  await olga.page.getByRole("button", { name: "Roll back…" }).click();
  const undo = olga.page.getByRole("dialog", { name: "Roll this job back" });
  await undo.getByText("2 values of 2 records go back, as one new job").waitFor();
  assert.equal(await undo.getByText("will be restored").count(), 2);
  await undo.getByRole("button", { name: "Roll back" }).click();
  assert.ok(await undo.isVisible(), "no way back without a reason");
  await undo.getByLabel("Why?").fill("The offer was withdrawn");
  await undo.getByLabel("Why?").press("Enter");
  await olga.page.waitForURL((url) => url.searchParams.get("job") !== jobId);
  await olga.page.getByText("The offer was withdrawn").first().waitFor();
  for (const pfaId of two) {
    await entry(olga.page, pfaId).getByText("in PEMS", { exact: true }).waitFor();
  }
  assert.deepEqual(await models(), before);
  assert.deepEqual(olga.complaints, []);
  await olga.page.context().close();
}

/** Each record fails by itself: several in a row would be an outage, where nothing dies. */
async function dying(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page } = await signedIn(bench, { at: "/grid?org=RIO" });
  await openGrid(page, `${product.origin}/grid?org=RIO`);
  for (const [at, pfaId] of DEAD.entries()) {
    await product.faults({ errorRate: 100, scope: "writes" });
    await commit(page, [pfaId], OURS);
    await badgeSays(page, pfaId, "Failed");
    await page.locator(".toast").getByRole("button", { name: "View" }).last().waitFor();
    await product.faults({ errorRate: 0, scope: "all" });
    await commit(page, [ALIVE[at]!], OURS);
    await badgeSays(page, ALIVE[at]!, "Synced");
  }
  await cellOf(page, DEAD[0], "sync").click();
  const story = page.getByRole("dialog", { name: `Sync of ${DEAD[0]}` });
  await story.getByText(/^Attempt 4/).waitFor();
  assert.ok(await story.getByRole("button", { name: "Retry" }).isDisabled());
  await story.getByText("Retrying needs the permission ManageSettings").waitFor();
  await holds(page, "a failed badge's story");
  await page.context().close();
}

async function deadLetters(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page, complaints } = await signedIn(bench, {
    who: product.olga,
    at: "/dead-letters?org=RIO",
  });
  await page.getByText("2 changes failed for good").waitFor();
  await page.getByText("The changes").click();
  await entry(page, DEAD[0]).getByText("Attempt 1").waitFor();
  await holds(page, "dead letters");
  await page.getByRole("button", { name: "Retry one" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("1 change failed for good").waitFor();
  await page.getByRole("button", { name: /^Discard/ }).first().click();
  const give = page.getByRole("dialog", { name: "Give up for good?" });
  await holds(page, "giving up");
  await give.getByLabel("Why?").fill("Not needed any more");
  await give.getByLabel("Why?").press("Enter");
  await toastSays(page, "discarded");
  await page.getByText("Nothing has failed for good").waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
}

async function notifications(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench);
  // What came before the bell knew of anything is told by its number alone.
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/notifications?"))
  );
  await bench.product.edit("PFA-10006", THEIRS);
  await commit(page, ["PFA-10006"], OURS);
  await entry(page, "PFA-10006").waitFor();
  await page.locator(".toast").getByRole("button", { name: "Resolve" }).click();
  await page.getByRole("dialog", { name: "Conflict of PFA-10006" }).waitFor();
  await page.keyboard.press("Escape");
  const bell = page.getByRole("button", { name: /^Notifications/ });
  await bell.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: "Notifications" });
  await panel.locator("li").first().waitFor();
  await holds(page, "notifications");
  await panel.getByRole("button", { name: /^Mark (all|these)/ }).click();
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Notifications", exact: true }).click();
  await panel.locator("li").first().waitFor();
  assert.equal(await panel.locator("li.new").count(), 0);
  assert.ok(await panel.locator("li").count() > 0);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Who may only look is offered nothing that would be refused. */
async function looking(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { who: bench.product.vic });
  assert.equal(await page.getByRole("link", { name: "Dead letters" }).count(), 0);
  await page.getByRole("link", { name: "Look at PFA-10006" }).click();
  await page.getByText("deciding needs the permission Sync").waitFor();
  assert.equal(await page.getByRole("dialog").getByRole("radio").count(), 0);
  await page.goto(`${bench.product.origin}/dead-letters?org=RIO`);
  await page.getByText("lacks the permission ManageSettings").waitFor();
  await page.context().close();
}

journeys(
  "what was sent is told, retried, given up and rolled back, by who may",
  [badge, rollBack, jobs, jobBack, dying, deadLetters, notifications, looking],
  { WRITE_SYNC_RETRY_DELAY: "50" },
);
