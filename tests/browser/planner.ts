/** What a planner does in GridLab, by keyboard and by eye. */
import type { Locator, Page } from "playwright-core";
import { awake } from "./browser.ts";

/** Opens the grid and waits until every record is there. */
export async function openGrid(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await awake(page);
  await page.locator(".sheet:not([aria-busy])").waitFor();
  await page.locator(".rows .row").first().waitFor();
}

/** A record's cell, by the field's name (`pfaId` and `sync` too): there while it is in sight, or the cursor in its row. */
export const cellOf = (page: Page, pfaId: string, name: string): Locator =>
  page.locator(`.rows .row:has(.n-pfaId:text-is("${pfaId}")) > .n-${name}`);

/** Puts the cursor into the cell, wherever it is in the record's row. */
export async function reach(page: Page, pfaId: string, name: string): Promise<Locator> {
  // The cursor's row has all its cells, those out of sight too.
  await cellOf(page, pfaId, "pfaId").click();
  const cell = cellOf(page, pfaId, name);
  await cell.scrollIntoViewIfNeeded();
  await cell.click();
  return cell;
}

/** The ids of the first records on show that may be edited. */
export async function editableRecords(page: Page, count: number): Promise<ReadonlyArray<string>> {
  const rows = page.locator(".rows .row:has(.n-description:not(.locked)) .n-pfaId");
  return (await rows.allTextContents()).slice(0, count);
}

/** Types over the cell's value and presses Enter. */
export async function type(page: Page, cell: Locator, text: string): Promise<void> {
  await cell.click();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** Waits until the record's badge says so. */
export const badgeSays = (page: Page, pfaId: string, word: string): Promise<void> =>
  cellOf(page, pfaId, "sync").filter({ hasText: word }).waitFor();

/** Where the cursor is: row among those on show, column, and what the cell says; undefined outside the grid. */
export const cursorOf = (page: Page): Promise<readonly [number, number, string] | undefined> =>
  page.evaluate(() => {
    const cell = document.activeElement?.closest<HTMLElement>("[data-column]");
    const row = cell?.closest<HTMLElement>("[data-at]");
    return cell && row
      ? [Number(row.dataset["at"]), Number(cell.dataset["column"]), cell.textContent ?? ""] as const
      : undefined;
  });
