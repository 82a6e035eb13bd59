/** A tab in the browser: the command palette, an ended session, a cut socket. */
import assert from "node:assert/strict";
import type { Page, WebSocketRoute } from "playwright-core";
import { type Bench, call, conflicting, holds, rio, signedIn, toastSays } from "./decisions.ts";
import { badgeSays, cellOf, openGrid, type } from "./planner.ts";
import { journeys } from "./journeys.ts";

const HOME = "/?org=RIO";

const drafts = (page: Page) => page.getByRole("region", { name: "Your drafts" });

async function palette(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, { at: HOME });
  await conflicting(page, bench.product, ["PFA-10005"]);
  await page.goto(bench.product.origin + HOME);
  const needs = page.getByRole("region", { name: "Needs you" });
  await needs.getByRole("link", { name: "Resolve PFA-10005" }).click();
  await page.getByRole("dialog", { name: "Conflict of PFA-10005" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const field = page.getByRole("combobox", { name: /^Find/ });
  const find = async (text: string) => {
    await page.keyboard.press("Control+k");
    await field.waitFor();
    await page.keyboard.type(text);
  };
  await find("PFA-10005");
  await page.getByRole("option", { name: /Resolve the conflict of PFA-10005/ }).waitFor();
  await holds(page, "palette");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Conflict of PFA-10005" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await find("history");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sync History" }).waitFor();
  await find("");
  const first = page.getByRole("option").first();
  assert.match((await first.textContent())!, /Go to Sync History/, "used last, so it comes first");
  assert.equal(await first.getAttribute("aria-selected"), "true");
  assert.equal(
    await field.getAttribute("aria-activedescendant"),
    await first.getAttribute("id"),
  );
  await page.keyboard.type("theme");
  await page.keyboard.press("Enter");
  await page.locator("html[data-theme=dark]").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Ctrl+K").waitFor();
  await page.keyboard.press("Escape");
  await find("PFA-10008");
  await page.getByRole("option", { name: /^PFA-10008/ }).waitFor();
  await page.keyboard.press("Enter");
  await cellOf(page, "PFA-10008", "pfaId").waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Every live socket of the page, to be cut and let through again. */
async function socketsOf(page: Page): Promise<{ cut(): Promise<void>; mend(): void }> {
  const open: WebSocketRoute[] = [];
  let closed = false;
  await page.routeWebSocket("**/api/ws/sync/**", (socket) => {
    open.push(socket);
    if (closed) void socket.close();
    else socket.connectToServer();
  });
  return {
    cut: async () => {
      closed = true;
      await open.at(-1)!.close();
    },
    mend: () => closed = false,
  };
}

/** The session ends in the middle of an edit: nothing of it is lost. */
async function sessionEnds(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: "/grid?org=RIO" });
  const { sessions } = await call<{ sessions: ReadonlyArray<{ id: string; current: boolean }> }>(
    page,
    { path: "/api/auth/sessions" },
  );
  const sockets = await socketsOf(page);
  await openGrid(page, `${bench.product.origin}/grid?org=RIO`);
  const [one, two] = ["PFA-10002", "PFA-10003"] as const;
  const model = cellOf(page, one, "class");
  await model.click();
  await page.keyboard.type("Half typed");
  const { id } = sessions.find(({ current }) => current)!;
  await page.evaluate((id) => fetch(`/api/auth/sessions/${id}`, { method: "DELETE" }), id);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Sign in again" });
  await dialog.waitFor();
  assert.equal(await model.textContent(), "Half typed");
  await holds(page, "signing in again");
  await page.keyboard.press("Escape");
  await page.getByText("Your session has ended").waitFor();
  await type(page, cellOf(page, two, "class"), "Typed while signed out");
  await page.getByRole("button", { name: "Sign in again" }).click();
  await dialog.getByLabel("Password").fill("not it");
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await dialog.getByText("The username or password is wrong").waitFor();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText("Nobody is signed in yet").waitFor();
  await dialog.getByLabel("Password").fill(bench.product.ana.password);
  await page.keyboard.press("Enter");
  await toastSays(page, "Signed in again");
  const organizationId = await rio(page);
  for (const [pfaId, value] of [[one, "Half typed"], [two, "Typed while signed out"]] as const) {
    await page.waitForFunction(async ({ path, value }) => {
      const { data } = await (await fetch(path)).json();
      return data.class === value;
    }, { path: `/api/pfa-data/${pfaId}?organizationId=${organizationId}`, value });
    await badgeSays(page, pfaId, "Draft");
  }
  // Cut: the next socket is let in with the new session, and asks nobody to sign in.
  await sockets.cut();
  await page.getByText("Reconnecting…").waitFor();
  sockets.mend();
  await page.getByText("Reconnecting…").waitFor({ state: "detached" });
  await page.getByRole("button", { name: /Save & Sync/ }).click();
  await badgeSays(page, one, "Synced");
  await badgeSays(page, two, "Synced");
  await page.context().close();
}

/** An ended session is noticed by a tab that only looks, as soon as its socket is refused. */
async function onlyLooking(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: HOME });
  const sockets = await socketsOf(page);
  await page.reload();
  await page.locator(".uplot").waitFor();
  // Nothing is asked any more: the socket alone can notice.
  await page.waitForLoadState("networkidle");
  await page.context().clearCookies();
  await sockets.cut();
  sockets.mend();
  await page.getByRole("dialog", { name: "Sign in again" }).waitFor();
  await page.context().close();
}

/** What happened while the socket was cut is there once it is back. */
async function socketCut(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { at: HOME });
  const other = await signedIn(bench, { at: HOME });
  const sockets = await socketsOf(page);
  await page.reload();
  await drafts(page).getByText("Nothing to review").waitFor();
  await page.locator(".uplot").waitFor();
  await sockets.cut();
  await page.getByText("Reconnecting…").waitFor();
  await call(other.page, {
    path: "/api/pfa-data/save-draft",
    body: {
      organizationId: await rio(other.page),
      pfaId: "PFA-10006",
      changes: { model: "While cut" },
    },
  });
  assert.equal(await drafts(page).getByText("While cut").count(), 0);
  sockets.mend();
  await drafts(page).getByText("While cut").waitFor();
  await page.getByText("Reconnecting…").waitFor({ state: "detached" });
  await drafts(page).getByRole("button", { name: "Discard the draft of PFA-10006" }).click();
  await drafts(page).getByText("Nothing to review").waitFor();
  await other.page.context().close();
  await page.context().close();
}

journeys("a tab finds, and outlives an ended session and a cut socket", [
  socketCut,
  sessionEnds,
  onlyLooking,
  palette,
]);
