/** What must hold on every screen of a running product: access for all, the keyboard, order, and a lost connection. */
import assert from "node:assert/strict";
import type { Browser, Page, WebSocketRoute } from "playwright-core";
import { awake, signIn, violations, visit } from "./browser.ts";
import { badgeSays, cellOf, cursorOf, editableRecords, openGrid, reach, type } from "./planner.ts";

/** A running product, and a planner who may edit and see money there. */
export interface Place {
  readonly browser: Browser;
  readonly origin: string;
  readonly planner: { readonly username: string; readonly password: string };
}

type Screen = { readonly name: string; readonly check: (place: Place) => Promise<void> };

/** To be run one after another: each leaves the records without drafts of its own. */
export const SCREENS: ReadonlyArray<Screen> = [
  { name: "signing in works without scripts, and says why it failed", check: signInPlainly },
  {
    name: "GridLab's first rows are there without scripts, and wake where they stand",
    check: first,
  },
  { name: "axe finds nothing on any page, light or dark", check: accessible },
  { name: "pages reflow at 320 pixels", check: reflow },
  { name: "the grid is one tab stop, and the arrows reach every cell", check: keyboard },
  { name: "the focus stays on its cell while the grid scrolls", check: scrolling },
  { name: "a refused edit falls back and says why at the cell", check: refusal },
  { name: "fast edits of one record are sent in order", check: order },
  { name: "a dropped socket is told, and catches up", check: reconnecting },
];

async function signInPlainly({ browser, origin, planner }: Place): Promise<void> {
  const { page } = await visit(browser, { javaScript: false });
  await page.goto(`${origin}/grid`);
  await page.getByLabel("Username or e-mail").fill(planner.username);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.match((await page.getByRole("alert").textContent())!, /wrong/);
  await page.getByLabel("Password").fill(planner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.equal(new URL(page.url()).pathname, "/grid");
  await page.goto(origin);
  assert.ok(await page.locator(".tile").count() > 0);
  await page.context().close();
}

async function first({ browser, origin, planner }: Place): Promise<void> {
  const { page } = await visit(browser, { javaScript: false });
  await signIn(page, `${origin}/grid`, planner, { scripts: false });
  const rows = page.locator(".rows .row");
  const tops = (await Promise.all((await rows.all()).map((row) => row.boundingBox())))
    .map((box) => box!.y);
  assert.ok(tops.length > 20);
  assert.ok(tops.every((top, nth) => nth === 0 || top === tops[nth - 1]! + 34), `${tops}`);
  const badge = await page.locator(".rows .badge").first().getAttribute("title");
  const cookies = await page.context().cookies();
  await page.context().close();
  const awakened = await visit(browser);
  await awakened.page.context().addCookies(cookies);
  // Nothing more comes: what the server drew is all there is.
  await awakened.page.route("**/api/**", () => {});
  await awakened.page.routeWebSocket("**/api/ws/sync/**", () => {});
  const answer = await awakened.page.goto(`${origin}/grid`);
  assert.match(answer!.headers()["content-encoding"] ?? "", /br|gzip/);
  await awake(awakened.page);
  const [top, next] = await Promise.all(
    [0, 1].map((nth) => awakened.page.locator(`.rows .row[data-at="${nth}"]`).boundingBox()),
  );
  assert.equal(next!.y - top!.y, 34);
  assert.equal(await awakened.page.locator(".rows .badge").first().getAttribute("title"), badge);
  assert.deepEqual(awakened.complaints, []);
  await awakened.page.context().close();
}

async function accessible({ browser, origin, planner }: Place): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    const { page, complaints } = await visit(browser, { theme, reducedMotion: true });
    const clean = async (where: string) =>
      assert.deepEqual(await violations(page), [], `${where}, ${theme}`);
    await page.goto(`${origin}/login`);
    await clean("login");
    await signIn(page, origin, planner);
    await clean("deck");
    await page.getByText("Your menu").locator("..").click();
    await clean("user menu");
    await page.getByRole("button", { name: /^Notifications/ }).click();
    await clean("notifications");
    for (const path of ["/conflicts", "/history"]) {
      await page.goto(origin + path);
      await awake(page);
      await clean(path);
    }
    await page.goto(`${origin}/timeline`);
    await page.locator(".t-grid:not([aria-busy])").waitFor();
    await page.locator(".t-rows .lane").first().waitFor();
    await clean("timeline");
    await openGrid(page, `${origin}/grid`);
    await clean("grid");
    const [first] = await editableRecords(page, 1);
    await cellOf(page, first!, "description").dblclick();
    await clean("editor");
    await page.keyboard.press("Escape");
    await cellOf(page, first!, "sync").click();
    await page.getByRole("dialog").waitFor();
    await clean("badge details");
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
}

async function reflow({ browser, origin, planner }: Place): Promise<void> {
  const { page } = await visit(browser, { width: 320, height: 640 });
  await signIn(page, origin, planner);
  for (const path of ["/", "/grid", "/timeline", "/conflicts", "/history"]) {
    await page.goto(origin + path);
    await awake(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, path);
  }
  await page.context().close();
}

async function inGrid({ browser, origin, planner }: Place): Promise<Page> {
  const { page } = await visit(browser);
  await signIn(page, `${origin}/grid`, planner);
  await openGrid(page, `${origin}/grid`);
  return page;
}

async function keyboard(place: Place): Promise<void> {
  const page = await inGrid(place);
  assert.equal(await page.locator(".sheet [tabindex='0']").count(), 1);
  await cellOf(page, (await editableRecords(page, 1))[0]!, "pfaId").click();
  await page.keyboard.press("Control+Home");
  assert.deepEqual((await cursorOf(page))!.slice(0, 2), [0, 0]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual((await cursorOf(page))!.slice(0, 2), [1, 1]);
  await page.keyboard.press("Control+End");
  const rows = Number(await page.locator(".sheet").getAttribute("aria-rowcount"));
  const columns = Number(await page.locator(".sheet").getAttribute("aria-colcount"));
  await page.locator(`.rows [data-at="${rows - 2}"]`).waitFor();
  assert.deepEqual((await cursorOf(page))!.slice(0, 2), [rows - 2, columns - 1]);
  await page.keyboard.press("Tab");
  assert.equal(await cursorOf(page), undefined, "Tab leaves the grid");
  await page.context().close();
}

async function scrolling(place: Place): Promise<void> {
  const page = await inGrid(place);
  await page.locator(".rows .row[data-at='3'] > .n-class").click();
  const before = await cursorOf(page);
  for (const top of [400, 20_000, 700, 0]) {
    await page.locator(".sheet").evaluate((sheet, to) => {
      sheet.scrollTop = to;
      return new Promise((resolve) => requestAnimationFrame(resolve));
    }, top);
    assert.deepEqual(await cursorOf(page), before, `scrolled to ${top}`);
  }
  await page.context().close();
}

async function refusal(place: Place): Promise<void> {
  const page = await inGrid(place);
  const [pfaId] = await editableRecords(page, 1);
  const cell = await reach(page, pfaId!, "forecastEnd");
  const before = await cell.textContent();
  await page.keyboard.press("Enter");
  await page.locator("input.editor").fill("1999-01-01");
  await page.keyboard.press("Enter");
  await page.locator(".refused").waitFor();
  assert.equal(await cell.getAttribute("aria-invalid"), "true");
  assert.match((await cell.getAttribute("title"))!, /Forecast end 1999-01-01 must not be before/);
  assert.ok((await cell.textContent())!.startsWith(before!));
  await page.context().close();
}

async function order(place: Place): Promise<void> {
  const page = await inGrid(place);
  const [pfaId] = await editableRecords(page, 1);
  const model = await reach(page, pfaId!, "model");
  const before = (await model.textContent())!;
  const sent: unknown[] = [];
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await page.route("**/api/pfa-data/save-draft", async (route) => {
    sent.push(route.request().postDataJSON().changes);
    if (sent.length === 1) await held;
    await route.continue();
  });
  for (const text of ["one", "two", "three"]) await type(page, model, text);
  assert.deepEqual(sent, [{ model: "one" }], "the rest waits for the first answer");
  const last = page.waitForResponse((response) =>
    response.request().postData()?.includes('"three"') ?? false
  );
  release();
  await last;
  await page.waitForRequest("**/api/pfa-data?*pfaIds=*");
  await badgeSays(page, pfaId!, "Draft");
  assert.deepEqual(sent, [{ model: "one" }, { model: "three" }]);
  assert.equal(await model.textContent(), "three");
  await type(page, model, before);
  await cellOf(page, pfaId!, "sync").filter({ hasNotText: "Draft" }).waitFor();
  await page.context().close();
}

async function reconnecting({ browser, origin, planner }: Place): Promise<void> {
  const { page } = await visit(browser);
  const sockets: WebSocketRoute[] = [];
  let closed = false;
  await page.routeWebSocket("**/api/ws/sync/**", (socket) => {
    sockets.push(socket);
    if (closed) void socket.close();
    else socket.connectToServer();
  });
  await signIn(page, `${origin}/grid`, planner);
  await openGrid(page, `${origin}/grid`);
  closed = true;
  await sockets.at(-1)!.close();
  await page.getByText("Reconnecting…").waitFor();
  closed = false;
  await page.getByText("Reconnecting…").waitFor({ state: "detached" });
  assert.match(sockets.at(-1)!.url(), /\?since=/);
  await page.context().close();
}
