/** An outage of PEMS in the browser of who looks after the sync: seen, understood, resolved. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Bench, commit, holds, OURS, signedIn, toastSays } from "./decisions.ts";
import { journeys } from "./journeys.ts";

/** More than it takes for an outage, on as many records. */
const SENT = ["PFA-10001", "PFA-10002", "PFA-10003", "PFA-10004", "PFA-10005", "PFA-10006"];
/** A circuit asks every 20 s at the most whether PEMS is back, and the machine may be busy. */
const PATIENT = { timeout: 90_000 };

const healthSays = (page: Page, word: string) =>
  page.locator(".health").filter({ hasText: word }).waitFor(PATIENT);

async function outage(bench: Bench): Promise<void> {
  const { product } = bench;
  const who = product.olga;
  const deck = await signedIn(bench, { who, at: "/?org=RIO" });
  const metrics = await signedIn(bench, { who, at: "/metrics-dashboard?org=RIO&range=15m" });
  const system = await signedIn(bench, { who, at: "/system?org=RIO" });
  const ana = await signedIn(bench, { at: "/history?org=RIO" });
  await healthSays(deck.page, "Healthy");
  await metrics.page.getByText("Live, every 10 s").waitFor();
  await system.page.getByText("PEMS answers", { exact: false }).first().waitFor();

  // Seen, by whoever has a page open: nobody reloads.
  await product.faults({ outage: "unavailable" });
  await commit(ana.page, SENT, OURS);
  await healthSays(deck.page, "Down");
  await toastSays(deck.page, "PEMS does not answer");
  await deck.page.getByRole("button", { name: /^Notifications, \d+ unread$/ }).click();
  const told = deck.page.getByRole("dialog", { name: "Notifications" }).locator("li");
  await told.filter({ hasText: "PEMS does not answer" }).first().waitFor();

  // Understood: why, and what becomes of the changes.
  await told.filter({ hasText: "nothing is lost, and no attempt is spent" }).first().waitFor();
  await deck.page.keyboard.press("Escape");
  await deck.page.locator(".sync-words li").filter({ hasText: "PEMS" }).first().waitFor();
  await holds(deck.page, "CommandDeck in an outage");
  await metrics.page.locator(".metric-alert").filter({ hasText: "Down" }).waitFor(PATIENT);
  const marks = metrics.page.locator(".metric-marks li");
  await marks.filter({ hasText: "PEMS out of reach" }).waitFor(PATIENT);
  assert.equal(await marks.filter({ hasText: "PEMS back" }).count(), 0);
  await holds(metrics.page, "the dashboard in an outage");
  await system.page.getByText(/PEMS does not answer RIO; /).waitFor(PATIENT);
  await system.page.getByText(/\b6 queued/).waitFor(PATIENT);
  await holds(system.page, "the system in an outage");

  // Resolved: PEMS is back, and everything arrives without anybody's doing.
  await product.faults({ outage: "none" });
  await marks.filter({ hasText: "PEMS back" }).waitFor(PATIENT);
  await metrics.page.locator(".metric-alert").waitFor({ state: "detached", ...PATIENT });
  await healthSays(deck.page, "Healthy");
  await deck.page.getByText("nothing is waiting").waitFor(PATIENT);
  await deck.page.getByText("no conflict, no failure").waitFor();
  await system.page.getByText(/^1 worker at work; nothing on the wire\.$/).waitFor(PATIENT);
  await holds(deck.page, "CommandDeck after an outage");
  for (const pfaId of SENT) assert.equal((await product.pems(pfaId)).data["model"], OURS.model);
  for (const visit of [deck, metrics, system, ana]) {
    assert.deepEqual(visit.complaints, []);
    await visit.page.context().close();
  }
}

journeys("an outage is seen, understood and resolved on the screens", [outage]);
