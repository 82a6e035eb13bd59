/** What people decide in the browser: conflicts, dead letters, rollbacks, on a running product. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { Account, Product } from "../product.ts";
import { awake, signIn, violations, type Visit, visit } from "./browser.ts";

export interface Bench {
  readonly browser: Browser;
  readonly product: Product;
}

/** What a planner writes, and PEMS gets meanwhile. */
export const OURS = { model: "LTM 1300-6.2", forecastEnd: "2028-01-15" };
export const THEIRS = { model: "LR 1600", forecastEnd: "2028-03-31T00:00:00Z" };

type Call = { readonly path: string; readonly body?: object };

/** Calls the API as whoever is signed in on the page. */
export const call = <Answer>(page: Page, call: Call): Promise<Answer> =>
  page.evaluate(async ({ path, body }) => {
    const response = await fetch(path, {
      headers: { "content-type": "application/json" },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return await response.json();
  }, call);

/** The id of RIO. */
export async function rio(page: Page): Promise<string> {
  const me = await call<{ organizations: ReadonlyArray<{ id: string; code: string }> }>(page, {
    path: "/api/auth/me",
  });
  return me.organizations.find(({ code }) => code === "RIO")!.id;
}

/** Commits a change of each record. */
export async function commit(
  page: Page,
  pfaIds: ReadonlyArray<string>,
  changes: object,
): Promise<void> {
  const organizationId = await rio(page);
  for (const pfaId of pfaIds) {
    const body = { organizationId, pfaId, changes, changeReason: "New offer" };
    await call(page, { path: "/api/pfa-data/save-draft", body });
  }
  await call(page, { path: "/api/pfa-data/commit-drafts", body: { organizationId } });
}

/** Makes a conflict of each record, and waits until all of them are in the list. */
export async function conflicting(
  page: Page,
  product: Product,
  pfaIds: ReadonlyArray<string>,
): Promise<void> {
  for (const pfaId of pfaIds) await product.edit(pfaId, THEIRS);
  await commit(page, pfaIds, { ...OURS, contract: "C-77" });
  await page.goto(`${product.origin}/conflicts?org=RIO`);
  await awake(page);
  for (const pfaId of pfaIds) await entry(page, pfaId).waitFor();
}

export const entry = (page: Page, text: string) =>
  page.locator(".entries > li").filter({ hasText: text });

export const toastSays = (page: Page, text: RegExp | string) =>
  page.locator(".toast").filter({ hasText: text }).first().waitFor();

/** A page of that person, signed in. */
export async function signedIn(
  { browser, product }: Bench,
  { who = product.ana, at = "/conflicts?org=RIO" }: {
    readonly who?: Account;
    readonly at?: string;
  } = {},
): Promise<Visit> {
  const visited = await visit(browser, { reducedMotion: true });
  await signIn(visited.page, product.origin + at, who);
  return visited;
}

/** Nothing for axe in light, in dark and at 320 pixels, where nothing is cut off either. */
export async function holds(page: Page, where: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}`);
  }
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 640 });
  assert.deepEqual(await violations(page), [], `${where} at 320 px`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(wide, 320, `${where} at 320 px`);
  await page.setViewportSize(size);
}
