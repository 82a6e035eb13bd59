/** The audit trail in the browser: read, narrowed, followed live, and its chain verified, by keyboard and by mouse. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { freePort } from "../../load/bench/processes.ts";
import { beginWalk, walkOn } from "../../db/chain_verify.ts";
import { listChains } from "../../db/chain_walk.ts";
import { asTenant, openDatabase } from "../../db/sql.ts";
import { keepWalk, lockWalk } from "../../db/verification.ts";
import { inChromium } from "../chromium.ts";
import { type Product, startProduct, withFolder } from "../product.ts";
import { tampered } from "../tampering.ts";
import { launchChromium, visit } from "./browser.ts";
import { type Bench, commit, holds, OURS, signedIn } from "./decisions.ts";
import { journeys } from "./journeys.ts";

const AT = "/audit?org=RIO";
const FIRST = "PFA-10002";
const SECOND = "PFA-10003";

const entries = (page: Page) => page.locator(".trail-entry");
const saying = (page: Page, text: string | RegExp) => entries(page).filter({ hasText: text });

/** Waits until PEMS has the one change: the list of entries does not move by itself. */
async function arrived(page: Page, { origin }: Product): Promise<void> {
  await page.goto(`${origin}/history?org=RIO`);
  await page.locator(".job").filter({ hasText: "1 in PEMS" }).waitFor();
}

/** A planner's change is told to the administrator from its draft to PEMS's answer, with all that was recorded. */
async function told(bench: Bench): Promise<void> {
  const ana = await signedIn(bench, { at: "/conflicts?org=RIO" });
  await commit(ana.page, [FIRST], OURS);
  await arrived(ana.page, bench.product);
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at: AT });
  await saying(page, "was answered 200 by PEMS: synced").waitFor();
  const committed = saying(page, "Ana Souza committed 2 fields").first();
  await committed.getByText("LTM 1300-6.2").waitFor();
  await committed.getByText("Model").waitFor();
  await committed.getByText(/ago|just now/).waitFor();
  const sent = saying(page, "sent a write to PEMS").first();
  await sent.locator("summary").press("Enter");
  await sent.getByText(/^PUT \{.*"model":"LTM 1300-6\.2"/).waitFor();
  await sent.getByRole("term").filter({ hasText: "Version" }).waitFor();
  await holds(page, "an open entry");
  await sent.getByRole("link", { name: "Everything of this change" }).press("Enter");
  await page.waitForURL(/correlationId=/);
  await saying(page, "Ana Souza drafted 2 fields").waitFor();
  await page.getByText("That is all that matches.").waitFor();
  assert.equal(await saying(page, "read").count(), 0);
  await saying(page, "committed").locator("summary").click();
  await page.getByRole("link", { name: "Everything of this job" }).click();
  await saying(page, "was answered 200 by PEMS").waitFor();
  assert.equal(await saying(page, "drafted").count(), 0, "a draft is of no job yet");
  await saying(page, "committed").getByRole("link", { name: FIRST }).click();
  await page.getByRole("dialog", { name: `History of ${FIRST}` }).getByText("now").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Clear the filters" }).click();
  await page.waitForURL((url) => !url.search.includes("correlationId"));
  assert.deepEqual(complaints, []);
  await page.context().close();
  await ana.page.context().close();
}

async function narrowed(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at: AT });
  await entries(page).first().waitFor();
  await page.getByLabel("Event").selectOption("writes");
  await saying(page, "committed").first().waitFor({ state: "detached" });
  await saying(page, "sent a write to PEMS").first().waitFor();
  await page.getByLabel("Person").selectOption({ label: "Ana Souza" });
  await page.getByText("Nothing in the trail matches these filters.").waitFor();
  await page.getByLabel("Event").selectOption("COMMIT");
  await saying(page, "committed").first().waitFor();
  await page.getByLabel("Record").fill(FIRST);
  await page.keyboard.press("Enter");
  await page.getByLabel("Time").selectOption("1h");
  await page.waitForURL(/range=1h/);
  await saying(page, "committed").first().waitFor();
  const { search } = new URL(page.url());
  assert.match(search, /eventType=COMMIT/);
  assert.match(search, /pfaId=PFA-10002/);
  await page.reload();
  await saying(page, "committed").first().waitFor();
  assert.equal(await page.getByLabel("Record").inputValue(), FIRST);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export CSV" }).click(),
  ]);
  const text = await new Response(Deno.openSync(await file.path()).readable).text();
  assert.equal(text.trim().split("\r\n").length, 3, "the head, and a line for each field");
  await page.getByLabel("Time").selectOption("days");
  await page.getByLabel("From", { exact: true }).fill("2099-01-01");
  await page.getByText("Nothing in the trail matches these filters.").waitFor();
  await holds(page, "nothing matches");
  await page.getByLabel("Job, write or change").fill("no id");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Expected a UUID").waitFor();
  await holds(page, "a filter that cannot be used");
  assert.deepEqual(
    complaints.filter((one) => !one.includes("400")),
    [],
  );
  await page.context().close();
}

/** The list stays where it is: what is newer waits for its reader. */
async function live(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at: AT });
  await entries(page).first().waitFor();
  const before = await entries(page).count();
  const ana = await signedIn(bench, { at: "/conflicts?org=RIO" });
  await commit(ana.page, [SECOND], { model: "newer" });
  const newer = page.getByRole("button", { name: /^Show \d+ newer$/ });
  await newer.waitFor();
  assert.equal(await entries(page).count(), before);
  await holds(page, "newer entries");
  await newer.press("Enter");
  await saying(page, SECOND).first().waitFor();
  assert.ok(await entries(page).count() > before);
  assert.equal(await page.evaluate(() => document.activeElement?.className), "trail");
  // What came without a seal has one soon, and its line says so.
  await entries(page).filter({ hasText: "Not sealed" }).first().waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await page.context().close();
  await ana.page.context().close();
}

async function verified(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { who: bench.product.olga, at: AT });
  const chain = page.locator(".chain");
  await chain.getByText("never verified").waitFor();
  await entries(page).filter({ hasText: "Sealed" }).first().waitFor();
  await holds(page, "a chain that was never verified");
  await page.getByRole("button", { name: "Verify now" }).press("Enter");
  await chain.getByText(/verified (just now|\d+ s ago) by Olga \w+: all \d+ links are as sealed/)
    .waitFor();
  await entries(page).filter({ hasText: "Verified" }).first().waitFor();
  await holds(page, "a verified chain");
  await page.reload();
  await chain.getByText(/^Sealed through .*; verified .* by Olga/).waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Who may not manage is not led here; without scripts it can be read and narrowed all the same. */
async function others(bench: Bench): Promise<void> {
  const vic = await signedIn(bench, { who: bench.product.vic, at: AT });
  await vic.page.getByText("lacks the permission ManageSettings").waitFor();
  await vic.page.context().close();
  const { page } = await visit(bench.browser, { javaScript: false });
  await page.goto(`${bench.product.origin}${AT}`);
  await page.getByLabel("Username or e-mail").fill(bench.product.olga.username);
  await page.getByLabel("Password").fill(bench.product.olga.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await saying(page, "sent a write to PEMS").first().waitFor();
  await page.getByLabel("Event").selectOption("COMMIT");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/eventType=COMMIT/);
  await saying(page, "committed 2 fields").first().getByText("Details").click();
  await saying(page, "committed 2 fields").getByText("Everything of this job").first().click();
  await saying(page, "was answered 200 by PEMS").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Verify now" }).count(), 0);
  await page.context().close();
}

journeys(
  "the trail is read, narrowed, followed and verified by who may",
  [told, narrowed, live, verified, others],
);

/** While the product is stopped: a commit is made another, and a walk along the chain has come past the first link. */
async function tamperIn(dataDir: string): Promise<void> {
  const db = await openDatabase({ url: undefined, dataDir });
  try {
    const [entry] = await db.owner<[{ organizationId: string; userId: string }]>`
      select organization_id as "organizationId", user_id as "userId" from audit_entry
      where event_type = 'COMMIT' order by id limit 1`;
    await asTenant(db.app, entry, async (tx) => {
      await lockWalk(tx);
      const [chain] = await listChains(tx, "RIO");
      const walk = await walkOn(tx, beginWalk(chain!), 1);
      await keepWalk(tx, { ...walk, through: null }, true);
    });
    await tampered(
      db,
      (tx) =>
        tx`update audit_entry set details = details || '{"reason": "Nothing of note"}'
      where event_type = 'COMMIT'`,
    );
  } finally {
    await db.close();
  }
}

inChromium(
  "a trail that was tampered with says so, and where",
  (path) =>
    withFolder(async (folder) => {
      const browser = await launchChromium(path);
      const port = freePort();
      try {
        const before = await startProduct(folder, port);
        const ana = await signedIn({ browser, product: before });
        await commit(ana.page, [FIRST], OURS);
        await ana.page.goto(`${before.origin}/history?org=RIO`);
        await ana.page.locator(".job").filter({ hasText: "1 in PEMS" }).waitFor();
        const olga = await signedIn({ browser, product: before }, { who: before.olga, at: AT });
        await entries(olga.page).filter({ hasText: "Not sealed" }).first().waitFor({
          state: "detached",
        });
        await saying(olga.page, "Ana Souza committed").filter({ hasText: "Sealed" }).waitFor();
        await before.stop();
        await tamperIn(folder);
        const product = await startProduct(folder, port);
        const { page } = await signedIn({ browser, product }, { who: product.olga, at: AT });
        await page.getByText(/^Begun and not ended: \d+ %$/).waitFor();
        await holds(page, "a walk that was left");
        await page.getByRole("button", { name: "Go on verifying" }).press("Enter");
        await page.getByRole("heading", { name: "The trail was tampered with" }).waitFor();
        await page.getByText(/^First: broken at link \d+: entry \d+ was altered/).waitFor();
        await saying(page, "Ana Souza committed").filter({ hasText: "Broken" }).waitFor();
        await holds(page, "a broken chain");
        await product.stop();
      } finally {
        await browser.close();
      }
    }),
);
