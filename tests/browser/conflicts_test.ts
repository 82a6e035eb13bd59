/** Conflicts in the browser: found, compared, decided by mouse and by keyboard, and told honestly. */
import assert from "node:assert/strict";
import { awake } from "./browser.ts";
import {
  type Bench,
  call,
  conflicting,
  entry,
  holds,
  OURS,
  rio,
  signedIn,
  toastSays,
} from "./decisions.ts";
import { journeys } from "./journeys.ts";

const [A, B, C, D, E] = ["PFA-10002", "PFA-10003", "PFA-10005", "PFA-10006", "PFA-10008"] as const;

const dialogOf = (page: Awaited<ReturnType<typeof signedIn>>["page"], pfaId: string) =>
  page.getByRole("dialog", { name: `Conflict of ${pfaId}` });

async function byMouse(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench);
  await conflicting(page, bench.product, [A, B, C, D]);
  await holds(page, "conflicts");
  await page.getByRole("link", { name: `Decide ${A}` }).click();
  const dialog = dialogOf(page, A);
  await dialog.getByText("0 of 2 decided").waitFor();
  assert.match(page.url(), /[?&]conflict=/);
  await holds(page, "conflict dialog");
  await dialog.getByRole("radiogroup", { name: "Model" }).getByLabel(/^Mine/).check();
  await dialog.getByText("1 of 2 decided").waitFor();
  const end = dialog.getByRole("radiogroup", { name: "Forecast end" });
  await end.getByLabel("Another value", { exact: true }).check();
  await end.getByLabel("Another value for Forecast end").fill("1999-01-01");
  await dialog.getByText(/Forecast|forecast/).filter({ hasText: /before|after/ }).first().waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Send merge" }).isDisabled());
  await holds(page, "a refused merge");
  await end.getByLabel("Another value for Forecast end").fill("2028-02-29");
  await dialog.getByText("2 of 2 decided. Every rule holds. 3 fields").waitFor();
  await dialog.getByRole("button", { name: "Send merge" }).click();
  await toastSays(page, `The merge of ${A} goes to PEMS`);
  // The next one comes by itself.
  await page.getByRole("dialog").filter({ hasNotText: A }).waitFor();
  await page.keyboard.press("Escape");
  await entry(page, A).waitFor({ state: "detached" });
  // The browser itself reports the refused preview.
  assert.deepEqual(complaints.filter((text) => !text.includes("422")), []);
  await page.context().close();
}

async function byKeyboard(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench);
  await page.goto(`${bench.product.origin}/conflicts?org=RIO`);
  await entry(page, B).waitFor();
  await page.getByRole("link", { name: `Decide ${D}` }).focus();
  await page.keyboard.press("Enter");
  await dialogOf(page, D).getByText(/^\d of 3$/).waitFor();
  const another = page.getByRole("dialog").filter({ hasNotText: D });
  await page.keyboard.press("n");
  await another.waitFor();
  await page.keyboard.press("p");
  await dialogOf(page, D).waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("name"));
  for (let presses = 0; await focused() !== "mode"; presses++) {
    assert.ok(presses < 20, "the choice is within reach of Tab");
    await page.keyboard.press("Tab");
  }
  // From Merge to the first of the three.
  await page.keyboard.press("ArrowRight");
  await dialogOf(page, D).getByText("Every rule holds. 3 fields").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await toastSays(page, `Your values of ${D} go to PEMS`);
  await another.waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.doesNotMatch(page.url(), /conflict=/);
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** Somebody else decides while the dialog is open. */
async function secondOne(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench);
  await page.getByRole("link", { name: `Decide ${C}` }).click();
  const dialog = dialogOf(page, C);
  await dialog.getByText("0 of 2 decided").waitFor();
  const id = new URL(page.url()).searchParams.get("conflict")!;
  await page.route(`**/api/pems/conflicts/${id}`, (route) => route.abort());
  const body = { resolution: "use_pems" };
  await call(page, { path: `/api/pems/conflicts/${id}/resolve`, body });
  await dialog.getByLabel("Use mine").check();
  await dialog.getByText("Ana Souza has resolved it").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Send mine" }).isDisabled());
  await page.unroute(`**/api/pems/conflicts/${id}`);
  await dialog.getByLabel("Use PEMS").check();
  await dialog.getByText("Ana Souza decided it").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Keep PEMS" }).count(), 0);
  await page.context().close();
}

/** PEMS moves again after the decision: a new conflict, and nothing has to be chosen twice. */
async function movedAgain(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench);
  const { product } = bench;
  await product.faults({ outage: "unavailable" });
  await page.getByRole("link", { name: `Decide ${B}` }).click();
  const dialog = dialogOf(page, B);
  await dialog.getByRole("radiogroup", { name: "Model" }).getByLabel(/^Mine/).check();
  await dialog.getByRole("radiogroup", { name: "Forecast end" }).getByLabel(/^PEMS/).check();
  await dialog.getByText("Every rule holds").waitFor();
  await product.edit(B, { model: "LR 11000" });
  await dialog.getByRole("button", { name: "Send merge" }).click();
  await toastSays(page, `The merge of ${B} goes to PEMS`);
  const again = page.getByRole("link", { name: `Decide ${B}` });
  // The list lets go of the one that is decided; until PEMS is back there is no other.
  await again.waitFor({ state: "detached" });
  await product.faults({ outage: "none" });
  await again.click({ timeout: 60_000 });
  const model = dialog.getByRole("radiogroup", { name: "Model" });
  assert.ok(await model.getByLabel(`Mine: ${OURS.model}`).isChecked());
  await dialog.getByText("Your earlier choices are kept").waitFor();
  await page.context().close();
}

async function inBulk(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench);
  await conflicting(page, bench.product, ["PFA-10001", "PFA-10004"]);
  await page.getByLabel("Select PFA-10001").check();
  await page.getByLabel("Select PFA-10004").check();
  await page.getByRole("button", { name: "Use PEMS" }).click();
  await holds(page, "bulk");
  await page.getByRole("button", { name: "Do it" }).click();
  await toastSays(page, "2 conflicts resolved");
  await entry(page, "PFA-10001").waitFor({ state: "detached" });
  await page.getByLabel("Status").selectOption("resolved_pems");
  await entry(page, "PFA-10001").waitFor();
  assert.match(page.url(), /status=resolved_pems/);
  const { total } = await call<{ total: number }>(page, {
    path: `/api/pems/conflicts?organizationId=${await rio(page)}&status=resolved_pems`,
  });
  await page.getByText(`${total} conflicts`).waitFor();
  await page.context().close();
}

/** What happens after the server read the page and before its socket is open belongs in the list too. */
async function beforeTheSocket(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench);
  const other = await signedIn(bench);
  const connected = Promise.withResolvers<void>();
  await page.routeWebSocket(/\/api\/ws\/sync\//, async (socket) => {
    await connected.promise;
    socket.connectToServer();
  });
  await page.reload();
  await awake(page);
  await conflicting(other.page, bench.product, [E]);
  assert.equal(await entry(page, E).count(), 0);
  connected.resolve();
  await entry(page, E).waitFor();
  await other.page.context().close();
  await page.context().close();
}

async function withoutScripts(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench);
  const cookies = await page.context().cookies();
  await page.context().close();
  const context = await bench.browser.newContext({ javaScriptEnabled: false });
  await context.addCookies(cookies);
  const plain = await context.newPage();
  await plain.goto(`${bench.product.origin}/conflicts?org=RIO&status=any`);
  assert.match((await plain.locator(".entries").textContent())!, new RegExp(A));
  await plain.getByLabel("Status").selectOption("resolved_merged");
  await plain.getByRole("button", { name: "Apply" }).click();
  assert.match(plain.url(), /status=resolved_merged/);
  assert.ok(await plain.locator(".entries > li").count() >= 1);
  await context.close();
}

journeys("conflicts are decided by mouse and keyboard, and never over somebody else", [
  byMouse,
  byKeyboard,
  secondOne,
  movedAgain,
  inBulk,
  beforeTheSocket,
  withoutScripts,
]);
