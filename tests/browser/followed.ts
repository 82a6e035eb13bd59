/** One edit followed from the cell to PEMS, on one page that is never loaded again. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";

export interface Edit {
  readonly pfaId: string;
  /** The new forecast end, YYYY-MM-DD. */
  readonly forecastEnd: string;
}

/** Types the date into the cell, presses Save & Sync, and sees the badge go through its states. */
export async function editAndFollow(page: Page, { pfaId, forecastEnd }: Edit): Promise<void> {
  const row = page.locator(`[role=row]:has([role=rowheader]:text-is("${pfaId}"))`);
  const badge = row.locator(".badge");
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  await watchBadge(page, pfaId);
  // Columns out of sight are drawn for the row that has the cursor.
  await row.locator(".n-pfaId").click();
  await row.locator(".n-forecastEnd").dblclick();
  const editor = row.locator(".n-forecastEnd input");
  await editor.fill(forecastEnd);
  await editor.press("Enter");
  await badge.getByText("Draft", { exact: true }).waitFor();
  await page.getByRole("button", { name: /Save & Sync/ }).click();
  await badge.getByText("Synced", { exact: true }).waitFor();
  assert.deepEqual(await seen(page), ["Draft", "Queued", "Syncing", "Synced"]);
  assert.equal(await page.evaluate(() => "sameDocument" in globalThis), true);
  await page.getByRole("paragraph").filter({ hasText: "1 change queued" }).waitFor();
}

/** Keeps every word the record's badge shows, in order. */
const watchBadge = (page: Page, pfaId: string) =>
  page.evaluate((pfaId) => {
    const words: string[] = [];
    Object.assign(globalThis, { words });
    const look = () => {
      const header = [...document.querySelectorAll("[role=rowheader]")]
        .find((cell) => cell.textContent === pfaId);
      const word = header?.parentElement?.querySelector(".badge")?.textContent?.trim();
      if (word && word !== "Unchanged" && words.at(-1) !== word) words.push(word);
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  }, pfaId);

const seen = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { words: string[] }).words);
