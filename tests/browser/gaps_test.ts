/** What happens while a page hears nothing: before its socket is open, and while the socket is cut. */
import assert from "node:assert/strict";
import type { WebSocketRoute } from "playwright-core";
import { awake } from "./browser.ts";
import { type Bench, commit, OURS, signedIn } from "./decisions.ts";
import { badgeSays, cellOf, openGrid } from "./planner.ts";
import { journeys } from "./journeys.ts";

const [A, B] = ["PFA-10002", "PFA-10003"] as const;

/** All is read, then somebody else's change arrives in PEMS, and only then the socket is there. */
async function beforeTheSocket(bench: Bench): Promise<void> {
  const at = "/grid?org=RIO";
  const { page } = await signedIn(bench, { at });
  const other = await signedIn(bench, { at });
  const connected = Promise.withResolvers<void>();
  await page.routeWebSocket(/\/api\/ws\/sync\//, async (socket) => {
    await connected.promise;
    socket.connectToServer();
  });
  await openGrid(page, bench.product.origin + at);
  const shown = await cellOf(page, A, "model").textContent();
  assert.notEqual(shown, OURS.model);
  await commit(other.page, [A], OURS);
  await badgeSays(other.page, A, "Synced");
  assert.equal(await cellOf(page, A, "model").textContent(), shown);
  connected.resolve();
  await cellOf(page, A, "model").filter({ hasText: OURS.model }).waitFor();
  await badgeSays(page, A, "Synced");
  await other.page.context().close();
  await page.context().close();
}

async function cutInTimeline(bench: Bench): Promise<void> {
  const at = `/timeline?org=RIO&q=${B}`;
  const { page } = await signedIn(bench, { at });
  const other = await signedIn(bench, { at: "/grid?org=RIO" });
  const sockets: WebSocketRoute[] = [];
  let cut = false;
  await page.routeWebSocket(/\/api\/ws\/sync\//, (socket) => {
    sockets.push(socket);
    if (cut) void socket.close();
    else socket.connectToServer();
  });
  await page.goto(bench.product.origin + at);
  await awake(page);
  const badge = page.locator(`.t-rows .lane:has(.t-name b:text-is("${B}")) .badge`);
  await page.locator(".t-grid:not([aria-busy])").waitFor();
  await badge.filter({ hasText: "Unchanged" }).waitFor();
  cut = true;
  await sockets.at(-1)!.close();
  await page.getByText("Reconnecting…").waitFor();
  await commit(other.page, [B], OURS);
  await badgeSays(other.page, B, "Synced");
  assert.equal((await badge.textContent())!.trim(), "Unchanged");
  cut = false;
  await page.getByText("Reconnecting…").waitFor({ state: "detached" });
  await badge.filter({ hasText: "Synced" }).waitFor();
  await other.page.context().close();
  await page.context().close();
}

journeys("what a page did not hear reaches it with its socket", [beforeTheSocket, cutInTimeline]);
