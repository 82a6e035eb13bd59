/** Pages on paper, in forced colours, without motion, and on a narrow screen in every state. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { awake, signIn, violations, visit, type VisitOptions } from "./browser.ts";
import type { Bench } from "./decisions.ts";
import { cellOf } from "./planner.ts";
import { journeys } from "./journeys.ts";

const PAGES = ["/", "/grid", "/timeline", "/conflicts", "/history"] as const;

async function entered({ browser, product }: Bench, options: VisitOptions): Promise<Page> {
  const { page } = await visit(browser, options);
  await signIn(page, product.origin, product.ana);
  return page;
}

async function opened(page: Page, bench: Bench, path: string): Promise<void> {
  await page.goto(`${bench.product.origin}${path}?org=RIO`);
  await awake(page);
  if (path === "/grid") await page.locator(".sheet:not([aria-busy])").waitFor();
  if (path === "/timeline") await page.locator(".t-grid:not([aria-busy])").waitFor();
  if (path === "/") await page.locator(".months p").waitFor();
}

async function onPaper(bench: Bench): Promise<void> {
  const page = await entered(bench, { theme: "dark" });
  for (const path of PAGES) {
    await opened(page, bench, path);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    for (const gone of [".bar", ".toolbar", ".filters", ".status-bar", ".primary"]) {
      assert.equal(await page.locator(gone).filter({ visible: true }).count(), 0, path + gone);
    }
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme),
      "light",
      path,
    );
    const paper = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const sheets = paper.match(/\/Type\s*\/Page\b/g)!.length;
    assert.ok(sheets <= 4, `${path} takes ${sheets} sheets`);
    await page.emulateMedia({ media: "screen" });
  }
  await page.context().close();
}

async function forcedColours(bench: Bench): Promise<void> {
  const page = await entered(bench, { forcedColors: true });
  for (const path of PAGES) {
    await opened(page, bench, path);
    assert.deepEqual(await violations(page), [], path);
  }
  await opened(page, bench, "/grid");
  await cellOf(page, "PFA-10002", "description").click();
  await page.keyboard.press("Shift+ArrowDown");
  const outlines = await page.evaluate(() =>
    [".cell.picked", ".cell:focus"].map((one) => {
      const style = getComputedStyle(document.querySelector(one)!);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    })
  );
  assert.deepEqual(outlines, [true, true], "what is selected shows without its tint");
  await page.context().close();
}

async function withoutMotion(bench: Bench): Promise<void> {
  const page = await entered(bench, { reducedMotion: true });
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seen });
    for (const type of ["animationstart", "transitionrun"]) {
      addEventListener(type, (event) => {
        const { animationName, propertyName } = event as AnimationEvent & TransitionEvent;
        seen.add(animationName ?? propertyName);
      }, true);
    }
  });
  for (const path of PAGES) {
    await opened(page, bench, path);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    const moved = await page.evaluate(() => [
      ...(globalThis as unknown as { seen: Set<string> }).seen,
    ]);
    // Fading in is no motion.
    assert.deepEqual(moved.filter((name) => name !== "appear"), [], path);
  }
  await page.context().close();
}

async function narrow(bench: Bench): Promise<void> {
  const page = await entered(bench, { width: 320, height: 640 });
  const fits = async (state: string) =>
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, state);
  for (const path of PAGES) {
    await opened(page, bench, path);
    await fits(path);
    await page.locator(".keeping summary").click();
    await fits(`${path}, operations`);
    await page.locator(".user summary").click();
    await fits(`${path}, user menu`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await fits(`${path}, palette`);
    await page.keyboard.press("Escape");
  }
  await opened(page, bench, "/grid");
  for (const name of ["Columns", "Saved views", "Import CSV", "Keyboard shortcuts"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("dialog", { name }).waitFor();
    await fits(name);
    await page.keyboard.press("Escape");
  }
  await page.getByLabel("Search records").fill("nothing is called so");
  await page.getByText("No record matches").waitFor();
  await fits("nothing found");
  await page.route("**/api/pfa-data?**", (route) => route.fulfill({ status: 503, body: "{}" }));
  await page.goto(`${bench.product.origin}/grid?org=RIO`);
  await page.getByText("The records could not be loaded").waitFor();
  await fits("not loaded");
  await page.context().close();
}

journeys("pages hold on paper, in forced colours, without motion and at 320 pixels", [
  onPaper,
  forcedColours,
  withoutMotion,
  narrow,
]);
