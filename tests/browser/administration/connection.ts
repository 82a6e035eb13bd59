/** An organization's connection, as who manages it sees to it: its key, its pauses, its settings. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Bench, commit, holds, OURS, rio, signedIn, toastSays } from "../decisions.ts";
import { badgeSays, openGrid } from "../planner.ts";

const AT = "/admin?org=RIO&section=connection";
const SENT = "PFA-10002";
const NEW_KEY = "a-rotated-key";

/** PEMS has replaced its key: the pause is seen, the new key put in, tried, and what waited goes out. */
export async function key(bench: Bench): Promise<void> {
  const { product } = bench;
  const ana = await signedIn(bench, { at: "/grid?org=RIO" });
  await openGrid(ana.page, `${product.origin}/grid?org=RIO`);
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await page.getByText("Connected", { exact: true }).waitFor();
  await holds(page, "a connection");
  await product.faults({ replacedKey: NEW_KEY });
  await commit(ana.page, [SENT], OURS);
  // Told by the socket: nobody reloads.
  await page.getByText("Paused: PEMS refuses our key").waitFor();
  await badgeSays(ana.page, SENT, "Waiting");
  await page.getByRole("button", { name: "Test connection" }).press("Enter");
  await page.getByText("PEMS refuses the key. Put in the one").waitFor();
  await holds(page, "a connection that PEMS refuses");
  const url = page.getByLabel("PEMS URL, of its own");
  const sandbox = (await url.getAttribute("placeholder"))!;
  await url.focus();
  await page.keyboard.type(sandbox);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type(NEW_KEY);
  await page.keyboard.press("Enter");
  await toastSays(page, "Key replaced");
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.getByText(/set today by Olga Lindqvist/).waitFor();
  assert.equal(await page.getByLabel("New API key").inputValue(), "", "it never comes out again");
  await page.getByRole("button", { name: "Test connection" }).press("Enter");
  await page.getByText(/PEMS answered in \d+ ms: its health/).waitFor();
  await badgeSays(ana.page, SENT, "Synced");
  const { changes } = await product.ledger();
  assert.equal(changes.filter(({ pfaId }) => pfaId === SENT).length, 1);
  assert.deepEqual([...complaints, ...ana.complaints], []);
  await page.context().close();
  await ana.page.context().close();
}

/** Writes are paused with a reason that is shown, and resumed. */
export async function pausing(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at: AT });
  await page.getByRole("button", { name: "Pause…" }).press("Enter");
  const pause = page.getByRole("dialog", { name: "Pause?" });
  await holds(page, "a pause");
  await pause.getByLabel(/^Why/).fill("PEMS is being upgraded");
  await page.keyboard.press("Enter");
  await page.getByText("Paused by Olga Lindqvist").waitFor();
  await page.getByText("PEMS is being upgraded").waitFor();
  await holds(page, "a paused connection");
  await page.getByRole("button", { name: "Resume…" }).press("Enter");
  const resume = page.getByRole("dialog", { name: "Resume?" });
  await resume.getByLabel(/^Why/).fill("It is done");
  await page.keyboard.press("Enter");
  await page.getByText("Connected", { exact: true }).waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** What somebody else saved meanwhile is not undone, and what was typed is not lost unasked. */
export async function meanwhile(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { who: bench.product.olga, at: AT });
  const id = await rio(page);
  const name = page.getByLabel("Name", { exact: true });
  const before = await name.inputValue();
  await name.fill("Mine");
  const asked = Promise.withResolvers<string>();
  page.once("dialog", (dialog) => {
    asked.resolve(dialog.type());
    void dialog.dismiss();
  });
  await page.getByRole("link", { name: "People" }).click({ noWaitAfter: true });
  assert.equal(await asked.promise, "beforeunload");
  assert.equal(await name.inputValue(), "Mine");
  await rename(page, id, "Theirs");
  // Refused, or not even sent where the news was faster.
  await name.press("Enter");
  await page.getByText("Somebody changed these settings meanwhile.").waitFor();
  await holds(page, "settings that have moved on");
  assert.equal(await name.inputValue(), "Mine", "what was typed is still there");
  await page.getByRole("button", { name: "Show them" }).click();
  assert.equal(await name.inputValue(), "Theirs");
  await name.fill(before);
  await name.press("Enter");
  await toastSays(page, "Settings saved");
  await page.context().close();
}

const rename = (page: Page, id: string, name: string) =>
  page.evaluate(async ({ id, name }) => {
    await fetch(`/api/admin/organizations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
  }, { id, name });
