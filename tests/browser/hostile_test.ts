/** Text that would like to be script: whatever people and PEMS wrote is shown as text, on every page. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { serveApp } from "../../app/serve.ts";
import { configOf } from "../../domain/config.ts";
import { testVault } from "../app_client.ts";
import { inChromium } from "../chromium.ts";
import { withDatabase } from "../database.ts";
import { pathIn, ROUTES } from "../routes.ts";
import { awake, launchChromium, visit } from "./browser.ts";
import { aScene, HOSTILE, HOSTILE_ID } from "./hostile.ts";
import { cellOf, openGrid, reach, type } from "./planner.ts";

interface Watched {
  readonly page: Page;
  /** Nothing has run, nothing was tried, and nothing is there that the text would have made. */
  readonly assertCalm: (where: string) => Promise<void>;
}

async function watched(browser: Browser, origin: string, cookie?: string): Promise<Watched> {
  const { page, complaints } = await visit(browser);
  const dialogs: string[] = [];
  page.on("dialog", async (dialog) => {
    dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  if (cookie !== undefined) {
    const [name, value] = cookie.split("=") as [string, string];
    await page.context().addCookies([{ name, value, url: origin }]);
  }
  await page.addInitScript(() => {
    const watch = globalThis as unknown as { violations: string[] };
    watch.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      watch.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const assertCalm = async (where: string) => {
    const found = await page.evaluate(() => ({
      ran: "xss" in globalThis,
      made: document.querySelectorAll("[data-xss]").length,
      violations: (globalThis as unknown as { violations: string[] }).violations,
    }));
    assert.deepEqual(found, { ran: false, made: 0, violations: [] }, where);
    assert.deepEqual(dialogs, [], where);
    const policy = complaints.filter((text) => /Content Security Policy|violat/i.test(text));
    assert.deepEqual(policy, [], where);
  };
  return { page, assertCalm };
}

const shown = (page: Page) => page.evaluate(() => document.body.innerText);

/** Where the hostile text stands by itself, without opening anything. */
const SHOWING = new Set([
  "GET /",
  "GET /conflicts",
  "GET /history",
  "GET /dead-letters",
  "GET /grid",
]);

inChromium(
  "script in any text of people or PEMS is shown, not run, on every page",
  (executable) =>
    withDatabase(async (db) => {
      const scene = await aScene(db);
      const served = await serveApp({
        db,
        config: configOf({ PORT: "0", LOG_LEVEL: "error" }),
        vault: await testVault(),
      });
      const browser = await launchChromium(executable);
      try {
        const origin = served.url;
        const { page, assertCalm } = await watched(browser, origin, scene.cookie);
        for (const route of ROUTES.filter(({ in: named }) => named === "page")) {
          await page.goto(origin + pathIn(route, scene));
          await awake(page);
          if (route.call === "GET /grid") await cellOf(page, "A", "description").waitFor();
          await assertCalm(route.call);
          if (SHOWING.has(route.call)) {
            assert.ok((await shown(page)).includes("<img data-xss"), `${route.call} shows it`);
          }
        }
        const query = encodeURIComponent(HOSTILE);
        for (
          const path of [
            `/?org=${query}`,
            `/grid?org=HOSTILE&search=${query}`,
            `/history?org=HOSTILE&job=${scene.jobId}`,
            `/history?org=HOSTILE&search=${query}&status=${query}`,
            `/conflicts?org=HOSTILE&pfaId=${encodeURIComponent(HOSTILE_ID)}`,
            `/conflicts?org=HOSTILE&conflict=${scene.conflictId}`,
            `/metrics-dashboard?org=HOSTILE&from=${query}`,
          ]
        ) {
          await page.goto(origin + path);
          await awake(page);
          await assertCalm(path);
        }
        await page.goto(`${origin}/conflicts?org=HOSTILE`);
        await awake(page);
        await page.getByRole("button", { name: /^Notifications/ }).click();
        await page.getByRole("dialog", { name: "Notifications" }).getByText("<img data-xss").first()
          .waitFor();
        await assertCalm("the bell");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: /^Find/ }).waitFor();
        await page.keyboard.type("img");
        await page.getByRole("option", { name: /img data-xss/ }).first().waitFor();
        await assertCalm("the palette");

        await openGrid(page, `${origin}/grid?org=HOSTILE`);
        await type(page, await reach(page, "C", "contract"), HOSTILE.slice(0, 60));
        await cellOf(page, "C", "contract").filter({ hasText: "<img data-xss" }).waitFor();
        await assertCalm("an edit");
        await page.context().close();

        const outside = await watched(browser, origin);
        await outside.page.goto(`${origin}/login?next=${encodeURIComponent("javascript:xss=1")}`);
        await outside.page.getByLabel("Username or e-mail").fill(HOSTILE);
        await outside.page.getByLabel("Password").fill(HOSTILE);
        await outside.page.getByRole("button", { name: "Sign in" }).click();
        await outside.page.getByRole("alert").waitFor();
        assert.equal(await outside.page.getByLabel("Username or e-mail").inputValue(), HOSTILE);
        await outside.assertCalm("the login");
        await outside.page.context().close();
      } finally {
        await browser.close();
        await served.stop();
      }
    }),
);
