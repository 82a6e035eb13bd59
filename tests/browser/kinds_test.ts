/** Conflicts of every kind but the usual one, each decided in the dialog. */
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
import { journeys } from "./journeys.ts";

const [DELETED, UNKNOWN, RULED] = ["PFA-10002", "PFA-10003", "PFA-10005"] as const;
const AT = "/conflicts?org=RIO";

async function decide({ page }: Awaited<ReturnType<typeof signedIn>>, pfaId: string) {
  // A worker that pauses after failures takes a while.
  await page.getByRole("link", { name: `Decide ${pfaId}` }).click({ timeout: 60_000 });
  return page.getByRole("dialog", { name: `Conflict of ${pfaId}` });
}

/** Deleted here, changed there: kept as PEMS has it. */
async function deleted(bench: Bench): Promise<void> {
  const visit = await signedIn(bench, { at: AT });
  const { page, complaints } = visit;
  const organizationId = await rio(page);
  await bench.product.edit(DELETED, THEIRS);
  const draft = { organizationId, pfaId: DELETED, operation: "DELETE" };
  await call(page, { path: "/api/pfa-data/save-draft", body: draft });
  await call(page, { path: "/api/pfa-data/commit-drafts", body: { organizationId } });
  const dialog = await decide(visit, DELETED);
  await dialog.getByText("You deleted this record, and somebody changed it").waitFor();
  await holds(page, "a deletion in conflict");
  await dialog.getByLabel("Use PEMS").check();
  await dialog.getByText("Nothing is sent: PEMS stays as it is").waitFor();
  await dialog.getByRole("button", { name: "Keep PEMS" }).click();
  await toastSays(page, `${DELETED} keeps what PEMS has`);
  await entry(page, DELETED).waitFor({ state: "detached" });
  const { data } = await bench.product.pems(DELETED);
  assert.deepEqual([data["model"], data["isDiscontinued"]], [THEIRS.model, false]);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** PEMS took the write, its answer was lost, and somebody changed the same fields: nobody can tell. */
async function unknown(bench: Bench): Promise<void> {
  const { product } = bench;
  const visit = await signedIn(bench, { at: AT });
  const { page, complaints } = visit;
  await product.faults({ gatewayRate: 100, appliedRate: 100 });
  await commit(page, [UNKNOWN], OURS);
  while (!(await product.ledger()).changes.some(({ pfaId }) => pfaId === UNKNOWN));
  await product.edit(UNKNOWN, THEIRS);
  await product.faults({ gatewayRate: 0, appliedRate: 0 });
  const dialog = await decide(visit, UNKNOWN);
  await dialog.getByText("Nobody can tell whether your change arrived").waitFor();
  await holds(page, "an unknown outcome");
  await dialog.getByLabel("Use mine").check();
  await dialog.getByText("Every rule holds. 2 fields").waitFor();
  await dialog.getByRole("button", { name: "Send mine" }).click();
  await toastSays(page, `Your values of ${UNKNOWN} go to PEMS`);
  await page.goto(`${product.origin}/grid?org=RIO&q=${UNKNOWN}`);
  await page.locator(".rows .badge").filter({ hasText: "Synced" }).waitFor({ timeout: 60_000 });
  assert.equal((await product.pems(UNKNOWN)).data["model"], OURS.model);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Each change is fine alone, together they break a rule: a typed value mends it. */
async function ruled(bench: Bench): Promise<void> {
  const { product } = bench;
  const visit = await signedIn(bench, { at: AT });
  const { page } = visit;
  const { forecastStart, forecastEnd } = (await product.pems(RULED)).data as Record<string, string>;
  await product.edit(RULED, { forecastEnd: forecastStart });
  await commit(page, [RULED], { forecastStart: forecastEnd!.slice(0, 10) });
  const dialog = await decide(visit, RULED);
  await dialog.getByText("touch different fields, but together they break a rule").waitFor();
  await holds(page, "a merge against a rule");
  const end = dialog.getByRole("radiogroup", { name: "Forecast end" });
  await dialog.getByRole("radiogroup", { name: "Forecast start" }).getByLabel(/^Mine/).check();
  await end.getByLabel(/^PEMS/).check();
  await dialog.locator(".judgement .bad").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Send merge" }).isDisabled());
  await end.getByLabel("Another value", { exact: true }).check();
  await end.getByLabel("Another value for Forecast end").fill("2031-06-30");
  await dialog.getByText("2 of 2 decided. Every rule holds. 2 fields").waitFor();
  await dialog.getByRole("button", { name: "Send merge" }).click();
  await toastSays(page, `The merge of ${RULED} goes to PEMS`);
  await page.goto(`${product.origin}/grid?org=RIO&q=${RULED}`);
  await page.locator(".rows .badge").filter({ hasText: "Synced" }).waitFor({ timeout: 60_000 });
  assert.match(String((await product.pems(RULED)).data["forecastEnd"]), /^2031-06-30/);
  await page.context().close();
}

journeys(
  "a deletion, an unknown outcome and a broken rule are decided in the dialog",
  [deleted, unknown, ruled],
  { WRITE_SYNC_RETRY_DELAY: "50" },
);
