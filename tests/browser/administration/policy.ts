/** The conflict policy of an organization. */
import assert from "node:assert/strict";
import { awake } from "../browser.ts";
import {
  type Bench,
  call,
  commit,
  conflicting,
  holds,
  OURS,
  rio,
  signedIn,
  THEIRS,
  toastSays,
} from "../decisions.ts";
import { badgeSays, openGrid } from "../planner.ts";

const AT = "/admin?org=RIO&section=policy";
const DISPUTED = ["PFA-10003", "PFA-10005"] as const;
const SETTLED = "PFA-10006";

/** A policy is tried on what happened, saved, and decides the next conflict. */
export async function policy(bench: Bench): Promise<void> {
  const { product } = bench;
  const ana = await signedIn(bench);
  await conflicting(ana.page, product, DISPUTED);
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await holds(page, "a policy");
  const radio = (field: string, choice: string) =>
    page.getByRole("group", { name: field, exact: true }).getByLabel(choice);
  await radio("Model", "Ask").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.ok(await radio("Model", "Use PEMS").isChecked());
  const tryIt = page.getByRole("button", { name: "Try it on past conflicts" });
  await tryIt.press("Enter");
  await page.getByText("Of the last 2 conflicts this policy would have settled 0.").waitFor();
  await radio("Forecast end", "Ask").focus();
  await page.keyboard.press("ArrowRight");
  assert.ok(await radio("Forecast end", "Use mine").isChecked());
  await tryIt.press("Enter");
  await page.getByText("would have settled 2 by itself: 2 some of each.").waitFor();
  await page.getByRole("row", { name: DISPUTED[0] }).getByText("Forecast end, Model").waitFor();
  await page.getByText("Not saved yet").waitFor();
  await holds(page, "a dry run");
  await page.getByRole("button", { name: "Save", exact: true }).press("Enter");
  await toastSays(page, "Conflict policy saved");
  await page.reload();
  await awake(page);
  assert.ok(await radio("Model", "Use PEMS").isChecked());
  await openGrid(ana.page, `${product.origin}/grid?org=RIO`);
  await product.edit(SETTLED, THEIRS);
  await commit(ana.page, [SETTLED], OURS);
  await badgeSays(ana.page, SETTLED, "Synced");
  const organizationId = await rio(page);
  const { conflicts } = await call<{ conflicts: Array<{ pfaId: string; status: string }> }>(page, {
    path: `/api/pems/conflicts?organizationId=${organizationId}&status=resolved_auto`,
  });
  assert.deepEqual(conflicts.map(({ pfaId }) => pfaId), [SETTLED]);
  assert.deepEqual(complaints, []);
  await page.context().close();
  await ana.page.context().close();
}
